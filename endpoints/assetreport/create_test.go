package assetreport_test

import (
	"encoding/json"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/gingham-dev/gingham/endpoints/api/apitest"
	"github.com/gingham-dev/gingham/ledger"
	"github.com/gingham-dev/gingham/models"
	"github.com/gingham-dev/gingham/models/plaid"
	"github.com/gingham-dev/gingham/store"
)

func TestCreateErrors(t *testing.T) {
	t.Parallel()
	w := newWorld(t, apitest.Options{}, 0)
	token, _ := w.good()
	plain, _ := w.Link(ledger.LinkRequest{})
	foreign, _ := w.Link(ledger.LinkRequest{Client: apitest.Stranger, Products: []models.Product{models.ProductAssets}})
	with := func(options string) string {
		return fmt.Sprintf(`"access_tokens":[%q],"days_requested":1,"options":{%s}`, token, options)
	}
	for _, c := range []struct {
		name, members string
		want          apitest.Failure
	}{
		{"no tokens", `"days_requested":1`, apitest.MissingFields("access_tokens")},
		{"empty tokens", `"access_tokens":[],"days_requested":1`, apitest.InvalidField("access_tokens must be a non-empty array")},
		{"no days", fmt.Sprintf(`"access_tokens":[%q]`, token), apitest.MissingFields("days_requested")},
		{"too many days", fmt.Sprintf(`"access_tokens":[%q],"days_requested":732`, token), apitest.InvalidField("days_requested must be less than or equal to 731")},
		{"null options", fmt.Sprintf(`"access_tokens":[%q],"days_requested":1,"options":null`, token), apitest.InvalidField("options must be an object")},
		{"a malformed token", `"access_tokens":["x"],"days_requested":1`, apitest.MalformedAccess},
		{"another's token", fmt.Sprintf(`"access_tokens":[%q,%q],"days_requested":1`, token, foreign), apitest.UnknownAccess},
		{"without assets", fmt.Sprintf(`"access_tokens":[%q,%q],"days_requested":1`, token, plain), assetError("PRODUCT_NOT_ENABLED",
			"the 'assets' product is not enabled for the following access tokens: "+plain+". please ensure that 'assets' is included "+
				"in the 'product' array when initializing Link and create the Item(s) again.")},
		{"a webhook that is none", with(`"webhook":"ftp://x"`), apitest.InvalidField("options.webhook must be a non-empty string URL")},
		{"an unknown add-on", with(`"add_ons":["x"]`), apitest.InvalidField("options.add_ons.0 must be one of: investments, fast_assets")},
		{"an unknown product", with(`"products":["x"]`), apitest.InvalidField("options.products must be one of: investments")},
		{"a number that is none", with(`"user":{"ssn":"123456789"}`), apitest.InvalidField("options.user.ssn must be formatted as ddd-dd-dddd")},
	} {
		t.Run(c.name, func(t *testing.T) { w.Post("/asset_report/create", c.members).Is(c.want) })
	}
	if at, err := w.worker.NextDue(t.Context()); err != nil || !at.IsZero() {
		t.Errorf("a refused report is due at %s, %v", at, err)
	}
}

// TestAbsent: what a client doesn't say is null, whichever way it doesn't say it.
func TestAbsent(t *testing.T) {
	t.Parallel()
	w := newWorld(t, apitest.Options{}, 0)
	token, _ := w.good()
	for _, options := range []string{
		"", `"client_report_id":null,"webhook":null,"user":{"ssn":null}`, `"client_report_id":"","webhook":"","user":{"ssn":"","email":""}`,
	} {
		var body struct {
			Report struct {
				ID   *string            `json:"client_report_id"`
				User map[string]*string `json:"user"`
			}
		}
		must(t, json.Unmarshal(w.get(w.made(1, options, token), "").OK().Body, &body))
		if body.Report.ID != nil || len(body.Report.User) != 7 {
			t.Errorf("%s: %+v", options, body)
		}
		for key, value := range body.Report.User {
			if value != nil {
				t.Errorf("%s: %s is %s", options, key, *value)
			}
		}
	}
	if told := w.told(apitest.Client); len(told) != 0 {
		t.Errorf("told: %v", told)
	}
}

// TestItems: an Item is in a report once, in the order of the tokens, and the webhook
// names the user that all belong to.
func TestItems(t *testing.T) {
	t.Parallel()
	w := newWorld(t, apitest.Options{}, 0)
	link := func(user string) (string, models.ItemID) {
		token, h := w.Link(ledger.LinkRequest{Products: []models.Product{models.ProductAssets}, UserID: user})
		return token, h.ID
	}
	a, first := link("usr_1")
	b, second := link("usr_1")
	c, _ := link("usr_2")
	again := w.Issue(store.Token{Client: apitest.Client, Kind: store.AccessToken, Item: first})
	r := w.read(w.made(1, `"webhook":"`+hook+`"`, b, a, again), "").Report
	if len(r.Items) != 2 || r.Items[0].ItemID != string(second) || r.Items[1].ItemID != string(first) {
		t.Errorf("%d items", len(r.Items))
	}
	w.Advance(time.Second)
	w.made(1, `"webhook":"`+hook+`"`, a, c)
	list, err := w.Store.ListDeliveries(t.Context(), apitest.Client, "", 10)
	must(t, err)
	for i, want := range []any{nil, "usr_1"} {
		var body map[string]any
		must(t, json.Unmarshal(list[i].Event.Body, &body))
		if list[i].Event.URL != hook || list[i].Item != "" || body["user_id"] != want || body["environment"] != "sandbox" || len(body["asset_report_id"].(string)) != 36 {
			t.Errorf("%+v", list[i])
		}
	}
}

