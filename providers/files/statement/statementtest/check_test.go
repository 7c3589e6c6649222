package statementtest_test

import (
	"errors"
	"testing"

	"github.com/gingham-dev/gingham/models"
	"github.com/gingham-dev/gingham/providers/files/statement"
	"github.com/gingham-dev/gingham/providers/files/statement/statementtest"
)

// recorder is a test that only remembers whether it failed.
type recorder struct {
	testing.TB
	failed bool
}

func (r *recorder) Helper()               {}
func (r *recorder) Errorf(string, ...any) { r.failed = true }

// good is a file that keeps to the contract.
func good() *statement.File {
	key := statement.AccountKey("1", "2")
	return &statement.File{
		Format:     "test",
		Securities: []models.Security{{Key: "CUSIP:1", Name: "One", Type: "equity", Currency: models.USD()}},
		Statements: []statement.Statement{
			{
				Account:  statement.Account{Key: key, Type: models.Depository, Subtype: "checking", Name: "Checking", Currency: models.USD()},
				Balances: statement.Balances{Current: &statement.Balance{Date: "2026-01-02"}},
				Transactions: []statement.Transaction{{
					Line: 1, Posted: "2026-01-02", Amount: models.NewDecimal(1), Currency: models.USD(),
					Original: &statement.Money{Amount: models.NewDecimal(2), Currency: models.Currency{ISO: "EUR"}},
				}},
			},
			{
				Account:  statement.Account{Key: key, Type: models.Investment, Subtype: "ira", Name: "IRA", Currency: models.USD()},
				Holdings: []models.Holding{{AccountKey: key, SecurityKey: "CUSIP:1", Currency: models.USD()}},
				Trades: []statement.Trade{{Line: 2, InvestmentTransaction: models.InvestmentTransaction{
					AccountKey: key, SecurityKey: "CUSIP:1", Date: "2026-01-02", Name: "buy", Type: "buy", Subtype: "buy", Currency: models.USD(),
				}}},
			},
		},
		Warnings: []statement.Warning{{Line: 1, Detail: "odd"}, {Line: 2, Detail: "odder"}},
	}
}

// TestCheck breaks the contract in one place at a time.
func TestCheck(t *testing.T) {
	t.Parallel()
	statementtest.Check(t, good())
	for name, breakIt := range map[string]func(f *statement.File){
		"no format":         func(f *statement.File) { f.Format = "" },
		"no statement":      func(f *statement.File) { f.Statements = nil },
		"created":           func(f *statement.File) { f.Created = "today" },
		"security twice":    func(f *statement.File) { f.Securities = append(f.Securities, f.Securities[0]) },
		"security nameless": func(f *statement.File) { f.Securities[0].Name = "" },
		"warnings":          func(f *statement.File) { f.Warnings[0].Line = 3 },
		"key":               func(f *statement.File) { f.Statements[0].Account.Key = "12345678" },
		"subtype":           func(f *statement.File) { f.Statements[0].Account.Subtype = "" },
		"mask":              func(f *statement.File) { f.Statements[0].Account.Mask = "12345678" },
		"no currency":       func(f *statement.File) { f.Statements[0].Account.Currency = models.Currency{} },
		"two currencies":    func(f *statement.File) { f.Statements[0].Account.Currency.Unofficial = "BTC" },
		"period": func(f *statement.File) {
			f.Statements[0].Period = statement.Period{From: "2026-02-01", To: "2026-01-01"}
		},
		"numbers":          func(f *statement.File) { f.Statements[0].Account.Numbers = &models.AccountNumbers{} },
		"balance's day":    func(f *statement.File) { f.Statements[0].Balances.Current.Date = "2026-02-30" },
		"kind of rows":     func(f *statement.File) { f.Statements[0].Account.Type = models.Investment },
		"kind of trades":   func(f *statement.File) { f.Statements[1].Account.Type = models.Credit },
		"line":             func(f *statement.File) { f.Statements[0].Transactions[0].Line = 0 },
		"no day":           func(f *statement.File) { f.Statements[0].Transactions[0].Posted = "" },
		"time":             func(f *statement.File) { f.Statements[0].Transactions[0].PostedAt = "noon" },
		"original's sign":  func(f *statement.File) { f.Statements[0].Transactions[0].Original.Amount = models.NewDecimal(-2) },
		"void":             func(f *statement.File) { f.Statements[0].Transactions[0].Void = true },
		"trade's security": func(f *statement.File) { f.Statements[1].Trades[0].SecurityKey = "x" },
		"trade's account":  func(f *statement.File) { f.Statements[1].Trades[0].AccountKey = "x" },
		"trade's name":     func(f *statement.File) { f.Statements[1].Trades[0].Name = "" },
		"trade void":       func(f *statement.File) { f.Statements[1].Trades[0].Void = true },
		"held twice": func(f *statement.File) {
			f.Statements[1].Holdings = append(f.Statements[1].Holdings, f.Statements[1].Holdings[0])
		},
	} {
		f := good()
		breakIt(f)
		r := &recorder{TB: t}
		if statementtest.Check(r, f); !r.failed {
			t.Errorf("%s: it wasn't noticed", name)
		}
	}
}

func TestCheckDecode(t *testing.T) {
	t.Parallel()
	calls := 0
	for name, c := range map[string]struct {
		decode func([]byte) (*statement.File, error)
		fails  bool
	}{
		"a file":        {func([]byte) (*statement.File, error) { return good(), nil }, false},
		"an error":      {func([]byte) (*statement.File, error) { return nil, &statement.Error{Line: 1, Detail: "odd"} }, false},
		"other error":   {func([]byte) (*statement.File, error) { return nil, errors.ErrUnsupported }, true},
		"no detail":     {func([]byte) (*statement.File, error) { return nil, &statement.Error{Line: 1} }, true},
		"out of bounds": {func([]byte) (*statement.File, error) { return nil, &statement.Error{Offset: 9, Detail: "odd"} }, true},
		"both":          {func([]byte) (*statement.File, error) { return good(), &statement.Error{Detail: "odd"} }, true},
		"bad file":      {func([]byte) (*statement.File, error) { return &statement.File{}, nil }, true},
		"unstable": {func([]byte) (*statement.File, error) {
			calls++
			f := good()
			f.Statements[0].Transactions[0].Line = calls
			return f, nil
		}, true},
	} {
		r := &recorder{TB: t}
		statementtest.CheckDecode(r, []byte("1234"), c.decode)
		if r.failed != c.fails {
			t.Errorf("%s: failed is %v", name, r.failed)
		}
	}
}
