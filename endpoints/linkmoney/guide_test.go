package linkmoney_test

import (
	"encoding/base64"
	"encoding/json"
	"errors"
	"flag"
	"io/fs"
	"maps"
	"net/http"
	"os"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/gingham-dev/gingham/endpoints/api/apitest"
	"github.com/gingham-dev/gingham/ledger"
	"github.com/gingham-dev/gingham/models"
	"github.com/gingham-dev/gingham/models/plaiderr"
	"github.com/gingham-dev/gingham/store"
	"github.com/gingham-dev/gingham/webhooks"
)

const (
	guide  = "../../../shared/reference/source-documents/linkmoney-plaid-guide.txt"
	shapes = "testdata/shapes.json"
)

var reshape = flag.Bool("reshape", false, "rewrite "+shapes+" after the guide's examples")

// nullable are arrays of the guide's that are null with Plaid, to whom categories of
// old are unknown.
var nullable = map[string]bool{".transactions[].category": true}

// told are the webhooks of the guide, by the headings of their examples.
var told = map[string]webhooks.Message{
	"An Item Has Encountered An Error.":                             webhooks.ItemError(plaiderr.New(plaiderr.ItemLoginRequired)),
	"An Item Is Approaching Expiration":                             webhooks.PendingExpiration(apitest.Start),
	"A User Has Revoked Permission to Access an Item.":              webhooks.UserPermissionRevoked(),
	"The Item Webhook Configuration has been updated.":              webhooks.WebhookUpdateAcknowledged("https://app.example/hook"),
	"An Account Was Linked and Initial Transactions Are Available.": webhooks.InitialUpdate(19),
	"Historical Transactions are Available.":                        webhooks.HistoricalUpdate(231),
	"New Transactions are Available for an Item.":                   webhooks.DefaultUpdate(3),
	"Updates to an Investment Account's Holdings":                   webhooks.HoldingsUpdate(19, 0),
	"New Transactions in an Investment Account.":                    webhooks.InvestmentsUpdate(16, 0),
	"Updates to an Liability Account's Holdings": webhooks.LiabilitiesUpdate(
		[]models.AccountID{"a"}, map[models.AccountID][]string{"XMBvvyMGQ1UoLbKByoMqH3nXMj84ALSdE5B58": {"past_amount_due"}}),
	"Automatically Verified": webhooks.AutomaticallyVerified("a"),
	"Verification Expired":   webhooks.VerificationExpired("a"),
}

// answers are what we answer where the guide has an example, by the headings of the examples.
func answers(w *world) map[string]func() [][]byte {
	_, h := w.link("alice", func(l *ledger.LinkRequest) { l.Webhook = "https://app.example/hook" })
	if _, err := w.Ledger.Update(w.t.Context(), h.Client, h.ID, func(next *store.Head) error {
		next.Item.TransactionsUpdated.LastFailure = w.Now()
		next.Item.LastWebhook = &models.WebhookSent{At: w.Now(), Code: "DEFAULT_UPDATE"}
		return nil
	}); err != nil {
		w.t.Fatal(err)
	}
	user := w.token(apitest.Client, "user_id", "alice")
	post := func(path, body string) func() [][]byte {
		return func() [][]byte { return [][]byte{w.with(user, path, body).ok().Body.Bytes()} }
	}
	out := map[string]func() [][]byte{
		"Retrieve An Item.": post("/item/get", ""),
		"Remove an Item.": func() [][]byte {
			_, gone := w.link("")
			return [][]byte{w.with(w.token(apitest.Client, "item_id", string(gone.ID)), "/item/remove", "").ok().Body.Bytes()}
		},
		"Get Details of Supported Institutions.": post("/institutions/get", `{"count":5,"offset":10}`),
		"Get Details of an Institution":          post("/institutions/get_by_id", `{"institution_id":"ins_109512"}`),
		"Search Institutions":                    post("/institutions/search", `{"query":"Gingham"}`),
		"Retrieve Accounts":                      post("/accounts/get", ""),
		"Get Transaction Data":                   post("/transactions/get", "{"+year+`,"options":{"count":250,"offset":100}}`),
		"Refresh Transaction Data":               post("/transactions/refresh", ""),
		"Get Categories":                         post("/categories/get", "{}"),
		"Retrieve Account Balances":              post("/accounts/balance/get", `{"options":{"account_ids":["`+string(h.Accounts[0].ID)+`"]}}`),
		"Get Investment Holdings":                post("/investments/holdings/get", "{}"),
		"Get Investment Transactions":            post("/investments/transactions/get", "{"+year+`,"options":{"count":250}}`),
		"Retrieve Liabilities Data.":             post("/liabilities/get", "{}"),
		"Retrieve Auth Data": func() (all [][]byte) {
			// Each country has numbers of its own kind.
			for _, institution := range []models.InstitutionID{"ins_109508", "ins_43", "ins_116834", "ins_140300"} {
				_, h := w.link("", func(l *ledger.LinkRequest) {
					l.Institution, l.Products = institution, []models.Product{models.ProductAuth}
				})
				all = append(all, w.with(w.token(apitest.Client, "item_id", string(h.ID)), "/v1/plaid/auth/get", "").ok().Body.Bytes())
			}
			return all
		},
		"2. Validate the Decoded JWT (header) fields.": func() [][]byte {
			header, _, _ := strings.Cut(w.sign("{}"), ".")
			text, err := base64.RawURLEncoding.DecodeString(header)
			if err != nil {
				w.t.Fatal(err)
			}
			return [][]byte{text}
		},
		"3. Use the kid": func() [][]byte {
			kid := w.send(http.MethodGet, "/.well-known/jwks.json", "").ok().text("keys.0.kid")
			body := `{"client_id":"` + string(apitest.Client) + `","client_secret":"` + apitest.Secret + `","key_id":"` + kid + `"}`
			return [][]byte{w.send(http.MethodPost, "/webhook__verification_key", body).ok().Body.Bytes()}
		},
	}
	maps.Copy(out, w.reportAnswers())
	w.callback()
	for heading, m := range told {
		out[heading] = func() [][]byte { return [][]byte{w.told(apitest.Client, hook, m).Body} }
	}
	return out
}

