package sandbox

import (
	"slices"
	"testing"

	"github.com/shopspring/decimal"

	"github.com/gingham-dev/gingham/models"
	"github.com/gingham-dev/gingham/providers"
)

// monthsOf are the months from one to another.
func monthsOf(from, to models.Month) (out []models.Month) {
	for m := from; m <= to; m = m.Next() {
		out = append(out, m)
	}
	return out
}

// stated are the statements of months by account, the oldest first.
func stated(t testing.TB, p *Provider, c providers.Conn, months []models.Month) map[string][]models.Statement {
	t.Helper()
	list, err := p.Statements(t.Context(), c, months)
	if err != nil {
		t.Fatal(err)
	}
	out := map[string][]models.Statement{}
	for _, s := range slices.Backward(list) {
		out[s.AccountKey] = append(out[s.AccountKey], s)
	}
	return out
}

// closing is what an account has after a statement's last line.
func closing(a *models.Account, s *models.Statement) models.Decimal {
	balance := s.Opening
	for _, line := range s.Lines {
		if a.Type == models.Credit {
			balance = balance.Add(line.Amount)
		} else {
			balance = balance.Sub(line.Amount)
		}
	}
	return balance
}

// TestStatementsAddUp checks of every user, weeks after linking and with refreshes and
// edits in between, that each statement opens as the one before it closes, that the last
// closes with what there is now less what came since, and that lines are the rows that
// transactions tell, each once.
func TestStatementsAddUp(t *testing.T) {
	p := newProvider(t)
	for user, password := range goldenUsers(p) {
		t.Run(user, func(t *testing.T) {
			c := link(t, p, bank, user, password)
			for n := range 5 {
				c = at(c, 20*n)
				sync(t, p, &c, true)
			}
			key := accounts(t, p, c)[0].Key
			edited(t, p, &c,
				providers.TransactionEdit{AccountKey: key, Transacted: ago(3), Posted: ago(2), Amount: money("12.34"), Description: ptr("ADDED")},
				providers.TransactionEdit{AccountKey: key, Transacted: ago(-79), Amount: money("5"), Currency: ptr("EUR"), Description: ptr("ABROAD"), Posted: ago(-79)},
			)
			checkStatements(t, p, c)
		})
	}
}

func checkStatements(t *testing.T, p *Provider, c providers.Conn) {
	t.Helper()
	rows := sync(t, p, &c, false).Transactions
	began := rows[0].Date
	for _, r := range rows {
		began = min(began, r.Date)
	}
	all := stated(t, p, c, monthsOf("2023-11", "2027-02"))
	for _, a := range accounts(t, p, c) {
		list := all[a.Key]
		if a.Type != models.Depository && a.Type != models.Credit {
			if len(list) != 0 {
				t.Errorf("%s has %d statements", a.Key, len(list))
			}
			continue
		}
		// It is 8 February 2027.
		if len(list) != 39 || list[0].Month != "2023-11" || list[38].Month != "2027-01" {
			t.Fatalf("%s: %d statements, from %s to %s", a.Key, len(list), list[0].Month, list[len(list)-1].Month)
		}
		for i := range list {
			s := &list[i]
			if s.Posted != s.Month.Last() || len(s.Owners) == 0 {
				t.Errorf("%s %s: posted on %s, of %d owners", a.Key, s.Month, s.Posted, len(s.Owners))
			}
			if i > 0 && !s.Opening.Equal(closing(&a, &list[i-1])) {
				t.Errorf("%s %s opens with %s, after %s", a.Key, s.Month, s.Opening, closing(&a, &list[i-1]))
			}
			if s.Month.First() >= began {
				checkLines(t, s, rows)
			}
		}
		since := models.Decimal{}
		for _, r := range rows {
			if r.AccountKey == a.Key && !r.Pending && r.Date >= "2027-02-01" {
				since = since.Add(r.Amount)
			}
		}
		if a.Type == models.Depository {
			since = since.Neg()
		}
		if got := closing(&a, &list[38]).Add(since); !got.Equal(*a.Balances.Current) {
			t.Errorf("%s: the last closes so that there is %s now, not %s", a.Key, got, a.Balances.Current)
		}
	}
}

