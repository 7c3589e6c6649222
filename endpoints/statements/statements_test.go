package statements_test

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/gingham-dev/gingham/endpoints/api"
	"github.com/gingham-dev/gingham/endpoints/api/apitest"
	"github.com/gingham-dev/gingham/endpoints/item"
	"github.com/gingham-dev/gingham/endpoints/sandbox"
	"github.com/gingham-dev/gingham/endpoints/statements"
	"github.com/gingham-dev/gingham/endpoints/transactions"
	"github.com/gingham-dev/gingham/ledger"
	"github.com/gingham-dev/gingham/models"
	"github.com/gingham-dev/gingham/models/plaid"
	"github.com/gingham-dev/gingham/models/plaiderr"
	sandboxed "github.com/gingham-dev/gingham/providers/sandbox"
	"github.com/gingham-dev/gingham/store"
)

// world is the group, with others that it is used with.
type world struct {
	*apitest.Server
	t *testing.T
}

func newWorld(t *testing.T, o apitest.Options) *world {
	t.Helper()
	s := apitest.New(t, o, func(s *apitest.Server) []api.Route {
		var table []api.Route
		for _, routes := range [][]api.Route{
			statements.New(s.Ledger).Routes(), transactions.New(s.Ledger, nil).Routes(),
			sandbox.New(s.Ledger, s.Tokens).Routes(), item.New(s.Ledger, s.Tokens, s.Store).Routes(),
		} {
			table = append(table, routes...)
		}
		return table
	})
	return &world{Server: s, t: t}
}

const hook = "https://app.example/hook"

// bank links a user with statements of some days and further products.
func (w *world) bank(user, from, to string, products ...models.Product) (access string, h *store.Head) {
	w.t.Helper()
	token, h := w.Link(ledger.LinkRequest{
		Products: append(products, models.ProductStatements), Webhook: hook,
		StatementsFrom: models.Date(from), StatementsTo: models.Date(to),
		Credentials: map[string]string{sandboxed.FieldUsername: user, sandboxed.FieldPassword: "pass_good"},
	})
	return fmt.Sprintf(`"access_token":%q`, token), h
}

// list reads the list of an Item's statements.
func (w *world) list(access string) plaid.StatementsListResponse {
	w.t.Helper()
	var v plaid.StatementsListResponse
	must(w.t, json.Unmarshal(w.Post("/statements/list", access).OK().Body, &v))
	return v
}

// raw posts a body whose answer need not be JSON.
func (w *world) raw(client models.ClientID, path, members string) *httptest.ResponseRecorder {
	w.t.Helper()
	body := fmt.Sprintf(`{"client_id":%q,"secret":%q,%s}`, client, apitest.Secret, members)
	r := httptest.NewRequestWithContext(w.t.Context(), http.MethodPost, path, strings.NewReader(body))
	rec := httptest.NewRecorder()
	w.ServeHTTP(rec, r)
	return rec
}

// download reads a statement, and checks what is said of it.
func (w *world) download(access, id string) []byte {
	w.t.Helper()
	rec := w.raw(apitest.Client, "/statements/download", fmt.Sprintf(`%s,"statement_id":%q`, access, id))
	if rec.Code != http.StatusOK || rec.Header().Get("Content-Type") != "application/pdf" || len(rec.Header().Get("Plaid-Request-ID")) != 15 {
		w.t.Fatalf("%d %v: %.200s", rec.Code, rec.Header(), rec.Body)
	}
	if sum := sha256.Sum256(rec.Body.Bytes()); rec.Header().Get("Plaid-Content-Hash") != hex.EncodeToString(sum[:]) {
		w.t.Errorf("the hash is %s, not %x", rec.Header().Get("Plaid-Content-Hash"), sum)
	}
	return rec.Body.Bytes()
}

// said are the statements of an account as "year-month posted", joined by commas.
func said(a plaid.StatementsAccount) string {
	var out []string
	for _, s := range a.Statements {
		out = append(out, fmt.Sprintf("%d-%02d %s", s.Year, s.Month, s.DatePosted.Or("null")))
	}
	return strings.Join(out, ",")
}