// TestDelay: a report is made when its time has come, and not before.
func TestDelay(t *testing.T) {
	t.Parallel()
	w := newWorld(t, apitest.Options{}, time.Minute)
	token, _ := w.good()
	report := w.create(1, "", token).OK().Text("asset_report_token")
	if at, err := w.worker.NextDue(t.Context()); err != nil || !at.Equal(w.Now().Add(time.Minute)) {
		t.Errorf("due at %s, %v", at, err)
	}
	w.Advance(time.Minute - 1)
	w.run()
	w.get(report, "").Is(notReady)
	w.Advance(1)
	w.run()
	if got := w.read(report, "").Report.DateGenerated; !got.Equal(apitest.Start.Add(time.Minute)) {
		t.Errorf("generated at %s", got)
	}
}

// TestWaits: a report waits for its Items' history, as long as that is to come.
func TestWaits(t *testing.T) {
	t.Parallel()
	delays := func(models.ClientID) (initial, historical time.Duration) { return time.Second, time.Hour }
	w := newWorld(t, apitest.Options{Ledger: func(o *ledger.Options) { o.Readiness = delays }}, 0)
	token, _ := w.good()
	whole, part := w.create(60, "", token).OK().Text("asset_report_token"), ""
	w.run()
	w.get(whole, "").Is(notReady)
	if at, err := w.worker.NextDue(t.Context()); err != nil || !at.Equal(apitest.Start.Add(time.Hour)) {
		t.Errorf("due at %s, %v", at, err)
	}
	w.Advance(time.Hour)
	_, err := w.Ledger.RunDue(t.Context(), 10)
	must(t, err)
	w.run()
	if got := w.read(whole, ""); len(got.Warnings) != 0 || len(got.Report.Items[0].Accounts[0].Transactions) == 0 {
		t.Errorf("%+v", got.Warnings)
	}

	// History that doesn't come is a warning in the end.
	token, h := w.good()
	part = w.create(60, "", token).OK().Text("asset_report_token")
	for range 400 {
		at, err := w.worker.NextDue(t.Context())
		must(t, err)
		if at.IsZero() {
			break
		}
		w.Advance(at.Sub(w.Now()))
		w.run()
	}
	got := w.read(part, "")
	if len(got.Warnings) != 1 || got.Warnings[0].WarningCode != "TRANSACTIONS_UNAVAILABLE" || got.Warnings[0].Cause.ErrorCode != "PRODUCT_NOT_READY" ||
		got.Warnings[0].Cause.ItemID != string(h.ID) || len(got.Report.Items[0].Accounts[0].Transactions) != 0 {
		t.Errorf("%+v", got)
	}
	if waited := w.Now().Sub(apitest.Start); waited < 2*time.Hour+10*time.Minute || waited > 3*time.Hour {
		t.Errorf("waited until %s", waited)
	}
}

// TestUnusable: an Item that can't be used fails the report, or is left out of it.
func TestUnusable(t *testing.T) {
	t.Parallel()
	w := newWorld(t, apitest.Options{}, 0)
	sound, _ := w.good()
	broken, h := w.good()
	gone, removed := w.good()
	_, err := w.Ledger.Update(t.Context(), apitest.Client, h.ID, func(next *store.Head) error {
		next.Item.Error = &models.ItemError{Code: "ITEM_LOGIN_REQUIRED", At: w.Now(), Reason: "OAUTH_USER_REVOKED"}
		return nil
	})
	must(t, err)
	const telling = `"webhook":"` + hook + `"`
	all := w.create(10, telling, sound, broken, gone).OK().Text("asset_report_token")
	some := w.create(10, telling+`,"require_all_items":false`, sound, broken, gone).OK().Text("asset_report_token")
	none := w.create(10, telling+`,"require_all_items":false`, broken, gone).OK().Text("asset_report_token")
	must(t, w.Ledger.Remove(t.Context(), removed))
	w.run()
	for _, report := range []string{all, none} {
		a := w.get(report, "")
		a.Is(unavailable)
		got := decode[plaid.PlaidError](t, a)
		var causes []plaid.Cause
		for _, raw := range got.Causes {
			var c plaid.Cause
			must(t, json.Unmarshal(raw, &c))
			causes = append(causes, c)
		}
		if len(causes) != 2 || causes[0].ItemID != string(h.ID) || causes[0].ErrorCode != "ITEM_LOGIN_REQUIRED" || causes[0].ErrorType != "ITEM_ERROR" ||
			causes[1].ItemID != string(removed.ID) || causes[1].ErrorCode != "ITEM_NOT_FOUND" {
			t.Errorf("%+v", causes)
		}
		raw := w.raw("/asset_report/pdf/get", fmt.Sprintf(`"asset_report_token":%q`, report))
		if raw.Code != 400 {
			t.Errorf("its document: %d %s", raw.Code, raw.Body)
		}
	}
	got := w.read(some, "")
	if len(got.Report.Items) != 1 || len(got.Warnings) != 2 {
		t.Errorf("%d items, %+v", len(got.Report.Items), got.Warnings)
	}
	c := got.Warnings[0].Cause
	if c.ItemID != string(h.ID) || c.ErrorCode != "ITEM_LOGIN_REQUIRED" || c.ErrorCodeReason.Or("") != "OAUTH_USER_REVOKED" || got.Warnings[0].WarningType != "ASSET_REPORT_WARNING" {
		t.Errorf("%+v", c)
	}
	told := w.told(apitest.Client)
	slices.Sort(told)
	if !slices.Equal(told, []string{"ERROR", "ERROR", "PRODUCT_READY FULL"}) {
		t.Errorf("told: %v", told)
	}
}