// sign signs a webhook.
func (w *world) sign(body string) string {
	w.t.Helper()
	token, err := w.keys.Sign(w.t.Context(), []byte(body))
	if err != nil {
		w.t.Fatal(err)
	}
	return token
}

// TestExamples checks that what we answer has at least the keys of the guide's
// examples, with their types.
func TestExamples(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile(shapes)
	if err != nil {
		t.Fatal(err)
	}
	var want map[string]any
	if err := json.Unmarshal(text, &want); err != nil {
		t.Fatal(err)
	}
	w := newWorld(t, apitest.Options{})
	ours := answers(w)
	for _, heading := range slices.Sorted(maps.Keys(want)) {
		t.Run(heading, func(t *testing.T) {
			answer := ours[heading]
			if answer == nil {
				t.Fatal("nothing answers it")
			}
			filled := map[string]bool{}
			for _, body := range answer() {
				var got any
				if err := json.Unmarshal(body, &got); err != nil {
					t.Fatal(err)
				}
				compare(t, "", want[heading], got, filled)
			}
			for path, ok := range filled {
				if !ok {
					t.Errorf("%s is empty", path)
				}
			}
		})
	}
}

// compare checks that got has the shape want. Whatever may be unknown may be null.
// filled notes which arrays have something in them.
func compare(t *testing.T, path string, want, got any, filled map[string]bool) {
	t.Helper()
	switch want := want.(type) {
	case map[string]any:
		m, ok := got.(map[string]any)
		if !ok {
			t.Errorf("%s is %v, want an object", path, got)
			return
		}
		for key := range want {
			v, ok := m[key]
			if !ok {
				t.Errorf("%s.%s is missing", path, key)
				continue
			}
			compare(t, path+"."+key, want[key], v, filled)
		}
	case []any:
		if got == nil && nullable[path] {
			return
		}
		l, ok := got.([]any)
		if !ok {
			t.Errorf("%s is %v, want an array", path, got)
			return
		}
		if len(want) == 0 {
			return
		}
		filled[path] = filled[path] || len(l) > 0
		for i := range l {
			compare(t, path+"[]", want[0], l[i], filled)
		}
	default:
		if kind := shapeOf(got); want != "any" && kind != "any" && kind != want {
			t.Errorf("%s is %v, want a %s", path, got, want)
		}
	}
}

// shapeOf is a value with its types in the place of what it says.
func shapeOf(v any) any {
	switch v := v.(type) {
	case map[string]any:
		out := map[string]any{}
		for key := range v {
			out[key] = shapeOf(v[key])
		}
		return out
	case []any:
		if len(v) == 0 {
			return []any{}
		}
		return []any{shapeOf(v[0])}
	case string:
		return "string"
	case float64:
		return "number"
	case bool:
		return "boolean"
	}
	return "any"
}

var trailing = regexp.MustCompile(`,(\s*[}\]])`)

// examples are the shapes of the guide's examples, by their headings.
func examples(t *testing.T, text string) map[string]any {
	known := map[string]bool{"3. Use the kid": true, "2. Validate the Decoded JWT (header) fields.": true}
	for _, heading := range reportHeadings {
		known[heading] = true
	}
	for heading := range told {
		known[heading] = true
	}
	lines := strings.Split(text, "\n")
	out := map[string]any{}
	heading := ""
	for i := 0; i < len(lines); i++ {
		next := ""
		if i+1 < len(lines) {
			next = lines[i+1]
		}
		if known[lines[i]] || strings.HasPrefix(next, "Endpoint") {
			heading = lines[i]
		}
		if lines[i] != "{" {
			continue
		}
		from, depth := i, 0
		for ; ; i++ {
			depth += strings.Count(lines[i], "{") - strings.Count(lines[i], "}")
			if depth == 0 {
				break
			}
		}
		var v any
		body := trailing.ReplaceAllString(strings.Join(lines[from:i+1], "\n"), "$1")
		if err := json.Unmarshal([]byte(body), &v); err != nil {
			t.Fatalf("line %d, under %q: %v", from+1, heading, err)
		}
		if old, ok := out[heading]; ok && !reflect.DeepEqual(old, shapeOf(v)) {
			t.Errorf("line %d: a second example under %q", from+1, heading)
		}
		out[heading] = shapeOf(v)
	}
	return out
}

// TestGuide checks that the shapes are those of the guide's examples.
func TestGuide(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile(guide)
	if errors.Is(err, fs.ErrNotExist) {
		t.Skip("the guide is not here: the shapes of its examples are taken as they are")
	}
	if err != nil {
		t.Fatal(err)
	}
	want := examples(t, string(text))
	if *reshape {
		out, err := json.MarshalIndent(want, "", " ")
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(shapes, append(out, '\n'), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	kept, err := os.ReadFile(shapes)
	if err != nil {
		t.Fatal(err)
	}
	var have map[string]any
	if err := json.Unmarshal(kept, &have); err != nil {
		t.Fatal(err)
	}
	for heading := range want {
		if !reflect.DeepEqual(want[heading], have[heading]) {
			t.Errorf("%s is not as in the guide: -reshape rewrites it", heading)
		}
	}
	if len(want) != len(have) || len(want) < 30 {
		t.Errorf("the guide has %d examples, %s %d", len(want), shapes, len(have))
	}
}
