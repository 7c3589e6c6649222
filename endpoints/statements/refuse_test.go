package statements_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/gingham-dev/gingham/endpoints/api/apitest"
	"github.com/gingham-dev/gingham/ledger"
	"github.com/gingham-dev/gingham/models"
	"github.com/gingham-dev/gingham/providers"
	"github.com/gingham-dev/gingham/store"
)

var unknownStatement = apitest.InvalidField("could not find matching statement_id")

func TestRefused(t *testing.T) {
	t.Parallel()
	w := newWorld(t, apitest.Options{})
	access, _ := w.bank("user_good", "2026-09-01", "2026-10-31")
	without, _ := w.Link(ledger.LinkRequest{})
	canadian, _ := w.Link(ledger.LinkRequest{Institution: "ins_43"})
	const days = `,"start_date":"2026-09-01","end_date":"2026-10-01"`
	for _, c := range []struct {
		name, path, members string
		want                apitest.Failure
	}{
		{"no token", "/statements/list", "", apitest.MissingFields("access_token")},
		{"malformed token", "/statements/list", `"access_token":"x"`, apitest.MalformedAccess},
		{
			"not asked for", "/statements/list", fmt.Sprintf(`"access_token":%q`, without),
			apitest.ItemError("PRODUCT_NOT_ENABLED", "A requested product was not enabled for the current access token. "+
				"Please ensure it is included when when initializing Link and create the Item again."),
		},
		{
			"institution without", "/statements/refresh", fmt.Sprintf(`"access_token":%q`, canadian) + days,
			apitest.ItemError("PRODUCTS_NOT_SUPPORTED", `the following products are not supported by this institution: ["statements"]`),
		},
		{"no id", "/statements/download", access, apitest.MissingFields("statement_id")},
		{"empty id", "/statements/download", access + `,"statement_id":""`, unknownStatement},
		{"unknown id", "/statements/download", access + `,"statement_id":"vzeNDwK7KQIm4yEog683uElbp9GRLEFXGK98D"`, unknownStatement},
		{"no days", "/statements/refresh", access, apitest.MissingFields("end_date, start_date")},
		{
			"no day", "/statements/refresh", access + `,"start_date":"2026-02-30","end_date":"2026-03-01"`,
			apitest.InvalidField("start_date must be a properly formatted date (YYYY-MM-DD)"),
		},
		{
			"backwards", "/statements/refresh", access + `,"start_date":"2026-09-02","end_date":"2026-09-01"`,
			apitest.InvalidField("start_date must not be after end_date"),
		},
		{
			"too long", "/statements/refresh", access + `,"start_date":"2024-09-01","end_date":"2026-09-02"`,
			apitest.InvalidField("start_date and end_date must be at most two years apart"),
		},
		{
			"too long in the sandbox", "/sandbox/public_token/create", `"institution_id":"ins_109508","initial_products":["statements"],` +
				`"options":{"statements":{"start_date":"2020-01-01","end_date":"2022-01-02"}}`,
			apitest.InvalidField("options.statements.start_date and options.statements.end_date must be at most two years apart"),
		},
	} {
		t.Run(c.name, func(t *testing.T) { w.Post(c.path, c.members).Is(c.want) })
	}
	if got := said(w.list(access).Accounts[0]); got != "2026-10 2026-10-31,2026-09 2026-09-30" {
		t.Errorf("refused calls left %s", got)
	}
}

// TestNothingToList links with days on which nothing was posted, and with none at all.
func TestNothingToList(t *testing.T) {
	t.Parallel()
	w := newWorld(t, apitest.Options{})
	for _, days := range [][2]string{{"2026-11-01", "2026-12-31"}, {"2026-10-01", "2026-10-30"}, {"2008-06-01", "2009-12-31"}, {"", ""}} {
		access, _ := w.bank("user_good", days[0], days[1])
		if got := w.list(access).Accounts; got == nil || len(got) != 0 {
			t.Errorf("%v: %+v", days, got)
		}
	}
	// Days without the product are nobody's.
	token, _ := w.Link(ledger.LinkRequest{StatementsFrom: "2026-01-01", StatementsTo: "2026-10-31"})
	if a := w.Post("/statements/list", fmt.Sprintf(`"access_token":%q`, token)); a.Text("error_code") != "PRODUCT_NOT_ENABLED" {
		t.Errorf("%s", a.Body)
	}
}

