package statement_test

import (
	"testing"

	"github.com/gingham-dev/gingham/models"
	"github.com/gingham-dev/gingham/providers/files/statement"
)

func TestSetPeriod(t *testing.T) {
	t.Parallel()
	type days = []models.Date
	for _, c := range []struct {
		name             string
		opening, closing models.Date
		posted           days
		want             statement.Period
		opened           models.Date
	}{
		{"the day before", "2026-03-31", "2026-04-01", days{"2026-04-01"}, statement.Period{From: "2026-04-01", To: "2026-04-01"}, "2026-04-01"},
		{"the first day", "2026-03-01", "2026-03-31", days{"2026-03-01"}, statement.Period{From: "2026-03-02", To: "2026-03-31"}, "2026-03-01"},
		{"one day", "2026-04-01", "2026-04-01", days{"2026-04-01"}, statement.Period{From: "2026-04-01", To: "2026-04-01"}, "2026-04-01"},
		{"the wrong way", "2026-04-02", "2026-04-01", nil, statement.Period{}, "2026-04-02"},
		{"no closing", "2026-04-02", "", nil, statement.Period{}, "2026-04-02"},
		{"no opening", "", "2026-04-02", nil, statement.Period{}, ""},
	} {
		st := statement.Statement{Balances: statement.Balances{Opening: &statement.Balance{Date: c.opening}}}
		for _, d := range c.posted {
			st.Transactions = append(st.Transactions, statement.Transaction{Posted: d})
		}
		st.SetPeriod(c.opening, c.closing)
		if st.Period != c.want || st.Balances.Opening.Date != c.opened {
			t.Errorf("%s: %+v, opened %q; want %+v, %q", c.name, st.Period, st.Balances.Opening.Date, c.want, c.opened)
		}
	}
}

func TestGap(t *testing.T) {
	t.Parallel()
	eur := models.Currency{ISO: "EUR"}
	whole := func() *statement.Statement {
		row := func(amount int64) statement.Transaction {
			return statement.Transaction{Amount: models.NewDecimal(amount), Currency: eur}
		}
		return &statement.Statement{
			Account: statement.Account{Type: models.Depository, Currency: eur},
			Balances: statement.Balances{
				Opening: &statement.Balance{Amount: models.NewDecimal(100)}, Current: &statement.Balance{Amount: models.NewDecimal(70)},
			},
			Transactions: []statement.Transaction{row(50), row(-20)},
		}
	}
	for _, c := range []struct {
		name   string
		change func(*statement.Statement)
		want   int64
		ok     bool
	}{
		{"whole", func(*statement.Statement) {}, 0, true},
		{"lacking a row", func(s *statement.Statement) { s.Transactions = s.Transactions[1:] }, -50, true},
		{"pending", func(s *statement.Statement) { s.Transactions[1].Pending = true }, 20, true},
		{"void", func(s *statement.Statement) { s.Transactions[1].Void = true }, 20, true},
		{"owed", func(s *statement.Statement) {
			s.Account.Type, s.Balances.Current.Amount = models.Loan, models.NewDecimal(130)
		}, 0, true},
		{"another currency", func(s *statement.Statement) { s.Transactions[1].Currency = models.USD() }, 0, false},
		{"no opening", func(s *statement.Statement) { s.Balances.Opening = nil }, 0, false},
		{"no current", func(s *statement.Statement) { s.Balances.Current = nil }, 0, false},
	} {
		st := whole()
		c.change(st)
		if gap, ok := st.Gap(); ok != c.ok || !gap.Equal(models.NewDecimal(c.want)) {
			t.Errorf("%s: %s, %t; want %d, %t", c.name, gap, ok, c.want, c.ok)
		}
	}
}