// told are the results of refreshes that an Item's client is told of.
func (w *world) told(h *store.Head) (out []string) {
	w.t.Helper()
	events, err := w.Store.TakeEvents(w.t.Context(), store.ItemRef{Client: h.Client, Item: h.ID})
	must(w.t, err)
	for _, e := range events {
		var body struct{ Result, Environment, ItemID string }
		must(w.t, json.Unmarshal(e.Body, &body))
		if e.Type == "STATEMENTS" {
			out = append(out, e.Code+" "+body.Result)
		}
	}
	return out
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// TestFullFlow is what plaid-go's own suite does.
func TestFullFlow(t *testing.T) {
	t.Parallel()
	w := newWorld(t, apitest.Options{})
	public := w.Post("/sandbox/public_token/create", `"institution_id":"ins_109508","initial_products":["statements"],`+
		`"options":{"statements":{"start_date":"2023-11-01","end_date":"2023-12-01"},"webhook":"`+hook+`"}`).OK().Text("public_token")
	token := w.Post("/item/public_token/exchange", fmt.Sprintf(`"public_token":%q`, public)).OK().Text("access_token")
	access := fmt.Sprintf(`"access_token":%q`, token)

	got := w.list(access)
	if len(got.Accounts) != 8 || got.InstitutionID != "ins_109508" || got.InstitutionName != "First Platypus Bank" || got.ItemID == "" {
		t.Fatalf("%+v", got)
	}
	seen := map[string]bool{}
	for _, a := range got.Accounts {
		if s := said(a); s != "2023-11 2023-11-30" {
			t.Errorf("%s: %s", a.AccountName, s)
		}
		for _, s := range a.Statements {
			if seen[s.StatementID] || len(s.StatementID) != 37 {
				t.Errorf("id %s", s.StatementID)
			}
			seen[s.StatementID] = true
			w.download(access, s.StatementID)
		}
	}
	if a := got.Accounts[0]; a.AccountMask != "0000" || a.AccountName != "Plaid Checking" || a.AccountType != "depository" ||
		a.AccountSubtype != "checking" || a.AccountOfficialName != "Plaid Gold Standard 0% Interest Checking" || a.AccountID == "" {
		t.Errorf("%+v", a)
	}

	w.Post("/statements/refresh", access+`,"start_date":"2024-01-01","end_date":"2024-02-01"`).OK()
	refreshed := w.list(access)
	if s := said(refreshed.Accounts[0]); s != "2024-01 2024-01-31,2023-11 2023-11-30" {
		t.Errorf("after the refresh: %s", s)
	}
	if refreshed.Accounts[0].Statements[1].StatementID != got.Accounts[0].Statements[0].StatementID {
		t.Error("the id is another after the refresh")
	}
}

// TestRefresh goes on month by month, and its client is told.
func TestRefresh(t *testing.T) {
	t.Parallel()
	w := newWorld(t, apitest.Options{})
	access, h := w.bank("user_yuppie", "2026-10-15", "2027-05-01")
	if got := w.list(access).Accounts; len(got) != 3 || said(got[0]) != "2026-10 2026-10-31" {
		t.Errorf("%+v", got)
	}
	if told := w.told(h); told != nil {
		t.Errorf("told of a refresh: %v", told)
	}
	w.Advance(12 * 24 * time.Hour) // to 2 December
	if got := said(w.list(access).Accounts[0]); got != "2026-10 2026-10-31" {
		t.Errorf("without a refresh: %s", got)
	}
	for range 2 {
		w.Post("/statements/refresh", access+`,"start_date":"2026-11-30","end_date":"2026-11-30"`).OK()
		for _, a := range w.list(access).Accounts {
			if got := said(a); got != "2026-11 2026-11-30,2026-10 2026-10-31" {
				t.Errorf("%s: %s", a.AccountName, got)
			}
		}
	}
	// December's is not there yet.
	w.Post("/statements/refresh", access+`,"start_date":"2026-12-01","end_date":"2028-12-01"`).OK()
	if got := said(w.list(access).Accounts[0]); got != "2026-11 2026-11-30,2026-10 2026-10-31" {
		t.Errorf("too early: %s", got)
	}
	if told := w.told(h); strings.Join(told, ",") != strings.Repeat(",STATEMENTS_REFRESH_COMPLETE SUCCESS", 3)[1:] {
		t.Errorf("told %v", told)
	}
}

// TestAdded adds statements to an Item that was linked without them, as Link's update mode does.
func TestAdded(t *testing.T) {
	t.Parallel()
	w := newWorld(t, apitest.Options{})
	token, h := w.Link(ledger.LinkRequest{Webhook: hook})
	for _, month := range []models.Month{"2026-08", "2026-10"} { // the second time it has them already
		added, err := w.Ledger.AddStatements(t.Context(), h, month.First(), month.Last())
		must(t, err)
		if it := added.Item; !it.HasProduct(models.ProductStatements) || slices.Contains(it.Available, models.ProductStatements) ||
			!slices.IsSorted(it.Products) || len(it.Products) != 2 {
			t.Errorf("products %v, available %v", it.Products, it.Available)
		}
	}
	if got := said(w.list(fmt.Sprintf(`"access_token":%q`, token)).Accounts[0]); got != "2026-10 2026-10-31,2026-08 2026-08-31" {
		t.Error(got)
	}
	if told := w.told(h); told != nil {
		t.Errorf("told %v", told)
	}
	_, canadian := w.Link(ledger.LinkRequest{Institution: "ins_43"})
	if _, err := w.Ledger.AddStatements(t.Context(), canadian, "2026-08-01", "2026-08-31"); err == nil ||
		err.Error() != plaiderr.ProductsNotSupported(models.ProductStatements).Error() {
		t.Errorf("at an institution without: %v", err)
	}
}