// TestOthersStatements asks for statements that are there, with tokens that don't open
// them: the answer is that for one that is not there.
func TestOthersStatements(t *testing.T) {
	t.Parallel()
	w := newWorld(t, apitest.Options{})
	mine, _ := w.bank("user_good", "2026-09-01", "2026-10-31")
	sibling, _ := w.bank("user_good", "2026-09-01", "2026-10-31")
	id := w.list(mine).Accounts[0].Statements[0].StatementID
	if id == w.list(sibling).Accounts[0].Statements[0].StatementID {
		t.Error("two Items share an id")
	}
	w.Post("/statements/download", fmt.Sprintf(`%s,"statement_id":%q`, sibling, id)).Is(unknownStatement)

	token, _ := w.Link(ledger.LinkRequest{
		Client: apitest.Stranger, Products: []models.Product{models.ProductStatements}, StatementsFrom: "2026-09-01", StatementsTo: "2026-10-31",
	})
	strange := w.raw(apitest.Stranger, "/statements/download", fmt.Sprintf(`"access_token":%q,"statement_id":%q`, token, id))
	none := w.raw(apitest.Stranger, "/statements/download", fmt.Sprintf(`"access_token":%q,"statement_id":"x"`, token))
	without := func(text, requestID string) string { return strings.ReplaceAll(text, requestID, "") }
	if strange.Code != http.StatusBadRequest ||
		without(strange.Body.String(), strange.Header().Get("Plaid-Request-ID")) != without(none.Body.String(), none.Header().Get("Plaid-Request-ID")) {
		t.Errorf("a stranger is answered\n%s, not\n%s", strange.Body, none.Body)
	}
	for _, path := range []string{"/statements/list", "/statements/download", "/statements/refresh"} {
		members := mine + `,"statement_id":"` + id + `"`
		switch path {
		case "/statements/list":
			members = mine
		case "/statements/refresh":
			members = mine + `,"start_date":"2026-09-01","end_date":"2026-10-01"`
		}
		w.PostAs(apitest.Stranger, path, members).Is(apitest.UnknownAccess)
	}
}

// TestUnsharedAccounts have no statements, and nothing of them is kept.
func TestUnsharedAccounts(t *testing.T) {
	t.Parallel()
	w := newWorld(t, apitest.Options{})
	token, h := w.Link(ledger.LinkRequest{
		Products: []models.Product{models.ProductStatements}, StatementsFrom: "2026-09-01", StatementsTo: "2026-10-31",
		Shared: []string{"savings", "mortgage"},
	})
	access := fmt.Sprintf(`"access_token":%q`, token)
	got := w.list(access).Accounts
	if len(got) != 1 || got[0].AccountMask != "1111" || len(got[0].Statements) != 2 {
		t.Fatalf("%+v", got)
	}
	hidden := ledger.StatementID(h.ID, ledger.StatementRef{AccountKey: "checking", Month: "2026-10"})
	w.Post("/statements/download", fmt.Sprintf(`%s,"statement_id":%q`, access, hidden)).Is(unknownStatement)
	blocks, err := w.Store.Blocks(t.Context(), h.Client, h.ID, h.BlockIDs())
	must(t, err)
	for _, b := range blocks {
		if strings.Contains(string(b.Data), "McDonald's") {
			t.Error("a row of the checking account is kept")
		}
	}
}

// TestFailingRefresh has an institution that is down, and then a login that is broken.
func TestFailingRefresh(t *testing.T) {
	t.Parallel()
	var fault error
	w := newWorld(t, apitest.Options{Ledger: func(o *ledger.Options) {
		o.Disturb = func(*store.Head) error { return fault }
	}})
	access, h := w.bank("user_good", "2026-09-01", "2026-09-30")
	const days = `,"start_date":"2026-10-01","end_date":"2026-10-31"`
	fault = &providers.Error{Kind: providers.InstitutionDown, Scope: "item"}
	if a := w.Post("/statements/refresh", access+days); a.Text("error_code") != "INSTITUTION_DOWN" {
		t.Errorf("%s", a.Body)
	}
	fault = nil
	if got := said(w.list(access).Accounts[0]); got != "2026-09 2026-09-30" {
		t.Errorf("after a failure: %s", got)
	}
	w.Post("/statements/refresh", access+days).OK()
	if got := said(w.list(access).Accounts[0]); got != "2026-10 2026-10-31,2026-09 2026-09-30" {
		t.Errorf("after a success: %s", got)
	}
	w.Post("/sandbox/item/reset_login", access).OK()
	w.Post("/statements/refresh", access+days).Is(apitest.LoginRequired)
	w.Post("/statements/list", access).Is(apitest.LoginRequired)
	const code = "STATEMENTS_REFRESH_COMPLETE "
	if told := strings.Join(w.told(h), ","); told != code+"FAILURE,"+code+"SUCCESS" {
		t.Errorf("told %s", told)
	}
}
