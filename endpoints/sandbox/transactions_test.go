package sandbox_test

import (
	"bytes"
	"strings"
	"testing"

	"github.com/gingham-dev/gingham/endpoints/api/apitest"
	"github.com/gingham-dev/gingham/ledger"
	"github.com/gingham-dev/gingham/models"
)

// row is a row of /sandbox/transactions/create; the clock stands at 2026-11-20.
func row(transacted, posted, rest string) string {
	return `{"amount":12.345,"description":"Gingham fabric","date_transacted":"` + transacted +
		`","date_posted":"` + posted + `"` + rest + `}`
}

func TestCreateTransactions(t *testing.T) {
	s := serve(t, apitest.Options{})
	dynamic, h := s.Link(ledger.LinkRequest{
		Products:    []models.Product{models.ProductTransactions},
		Credentials: map[string]string{"username": "user_transactions_dynamic", "password": "x"},
	})
	static, _ := s.Link(ledger.LinkRequest{})
	dates := apitest.InvalidField("Transaction and posted dates must be within the last 14 days. " +
		"The posted date cannot be before the transaction date.")
	good := row("2026-11-20", "2026-11-20", "")
	tests := []struct {
		name, token, rows string
		want              apitest.Failure
	}{
		{"none", dynamic, ``, apitest.InvalidField("transactions must be a non-empty array")},
		{"eleven", dynamic, strings.Repeat(good+",", 10) + good, apitest.InvalidField("The request contains too many transactions.")},
		{"no amount", dynamic, `{"description":"x","date_transacted":"2026-11-20","date_posted":"2026-11-20"}`, apitest.MissingFields("transactions.0.amount")},
		{"future", dynamic, row("2026-11-20", "2026-11-21", ""), dates},
		{"old", dynamic, good + "," + row("2026-11-05", "2026-11-20", ""), dates},
		{"posted first", dynamic, row("2026-11-20", "2026-11-19", ""), dates},
		{"no date", dynamic, row("today", "2026-11-19", ""), apitest.InvalidField("transactions.0.date_transacted must be a properly formatted date (YYYY-MM-DD)")},
		{"currency", dynamic, row("2026-11-20", "2026-11-20", `,"iso_currency_code":"usd"`), apitest.InvalidField("transactions.iso_currency_code must be an ISO-4217 currency code")},
		{"static user", static, good, apitest.InvalidField("this test user does not take transactions")},
	}
	const path = "/sandbox/transactions/create"
	for _, tt := range tests {
		t.Run(tt.name, func(*testing.T) {
			s.Post(path, access(tt.token)+`,"transactions":[`+tt.rows+`]`).Is(tt.want)
		})
	}

	before, err := s.Store.Head(t.Context(), h.Client, h.ID)
	if err != nil {
		t.Fatal(err)
	}
	rows := row("2026-11-06", "2026-11-06", "") + "," + row("2026-11-19", "2026-11-20", `,"iso_currency_code":"USD"`)
	a := s.Post(path, access(dynamic)+`,"transactions":[`+rows+`]`).OK()
	if len(a.Fields) != 1 {
		t.Errorf("answered %s, want a request_id alone", a.Body)
	}
	after, err := s.Store.Head(t.Context(), h.Client, h.ID)
	if err != nil {
		t.Fatal(err)
	}
	if after.Transactions.Seq <= before.Transactions.Seq {
		t.Errorf("no transactions were committed: seq %d, before %d", after.Transactions.Seq, before.Transactions.Seq)
	}
	page, err := s.Ledger.Transactions(t.Context(), after, ledger.Query{
		From: "2026-11-06", To: "2026-11-20", Accounts: []models.AccountID{after.Accounts[0].ID}, Count: 500,
	})
	if err != nil {
		t.Fatal(err)
	}
	if got := bytes.Count(bytes.Join(page.Rows, nil), []byte(`"amount":12.345,`)); got != 2 {
		t.Errorf("%d of the rows are there, want 2", got)
	}
}
