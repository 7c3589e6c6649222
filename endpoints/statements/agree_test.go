package statements_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/shopspring/decimal"

	"github.com/gingham-dev/gingham/documents/pdf/pdftest"
	"github.com/gingham-dev/gingham/endpoints/api/apitest"
	"github.com/gingham-dev/gingham/models"
	"github.com/gingham-dev/gingham/models/plaid"
)

// paper is what a reader sees on a statement.
type paper struct {
	opening, in, out, closing models.Decimal
	// lines are "date amount description", the amount positive when money leaves.
	lines []string
}

var (
	moneyPattern = regexp.MustCompile(`^-?[\d,]+\.\d\d USD$`)
	dayPattern   = regexp.MustCompile(`^\d{4}-\d\d-\d\d$`)
)

// read reads a document as a person would: line by line.
func read(t *testing.T, data []byte, owed bool) paper {
	t.Helper()
	file, err := pdftest.Read(data)
	must(t, err)
	pages, err := file.Text()
	must(t, err)
	var text []string
	for _, page := range pages {
		body := strings.Split(page, "\n")
		// What is on every page, and what is carried from one to the next, is said again.
		if at := slices.Index(body, "Brought forward"); at >= 0 {
			body = body[at+4:]
		}
		if at := slices.Index(body, "Carried forward"); at >= 0 {
			body = body[:at]
		}
		text = append(text, body...)
	}
	amount := func(i int) models.Decimal {
		if !moneyPattern.MatchString(text[i]) {
			t.Fatalf("%q is no amount", text[i])
		}
		return decimal.RequireFromString(strings.ReplaceAll(strings.TrimSuffix(text[i], " USD"), ",", ""))
	}
	at := slices.Index(text, "Summary") + 5
	p := paper{opening: amount(at), in: amount(at + 1), out: amount(at + 2), closing: amount(at + 3)}
	at += slices.Index(text[at:], "Transactions") + 9
	balance := p.opening
	for text[at+1] != "Closing balance" {
		if !dayPattern.MatchString(text[at]) {
			t.Fatalf("%q is no day", text[at])
		}
		end := at + 1
		for !moneyPattern.MatchString(text[end]) {
			end++
		}
		moved := amount(end)
		if amount(end+1).GreaterThan(balance) != owed {
			moved = moved.Neg()
		}
		p.lines = append(p.lines, fmt.Sprintf("%s %s %s", text[at], moved, words(text[at+1:end]...)))
		balance = amount(end + 1)
		at = end + 2
	}
	if !amount(at+2).Equal(p.out) || !amount(at+3).Equal(p.in) || !amount(at+4).Equal(p.closing) || !balance.Equal(p.closing) {
		t.Errorf("the table ends with %s out, %s in and %s", text[at+2], text[at+3], text[at+4])
	}
	return p
}

// words are texts without their spaces, which a narrow column moves.
func words(texts ...string) string { return strings.Join(strings.Fields(strings.Join(texts, "")), "") }

// rows are the Item's posted transactions.
func (w *world) rows(access string) (out []plaid.Transaction) {
	w.t.Helper()
	for {
		var page struct {
			Total        int                 `json:"total_transactions"`
			Transactions []plaid.Transaction `json:"transactions"`
		}
		a := w.Post("/transactions/get", fmt.Sprintf(
			`%s,"start_date":"2020-01-01","end_date":"2030-01-01","options":{"count":500,"offset":%d}`, access, len(out)))
		must(w.t, json.Unmarshal(a.OK().Body, &page))
		if out = append(out, page.Transactions...); len(out) >= page.Total {
			return slices.DeleteFunc(out, func(r plaid.Transaction) bool { return r.Pending })
		}
	}
}

