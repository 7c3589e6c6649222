package simplefin_test

import (
	"testing"

	"github.com/gingham-dev/gingham/models"
	"github.com/gingham-dev/gingham/providers"
	"github.com/gingham-dev/gingham/providers/simplefin"
	"github.com/gingham-dev/gingham/providers/simplefin/simplefintest"
)

// accountsOf are a bank's accounts, of which each was changed.
func accountsOf(t *testing.T, s providers.Settings, accounts ...*simplefintest.Account) []models.Account {
	t.Helper()
	for _, a := range accounts {
		if a.Balance == "" {
			a.Balance = "0"
		}
		if a.Currency == "" {
			a.Currency = "USD"
		}
	}
	w := newWorld(t, 2, s, &simplefintest.Bank{Key: "CON-1", Name: "Bank", Accounts: accounts})
	c := w.link(t)
	return w.sync(t, &c, "2026-06-01")[0].Accounts
}

func TestTypes(t *testing.T) {
	for name, want := range map[string]string{
		"Everyday Checking":          "depository checking",
		"360 Performance Savings":    "depository savings",
		"Money Market":               "depository money market",
		"12 Month CD":                "depository cd",
		"HSA":                        "depository hsa",
		"Debit Card":                 "depository prepaid",
		"VISA Signature (9876)":      "credit credit card",
		"American Express Gold":      "credit credit card",
		"Home Equity Line of Credit": "loan home equity",
		"Personal Line of Credit":    "loan line of credit",
		"30 Yr Mortgage":             "loan mortgage",
		"Student Loan - Group A":     "loan student",
		"Auto Loan":                  "loan auto",
		"Consolidation Loan":         "loan loan",
		"Roth IRA":                   "investment roth",
		"Rollover IRA":               "investment ira",
		"ACME 401(k) Plan":           "investment 401k",
		"Individual Brokerage":       "investment brokerage",
		"Miraculous":                 "other other", // no ira, no card
		"Discard":                    "other other",
		"ACT-1":                      "other other",
	} {
		got := accountsOf(t, nil, &simplefintest.Account{ID: "1", Name: name})[0]
		if got.Type+" "+got.Subtype != want {
			t.Errorf("%q is %s %s, want %s", name, got.Type, got.Subtype, want)
		}
	}
}

// TestTypesThatAreSet checks what goes before what: holdings, settings, names.
func TestTypesThatAreSet(t *testing.T) {
	s := providers.Settings{
		"account_types": []map[string]string{
			{"account": "act-1", "type": "loan", "subtype": "auto"},
			{"account": "Rewards CHECKING", "type": "credit", "subtype": "credit card"},
			{"account": "Stocks", "type": "depository", "subtype": "savings"},
		},
		"presume": map[string]string{"type": "depository", "subtype": "checking"},
	}
	list := accountsOf(t, s,
		&simplefintest.Account{ID: "ACT-1", Name: "Checking", Balance: "-100"},
		&simplefintest.Account{ID: "2", Name: "Rewards Checking", Balance: "-5", Available: "995"},
		&simplefintest.Account{ID: "3", Name: "Stocks", Holdings: `[{"shares":"1","symbol":"X"}]`},
		&simplefintest.Account{ID: "4", Name: "Sapphire", Balance: "7"},
	)
	want := []string{"loan auto", "credit credit card", "investment brokerage", "depository checking"}
	for i, a := range list {
		if a.Type+" "+a.Subtype != want[i] {
			t.Errorf("%s is %s %s, want %s", a.Name, a.Type, a.Subtype, want[i])
		}
	}
	if list[0].Balances.Current.String() != "100" || list[0].Balances.Available != nil {
		t.Errorf("a loan: %+v", list[0].Balances)
	}
	if list[1].Balances.Current.String() != "5" || list[1].Balances.Available.String() != "995" {
		t.Errorf("a card: %+v", list[1].Balances)
	}
	if list[3].Balances.Current.String() != "7" || list[3].Balances.Available.String() != "7" {
		t.Errorf("a checking account: %+v", list[3].Balances)
	}
}

// TestInvestmentStays checks that an account is what its holdings made it, also where an
// answer is without them.
func TestInvestmentStays(t *testing.T) {
	w := newWorld(t, 2, nil, &simplefintest.Bank{Key: "CON-1", Name: "Broker", Accounts: []*simplefintest.Account{
		{ID: "1", Name: "Joint WROS", Currency: "USD", Balance: "10", Holdings: `[{"shares":"1","symbol":"X"}]`},
	}})
	c := w.link(t)
	list, err := w.Accounts(t.Context(), c)
	if err != nil || !list[0].IsInvestment() {
		t.Errorf("%+v, %v", list, err)
	}
}