// checkLines compares a statement's lines to the posted rows of its month.
func checkLines(t *testing.T, s *models.Statement, rows []models.Transaction) {
	t.Helper()
	var want, got []string
	for i := range rows {
		if r := &rows[i]; r.AccountKey == s.AccountKey && !r.Pending && r.Date.Month() == s.Month {
			description := r.Name
			if r.Name == "ABROAD" {
				description += " (5 EUR)"
			}
			want = append(want, string(r.Date)+" "+r.Amount.String()+" "+description)
		}
	}
	for _, l := range s.Lines {
		got = append(got, string(l.Date)+" "+l.Amount.String()+" "+l.Description)
	}
	if !slices.IsSortedFunc(s.Lines, func(a, b models.StatementLine) int { return compare(a.Date, b.Date) }) {
		t.Errorf("%s %s is not in order", s.AccountKey, s.Month)
	}
	slices.Sort(want)
	slices.Sort(got)
	if !slices.Equal(got, want) {
		t.Errorf("%s %s has\n%q, not\n%q", s.AccountKey, s.Month, got, want)
	}
}

// TestStatementsStay checks that a month is stated the same whichever others are asked
// for and however much later, and that months before all history have lines.
func TestStatementsStay(t *testing.T) {
	p := newProvider(t)
	for user, password := range goldenUsers(p) {
		c := link(t, p, bank, user, password)
		all, lines := stated(t, p, c, monthsOf("2021-02", "2026-10")), 0
		for _, m := range []models.Month{"2021-02", "2024-03", "2026-10"} {
			for key, list := range stated(t, p, at(c, 400), []models.Month{m}) {
				i := slices.IndexFunc(all[key], func(s models.Statement) bool { return s.Month == m })
				if got, want := text(t, list), text(t, all[key][i:i+1]); got != want {
					t.Errorf("%s, %s of %s alone is\n%s\nand with others\n%s", user, key, m, got, want)
				}
				lines += len(list[0].Lines)
			}
		}
		if lines < 12 {
			t.Errorf("%s: only %d lines", user, lines)
		}
	}
}

// TestStatementsOfMonthsToCome has none, nor of a month on its last day.
func TestStatementsOfMonthsToCome(t *testing.T) {
	p := newProvider(t)
	c := link(t, p, bank, userGood, passGood)
	for days, want := range map[int]int{0: 0, 10: 0, 11: 1} { // 30 November is the tenth day
		if n := len(stated(t, p, at(c, days), monthsOf("2026-11", "2027-05"))["checking"]); n != want {
			t.Errorf("%d statements after %d days", n, days)
		}
	}
	if list, err := p.Statements(t.Context(), c, nil); err != nil || list != nil {
		t.Errorf("of no month: %v, %v", list, err)
	}
}

// TestStatementsOfCustomUsers have what their JSON says, and nothing before it.
func TestStatementsOfCustomUsers(t *testing.T) {
	p := newProvider(t)
	c := link(t, p, bank, userCustom, `{"override_accounts":[{"type":"depository","subtype":"checking","starting_balance":100,"transactions":[
		{"date_transacted":"2019-05-31","date_posted":"2019-06-01","amount":3,"description":"ONE","currency":"USD"},
		{"date_transacted":"2026-10-31","date_posted":"2026-10-31","amount":-7.5,"description":"TWO","currency":"USD"},
		{"date_transacted":"2026-11-19","date_posted":"2026-12-02","amount":1,"description":"THREE","currency":"USD"}]}]}`)
	for _, list := range stated(t, p, c, monthsOf("2019-05", "2026-10")) {
		for _, s := range list {
			lines, opening := 0, decimal.New(955, -1)
			switch s.Month {
			case "2019-05":
			case "2019-06":
				lines = 1
			case "2026-10":
				lines, opening = 1, decimal.New(925, -1)
			default:
				opening = decimal.New(925, -1)
			}
			if len(s.Lines) != lines || !s.Opening.Equal(opening) {
				t.Errorf("%s: opens with %s, and has %v", s.Month, s.Opening, s.Lines)
			}
		}
	}
}

func TestStatementsOfBrokenLogin(t *testing.T) {
	p := newProvider(t)
	c := link(t, p, bank, userGood, passGood)
	state, err := p.ResetLogin(t.Context(), c)
	if err != nil {
		t.Fatal(err)
	}
	c.State = state
	if _, err := p.Statements(t.Context(), c, monthsOf("2026-01", "2026-01")); kind(err) != providers.LoginRequired {
		t.Errorf("%v", err)
	}
}