// agrees compares all statements to the transactions of their months, and returns how
// many lines they have.
func (w *world) agrees(access string) int {
	w.t.Helper()
	rows, lines := w.rows(access), 0
	for _, a := range w.list(access).Accounts {
		next := (*models.Decimal)(nil) // what the statement after this one opens with
		for _, s := range a.Statements {
			owed := a.AccountType == models.Credit
			p := read(w.t, w.download(access, s.StatementID), owed)
			month, in, out := fmt.Sprintf("%d-%02d", s.Year, s.Month), models.Decimal{}, models.Decimal{}
			var want []string
			for _, r := range rows {
				if r.AccountID != a.AccountID || !strings.HasPrefix(r.Date, month) {
					continue
				}
				want = append(want, fmt.Sprintf("%s %s %s", r.Date, r.Amount, words(r.Name)))
				if r.Amount.IsNegative() {
					in = in.Sub(r.Amount)
				} else {
					out = out.Add(r.Amount)
				}
			}
			slices.Sort(want)
			slices.Sort(p.lines)
			if !slices.Equal(p.lines, want) {
				w.t.Errorf("%s %s has\n%q, not\n%q", a.AccountName, month, p.lines, want)
			}
			moved := in.Sub(out)
			if owed {
				moved = moved.Neg()
			}
			if !p.in.Equal(in) || !p.out.Equal(out) || !p.opening.Add(moved).Equal(p.closing) {
				w.t.Errorf("%s %s: %s + %s - %s = %s; the transactions say %s in and %s out",
					a.AccountName, month, p.opening, p.in, p.out, p.closing, in, out)
			}
			if next != nil && !next.Equal(p.closing) {
				w.t.Errorf("%s %s closes with %s, and then there is %s", a.AccountName, month, p.closing, next)
			}
			next = &p.opening
			lines += len(want)
		}
	}
	return lines
}

// TestTotalsAgree compares what statements say to /transactions/get, when they are
// fetched and when the institution has changed its past since.
func TestTotalsAgree(t *testing.T) {
	t.Parallel()
	for user, from := range map[string]string{
		"user_good": "2026-10-01", "user_yuppie": "2026-10-01", "user_transactions_dynamic": "2026-07-01",
	} {
		t.Run(user, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, apitest.Options{})
			access, _ := w.bank(user, from, "2026-11-01", models.ProductTransactions)
			if lines := w.agrees(access); lines < 15 {
				t.Errorf("only %d lines", lines)
			}
			if user == "user_transactions_dynamic" {
				w.Post("/sandbox/transactions/create", access+`,"transactions":[{"amount":1.5,"date_posted":"2026-11-10",`+
					`"date_transacted":"2026-11-09","description":"A row of a tester's whose description is wider than its column"}]`).OK()
			}
			for range 4 {
				w.Advance(5 * 24 * time.Hour)
				w.Post("/transactions/refresh", access).OK()
			}
			// It is 10 December. The last four refreshes each changed a row of the past.
			w.agrees(access)
			w.Post("/statements/refresh", access+`,"start_date":"2026-11-01","end_date":"2026-12-01"`).OK()
			if got := w.list(access).Accounts[0].Statements[0]; got.Month != 11 {
				t.Errorf("the newest is of month %d", got.Month)
			}
			w.agrees(access)
		})
	}
}

// TestSameBytes downloads a statement again, and later.
func TestSameBytes(t *testing.T) {
	t.Parallel()
	w := newWorld(t, apitest.Options{})
	access, _ := w.bank("user_yuppie", "2023-11-01", "2026-10-31")
	a := w.list(access).Accounts[2]
	for _, s := range []plaid.StatementsStatement{a.Statements[0], a.Statements[35]} {
		first := w.download(access, s.StatementID)
		w.Advance(40 * 24 * time.Hour)
		w.Post("/statements/refresh", access+`,"start_date":"2022-11-01","end_date":"2023-10-31"`).OK()
		if !bytes.Equal(first, w.download(access, s.StatementID)) {
			t.Errorf("%d-%d has other bytes later", s.Year, s.Month)
		}
	}
}