func TestCurrenciesAndMasks(t *testing.T) {
	list := accountsOf(t, nil,
		&simplefintest.Account{ID: "1", Name: "Checking ...1234", Currency: "ZMW"},
		&simplefintest.Account{ID: "2", Name: "Savings (0042) ", Currency: "https://www.example.com/flight-miles"},
		&simplefintest.Account{ID: "3", Name: "Savings 12345", Currency: "BTC"},
		&simplefintest.Account{ID: "4", Name: "Fund 2030 Plus", Currency: "usd"},
	)
	want := []struct {
		mask     string
		currency models.Currency
	}{
		{"1234", models.Currency{ISO: "ZMW"}},
		{"0042", models.Currency{Unofficial: "https://www.example.com/flight-miles"}},
		{"", models.Currency{Unofficial: "BTC"}},
		{"", models.Currency{ISO: "USD"}},
	}
	for i, a := range list {
		if a.Mask != want[i].mask || a.Balances.Currency != want[i].currency {
			t.Errorf("%q: mask %q, %+v", a.Name, a.Mask, a.Balances.Currency)
		}
	}
}

func TestHoldings(t *testing.T) {
	w := newWorld(t, 2, nil, &simplefintest.Bank{Key: "CON-1", Name: "Broker", Accounts: []*simplefintest.Account{
		{ID: "1", Name: "Brokerage", Currency: "USD", Balance: "5000", BalanceDate: day(1), Holdings: `[
			{"id":"H1","shares":"10","symbol":"vde","description":"Energy","market_value":"1500.00","cost_basis":"1200.00","purchase_price":"0.00","currency":""},
			{"id":"H2","shares":"4","symbol":"ETR","market_value":"100","cost_basis":"20","purchase_price":"20"},
			{"id":"H3","shares":"1","symbol":"ETR","market_value":"25","cost_basis":"","purchase_price":"30"},
			{"id":"H4","shares":"2.5","symbol":"","description":"Stable Value","market_value":"10","currency":"EUR"},
			{"id":"H5","symbol":"NONE"}, {"id":"H6","shares":"1"}, {"shares":{"odd":1},"symbol":"ODD"}, "odd",
			{"id":"H7","shares":"3","symbol":"FIVE","cost_basis":"0","purchase_price":"5"}
		]`},
		{ID: "2", Name: "IRA", Currency: "USD", Balance: "150", Holdings: `[{"shares":0.5,"symbol":"VDE","market_value":75.10}]`},
	}})
	c := w.link(t)
	in, err := w.Provider.(providers.InvestmentsProvider).Investments(t.Context(), c, "2024-01-01")
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, h := range in.Holdings {
		cost := "unknown"
		if h.CostBasis != nil {
			cost = h.CostBasis.String()
		}
		got = append(got, h.AccountKey+" "+h.SecurityKey+" "+h.Quantity.String()+" at "+h.Price.String()+" = "+h.Value.String()+" for "+cost+" "+h.Currency.ISO)
	}
	want := []string{
		"1 VDE 10 at 150 = 1500 for 1200 USD",
		"1 name:stable value 2.5 at 4 = 10 for unknown EUR",
		"1 ETR 5 at 25 = 125 for 110 USD",
		"1 FIVE 3 at 0 = 0 for 15 USD",
		"2 VDE 0.5 at 150.2 = 75.1 for unknown USD",
	}
	for _, line := range want {
		found := false
		for _, g := range got {
			found = found || g == line
		}
		if !found {
			t.Errorf("%q is not in %q", line, got)
		}
	}
	if len(in.Securities) != 4 || in.Securities[3].ClosePrice != nil || len(got) != 5 || in.Securities[0].Ticker != "VDE" || in.Securities[0].Name != "Energy" || in.Transactions == nil {
		t.Errorf("%+v", in)
	}
}

func TestSettings(t *testing.T) {
	for name, s := range map[string]providers.Settings{
		"unknown": {"token": "x"}, "window": {"window_days": 91}, "no window": {"window_days": 0}, "budget": {"budget": -1},
		"refresh": {"refresh": "often"}, "timeout": {"timeout": "0s"}, "long time-out": {"timeout": "long"}, "reply": {"max_reply_mb": 0},
		"type": {"account_types": []map[string]string{{"account": "x", "type": "checking"}}},
	} {
		if _, err := simplefin.New(s, providers.Surroundings{}); err == nil {
			t.Errorf("%s was taken", name)
		}
	}
	p, err := simplefin.New(providers.Settings{"budget": 0, "countries": []string{"GB"}}, providers.Surroundings{})
	if err != nil || p.Info().Budget != 0 || p.Institutions()[0].Countries[0] != "GB" {
		t.Errorf("%v", err)
	}
	if p, err = simplefin.New(nil, providers.Surroundings{}); err != nil || p.Info() != (providers.Info{Name: "simplefin", Mode: providers.Snapshot, LooseKeys: true, Bare: true, Budget: 24}) {
		t.Errorf("%v", err)
	}
}
