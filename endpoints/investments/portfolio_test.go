package investments

import (
	"fmt"
	"slices"
	"testing"

	"github.com/shopspring/decimal"

	"github.com/gingham-dev/gingham/endpoints/api/show"
	"github.com/gingham-dev/gingham/models"
	"github.com/gingham-dev/gingham/store"
)

func bitcoin() *portfolio {
	return &portfolio{
		head:     &store.Head{ID: "item", Provider: "test", Item: models.Item{Institution: "ins_1"}},
		accounts: show.Accounts{{Key: "a", ID: "A"}},
		Investments: models.Investments{
			Securities: []models.Security{{Key: "btc", Currency: models.Currency{Unofficial: "BTC"}}, {Key: "unused"}},
			Holdings: []models.Holding{
				{AccountKey: "a", SecurityKey: "btc", Quantity: decimal.New(123456789, -8), Currency: models.Currency{Unofficial: "BTC"}},
				{AccountKey: "not asked for", SecurityKey: "unused"},
			},
			Transactions: []models.InvestmentTransaction{
				{Key: "3", AccountKey: "a", Date: "2026-03-03", SecurityKey: "btc"},
				{Key: "2", AccountKey: "a", Date: "2026-03-02", Type: "cash", Subtype: "deposit"},
				{Key: "x", AccountKey: "not asked for", Date: "2026-03-02"},
				{Key: "1", AccountKey: "a", Date: "2026-03-01"},
			},
		},
	}
}

// TestPositions shows that only accounts asked for count, that only securities
// held are told of, and that what is unknown is null.
func TestPositions(t *testing.T) {
	t.Parallel()
	list, securities := bitcoin().positions()
	if len(list) != 1 || len(securities) != 1 {
		t.Fatalf("%d holdings in %d securities", len(list), len(securities))
	}
	want := fmt.Sprintf(`{"account_id":"A","cost_basis":null,"institution_price":0,"institution_price_as_of":null,`+
		`"institution_price_datetime":null,"institution_value":0,"iso_currency_code":null,"quantity":1.23456789,`+
		`"security_id":%q,"unofficial_currency_code":"BTC","vested_quantity":null,"vested_value":null}`, securities[0].SecurityID)
	if got := string(list[0].AppendJSON(nil)); got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
	want = fmt.Sprintf(`{"cfi_code":null,"close_price":null,"close_price_as_of":null,"cusip":null,"figi":null,"fixed_income":null,`+
		`"industry":null,"institution_id":null,"institution_security_id":null,"is_cash_equivalent":false,"isin":null,`+
		`"iso_currency_code":null,"market_identifier_code":null,"name":null,"option_contract":null,"proxy_security_id":null,`+
		`"sector":null,"security_id":%q,"sedol":null,"subtype":null,"ticker_symbol":null,"type":null,`+
		`"unofficial_currency_code":"BTC","update_datetime":null}`, securities[0].SecurityID)
	if got := string(securities[0].AppendJSON(nil)); got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
}

func TestBetween(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		first, last models.Date
		want        []string
	}{
		{"2026-01-01", "2026-12-31", []string{"3", "2", "1"}},
		{"2026-03-02", "2026-03-03", []string{"3", "2"}},
		{"2026-03-02", "2026-03-02", []string{"2"}},
		{"2026-03-04", "2026-12-31", nil},
	} {
		var got []string
		for _, row := range bitcoin().between(c.first, c.last) {
			got = append(got, row.Key)
		}
		if !slices.Equal(got, c.want) {
			t.Errorf("%s to %s: %v, want %v", c.first, c.last, got, c.want)
		}
	}
}

// TestTrades shows that a movement of cash is about no security.
func TestTrades(t *testing.T) {
	t.Parallel()
	p := bitcoin()
	list, securities := p.trades(p.between("2026-03-02", "2026-03-02"))
	if len(list) != 1 || len(securities) != 0 {
		t.Fatalf("%d trades in %d securities", len(list), len(securities))
	}
	want := fmt.Sprintf(`{"account_id":"A","amount":0,"cancel_transaction_id":null,"date":"2026-03-02","fees":null,`+
		`"investment_transaction_id":%q,"iso_currency_code":null,"name":"","price":0,"quantity":0,"security_id":null,`+
		`"subtype":"deposit","transaction_datetime":null,"type":"cash","unofficial_currency_code":null}`,
		list[0].InvestmentTransactionID)
	if got := string(list[0].AppendJSON(nil)); got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
}

// TestSecurityKinds shows what bonds, options and an institution's own ids add.
func TestSecurityKinds(t *testing.T) {
	t.Parallel()
	yield := decimal.New(543, -2)
	p := bitcoin()
	s := p.security(&models.Security{
		Key: "k", InstitutionSecurityID: "own",
		FixedIncome: &models.FixedIncome{MaturityDate: "2030-01-31", YieldPercentage: &yield, YieldType: "coupon"},
		Option: &models.OptionContract{
			ContractType: "call", ExpirationDate: "2027-01-15", StrikePrice: decimal.New(355, 0), UnderlyingTicker: "GNGM",
		},
	})
	if *s.InstitutionID != "ins_1" || *s.InstitutionSecurityID != "own" {
		t.Errorf("institution's id: %q of %q", *s.InstitutionSecurityID, *s.InstitutionID)
	}
	want := `{"face_value":null,"issue_date":null,"maturity_date":"2030-01-31","yield_rate":{"percentage":5.43,"type":"coupon"}}`
	if got := string(s.FixedIncome.AppendJSON(nil)); got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
	want = `{"contract_type":"call","expiration_date":"2027-01-15","strike_price":355,"underlying_security_ticker":"GNGM"}`
	if got := string(s.OptionContract.AppendJSON(nil)); got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
	bare := p.security(&models.Security{FixedIncome: &models.FixedIncome{}})
	if bare.FixedIncome.YieldRate != nil {
		t.Error("an unknown yield is not null")
	}
}
