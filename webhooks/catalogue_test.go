package webhooks_test

import (
	"bytes"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/gingham-dev/gingham/models"
	"github.com/gingham-dev/gingham/models/plaiderr"
	"github.com/gingham-dev/gingham/webhooks"
)

var update = flag.Bool("update", false, "rewrite golden files")

const (
	checking models.AccountID = "BxBXxLj1m4HMXBm9WZZmCWVbPjX16EHwv99vp"
	savings  models.AccountID = "dVzbVMLjrxTnLjX4G66XUp5GLklm4oiZy88yK"
)

// origin is where the messages of these tests come from.
var origin = webhooks.Origin{
	Environment: models.Sandbox, Item: "wz666MBjYWTp2PDzzggYhM6oWWmBb", UserID: "usr_9nSp2KuZ2x4JDw",
}

// catalogue is a message of every function, and one without anything of those with lists.
func catalogue() []webhooks.Message {
	const session, linkToken = "356dbb28-7f98-44d1-8e6d-0cec580f3171", "link-sandbox-af1a0311-da53-4636-b754-dd15cc058176"
	publicTokens := []string{
		"public-sandbox-b0e2c4ee-a763-4df5-bfe9-46a46bce993d", "public-sandbox-00000000-a763-4df5-bfe9-46a46bce993d",
	}
	accounts := []models.AccountID{checking, savings}
	at := time.Date(2027, 1, 15, 14, 25, 17, 766_999_999, time.FixedZone("", 3600))
	login := plaiderr.New(plaiderr.ItemLoginRequired).WithReason("OAUTH_INVALID_TOKEN")
	report := plaiderr.New(plaiderr.InternalServerError).WithCauses(plaiderr.Cause{Item: "item1", Err: login})
	changed := func(what ...string) map[models.AccountID][]string {
		return map[models.AccountID][]string{savings: what, checking: nil}
	}
	return []webhooks.Message{
		webhooks.ItemError(login),
		webhooks.LoginRepaired(),
		webhooks.NewAccountsAvailable(),
		webhooks.PendingDisconnect("INSTITUTION_MIGRATION", at),
		webhooks.PendingExpiration(at),
		webhooks.UserPermissionRevoked(),
		webhooks.UserAccountRevoked(savings),
		webhooks.WebhookUpdateAcknowledged("https://app.example/hook?a=1&b=2"),
		webhooks.InitialUpdate(19),
		webhooks.HistoricalUpdate(231),
		webhooks.DefaultUpdate(3),
		webhooks.TransactionsRemoved([]string{"yBVBEwrPyJs8GvR77N7QTxnGg6wG74H7dEDN6"}),
		webhooks.TransactionsRemoved(nil),
		webhooks.SyncUpdatesAvailable(true, false),
		webhooks.RecurringTransactionsUpdate(accounts),
		webhooks.RecurringTransactionsUpdate(nil),
		webhooks.StatementsRefreshComplete("SUCCESS"),
		webhooks.HoldingsUpdate(19, 1),
		webhooks.InvestmentsUpdate(16, 2),
		webhooks.InvestmentsHistoricalUpdate(16, 0),
		webhooks.LiabilitiesUpdate(accounts, changed("past_amount_due")),
		webhooks.LiabilitiesUpdate(nil, nil),
		webhooks.AuthUpdate(accounts, changed("ACCOUNT_NUMBER", "ROUTING_NUMBER")),
		webhooks.AuthUpdate(nil, nil),
		webhooks.AutomaticallyVerified(checking),
		webhooks.VerificationExpired(checking),
		webhooks.SMSMicrodepositsVerification(checking, "MANUALLY_VERIFIED"),
		webhooks.IdentityUpdate(changed("ADDRESSES")),
		webhooks.IdentityUpdate(nil),
		webhooks.AssetsReady("47dfc92b-bba3-4583-809e-ce871b321f05", "FULL"),
		webhooks.AssetsError("47dfc92b-bba3-4583-809e-ce871b321f05", report),
		webhooks.SessionFinished("SUCCESS", session, linkToken, publicTokens),
		webhooks.SessionFinished("EXITED", session, linkToken, nil),
		webhooks.ItemAddResult(session, linkToken, publicTokens[0]),
		webhooks.LinkEvents(session, linkToken, []json.RawMessage{[]byte(`{"event_name":"OPEN","event_id":"1"}`)}),
		webhooks.LinkEvents(session, linkToken, nil),
		webhooks.ProcessorWebhookUpdateAcknowledged(savings, "https://processor.example/"),
	}
}

// TestCatalogue compares all bodies with testdata/catalogue.txt.
func TestCatalogue(t *testing.T) {
	t.Parallel()
	const file = "testdata/catalogue.txt"
	var got bytes.Buffer
	for _, m := range catalogue() {
		fmt.Fprintf(&got, "%s\n\n", m.Body(origin))
	}
	if *update {
		if err := os.WriteFile(file, got.Bytes(), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got.Bytes(), want) {
		t.Errorf("the catalogue is\n%s\nwant, from %s,\n%s", &got, file, want)
	}
}

// TestRevoked checks the errors that receivers crash without.
func TestRevoked(t *testing.T) {
	t.Parallel()
	for _, m := range []webhooks.Message{webhooks.UserPermissionRevoked(), webhooks.UserAccountRevoked(checking)} {
		var body struct {
			Error struct {
				Type   string `json:"error_type"`
				Code   string `json:"error_code"`
				Status int    `json:"status"`
			} `json:"error"`
		}
		if err := json.Unmarshal(m.Body(origin), &body); err != nil {
			t.Fatal(err)
		}
		if e := body.Error; e.Type != "ITEM_ERROR" || e.Code != "USER_PERMISSION_REVOKED" || e.Status != 400 {
			t.Errorf("the error of %s is %+v", m.Code, e)
		}
	}
}

// TestPlaidFields checks every message against a table of Plaid's webhooks.
func TestPlaidFields(t *testing.T) {
	t.Parallel()
	const path = "../../shared/data/plaid/webhooks.json"
	data, err := os.ReadFile(path)
	if err != nil {
		t.Skipf("%s is not here to compare the catalogue with", path)
	}
	var table struct{ Webhooks []schema }
	if err := json.Unmarshal(data, &table); err != nil {
		t.Fatal(err)
	}
	for _, m := range catalogue() {
		var body map[string]any
		if err := json.Unmarshal(m.Body(origin), &body); err != nil {
			t.Fatal(err)
		}
		// Some have one form for clients and one for processors, or an older one.
		wrong := []string{"Plaid has no such webhook"}
		for _, s := range table.Webhooks {
			if s.Type != m.Type || s.Code != m.Code {
				continue
			}
			if wrong = s.complaints(body); wrong == nil {
				break
			}
		}
		if wrong != nil {
			t.Errorf("%s %s: %s", m.Type, m.Code, strings.Join(wrong, ", "))
		}
	}
}

// schema is what the table says of a webhook.
type schema struct {
	Type   string `json:"webhook_type"`
	Code   string `json:"webhook_code"`
	Fields map[string]struct {
		Type               string
		Required, Nullable bool
	}
	Example map[string]any
}

// complaints says what is wrong with a body; nil is nothing.
func (s *schema) complaints(body map[string]any) (wrong []string) {
	for name, f := range s.Fields {
		v, ok := body[name]
		switch {
		case !ok && f.Required:
			wrong = append(wrong, name+" is missing")
		case ok && v == nil && !f.Nullable && name != "error":
			wrong = append(wrong, name+" is null")
		case v != nil && !fits(v, f.Type):
			wrong = append(wrong, fmt.Sprintf("%s is %v, not a %s", name, v, f.Type))
		}
	}
	for name := range body {
		_, known := s.Fields[name]
		_, shown := s.Example[name] // the environment of LINK EVENTS is in its example only
		if !known && !shown && (s.Code != "USER_ACCOUNT_REVOKED" || name != "error") {
			wrong = append(wrong, name+" is unknown")
		}
	}
	return wrong
}

// fits reports whether a value is of a type of the table, as far as it is a plain one.
func fits(v any, kind string) bool {
	ok := true
	switch kind {
	case "string", "ItemId", "UserId", "WebhookEnvironmentValues":
		_, ok = v.(string)
	case "string/date-time":
		s, _ := v.(string)
		_, err := time.Parse("2006-01-02T15:04:05.000Z", s)
		ok = err == nil
	case "number":
		_, ok = v.(float64)
	case "boolean":
		_, ok = v.(bool)
	case "[string]", "[LinkEvent]":
		_, ok = v.([]any)
	case "PlaidError":
		var e map[string]any
		e, ok = v.(map[string]any)
		for _, key := range []string{"error_type", "error_code", "error_message", "display_message", "status"} {
			_, has := e[key]
			ok = ok && has
		}
	}
	return ok
}
