package sandbox

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/shopspring/decimal"

	"github.com/gingham-dev/gingham/models"
	"github.com/gingham-dev/gingham/providers"
)

// everyField is a custom user that uses the whole of the format, in both spellings.
const everyField = `{
 "version": 2, "seed": "a seed", "unknown": [1],
 "override_accounts": [
  {"type": "depository", "subtype": "checking", "starting_balance": "1200.50", "currency": "USD",
   "meta": {"name": "Main", "official_name": "Main Account", "mask": "77", "limit": 500},
   "numbers": {"account": "900011112222", "ach_routing": "122105155", "ach_wire_routing": "021000021",
    "eft_institution": "010", "eft_branch": "00100", "international_bic": "GINGGB2X",
    "international_iban": "GB33BUKB20201555555555", "bacs_sort_code": "200000"},
   "identity": {"names": ["Ada Example", null], "emails": [{"data": "ada@example.com", "primary": "true", "type": null}],
    "phone_numbers": [{"data": 5550100, "type": "mobile1"}],
    "addresses": [{"primary": true, "data": {"street": "1 Way", "city": "Town", "region": null, "postal_code": "1", "country": "US"}}]},
   "transactions": [
    {"date_transacted": "2026-11-01", "date_posted": "2026-11-02", "amount": 10.25, "description": "STARBUCKS 1", "currency": "USD"},
    {"date_transacted": "2026-11-19", "date_posted": "2026-11-24", "amount": "20.50", "description": "KFC", "currency": null},
    {"date_posted": "2026-11-26", "amount": -5, "description": "REFUND"}],
   "inflow_model": {"type": "monthly-income", "income_amount": 1000, "payment_day_of_month": "last", "transaction_name": "PAYROLL"}},
  {"type": "credit", "subtype": "credit card", "starting_balance": 300, "meta": {"limit": "1000"},
   "transactions": {"date_posted": "2026-11-10", "amount": 40, "description": "SHOP"},
   "inflow_model": {"type": "monthly-balance-payment", "payment_day_of_month": 25},
   "liability": {"type": "credit", "purchase_apr": 19.5, "cash_apr": 25, "last_payment_amount": 30, "minimum_payment_amount": 15, "is_overdue": true}},
  {"type": "loan", "subtype": "student", "inflow_model": {"type": "none"},
   "liability": {"type": "student", "origination_date": "2020-01-15", "principal": 12000, "nominal_apr": 6,
    "repayment_model": {"type": "standard", "non_repayment_months": 12, "repayment_months": 120},
    "loan_status": {"type": "repayment", "end_date": "2031-01-15"}, "pslf_status": {"payments_made": 3, "payments_remaining": 117},
    "servicer_address": {"data": {"street": "2 Way", "city": "Town", "region": "NY", "postal_code": "2", "country": "US"}}}},
  {"type": "investment", "subtype": "ira", "currency": "EUR",
   "holdings": {"institution_price": 10, "quantity": 2.5, "cost_basis": null, "institution_price_as_of": "2026-11-01",
    "security": {"ticker_symbol": "EWZ", "currency": "USD"}},
   "investment_transactions": {"date": "2026-11-03", "name": "bought", "quantity": 2.5, "price": "9.99", "fees": 1.01, "type": "buy",
    "security": {"isin": "US4642864007", "ticker_symbol": "EWZ", "currency": "USD"}}},
  {"type": "depository", "subtype": "savings", "starting_balance": 5, "has_null_available_balance": true, "currency": "BTC"}
 ]}`

func TestCustomEveryField(t *testing.T) {
	p := newProvider(t)
	c := link(t, p, bank, userCustom, everyField)
	a := accounts(t, p, c)
	if len(a) != 5 {
		t.Fatalf("%d accounts", len(a))
	}
	check := func(what, got, want string) {
		t.Helper()
		if got != want {
			t.Errorf("%s: %s, want %s", what, got, want)
		}
	}
	check("name", a[0].Name+"/"+a[0].OfficialName+"/"+a[0].Mask, "Main/Main Account/77")
	check("current", a[0].Balances.Current.String(), "1200.5")
	check("available", a[0].Balances.Available.String(), "1180")
	check("card", a[1].Balances.Available.String(), "700")
	check("value of holdings", a[3].Balances.Current.String(), "25")
	check("currency", a[3].Balances.Currency.ISO+a[4].Balances.Currency.Unofficial, "EURBTC")
	if a[4].Balances.Available != nil {
		t.Errorf("available is %s, want none", a[4].Balances.Available)
	}
	all := everything(t, p, c)
	owner := all["owners"].([]models.AccountOwners)[0].Owners[0]
	check("owner", fmt.Sprint(owner.Names, owner.Emails, owner.Phones), "[Ada Example] [{ada@example.com true primary}] [{5550100 false mobile}]")
	check("default owner", all["owners"].([]models.AccountOwners)[1].Owners[0].Names[0], goodOwner().Names[0])
	n := all["numbers"].([]models.AccountNumbers)[0]
	check("numbers", fmt.Sprint(*n.ACH, *n.EFT, *n.BACS, *n.International),
		"{900011112222 122105155 021000021 false} {900011112222 010 00100} {900011112222 200000} {GB33BUKB20201555555555 GINGGB2X}")
	inv := all["investments"].(models.Investments)
	check("trade", inv.Transactions[0].Amount.String()+inv.Transactions[0].Subtype, "25.99buy")
	check("security", inv.Securities[0].Type+inv.Securities[0].Name, "etfiShares Inc MSCI Brazil")
	l := all["liabilities"].(models.Liabilities)
	check("card's terms", fmt.Sprint(len(l.Credit[0].APRs), l.Credit[0].MinimumPayment, *l.Credit[0].IsOverdue), "2 15 true")
	check("loan", fmt.Sprint(l.Student[0].InterestRatePercentage, l.Student[0].LoanStatusType, *l.Student[0].PSLFPaymentsMade), "6repayment3")
}

// TestCustomTimePasses follows rows from pending to posted, and an income.
func TestCustomTimePasses(t *testing.T) {
	p := newProvider(t)
	c := link(t, p, bank, userCustom, everyField)
	find := func(text string) (row models.Transaction) {
		t.Helper()
		for _, r := range sync(t, p, &c, false).Transactions {
			if r.Name == text && r.Date > row.Date {
				row = r
			}
		}
		return row
	}
	before := find("KFC")
	if !before.Pending || before.Date != "2026-11-19" || before.MerchantName != "KFC" {
		t.Errorf("at first %+v", before)
	}
	if next := sync(t, p, &c, false).NextChange; next.Format(time.DateOnly) != "2026-11-24" {
		t.Errorf("next change %s", next)
	}
	c.Now = time.Date(2026, 11, 24, 0, 0, 0, 0, time.UTC)
	after := find("KFC")
	if after.Pending || after.Key == before.Key || after.PendingKey != before.Key || after.Date != "2026-11-24" {
		t.Errorf("then %+v", after)
	}
	if got := accounts(t, p, c)[0].Balances.Current.String(); got != "1180" {
		t.Errorf("balance after posting %s", got)
	}
	if find("PAYROLL").Date != "2026-10-31" {
		t.Errorf("income last came on %s", find("PAYROLL").Date)
	}
	c.Now = time.Date(2026, 11, 30, 12, 0, 0, 0, time.UTC)
	if pay := find("PAYROLL"); pay.Date != "2026-11-30" || pay.Amount.String() != "-1000" || pay.Category.V2.Detailed != "INCOME_SALARY" {
		t.Errorf("income %+v", pay)
	}
	if got := accounts(t, p, c)[0].Balances.Current.String(); got != "2185" {
		t.Errorf("balance after income and refund %s", got)
	}
	if pay := find("AUTOMATIC PAYMENT - THANK YOU"); pay.Date != "2026-11-25" || pay.Amount.String() != "-40" {
		t.Errorf("card payment %+v", pay)
	}
}

// TestLoanIsPaidOff lives a student loan to its end.
func TestLoanIsPaidOff(t *testing.T) {
	p := newProvider(t)
	c := link(t, p, bank, userCustom, everyField)
	owed := decimal.New(1000000, 0)
	for year := range 6 {
		c.Now = day.AddDate(year, 0, 0)
		got := *accounts(t, p, c)[2].Balances.Current
		if !got.LessThan(owed) || got.IsNegative() {
			t.Errorf("%s owed after %d years, %s before", got, year, owed)
		}
		owed = got
	}
	if !owed.IsZero() {
		t.Errorf("%s is left", owed)
	}
}

func TestCustomRefusals(t *testing.T) {
	p := newProvider(t)
	account := func(fields string) string { return `{"override_accounts":[{},{"type":"depository",` + fields + `}]}` }
	for input, path := range map[string]string{
		account(`"starting_balance":{}`):                                         "override_accounts[1].starting_balance",
		account(`"starting_balance":1e99999999`):                                 "override_accounts[1].starting_balance",
		account(`"subtype":"mortgage"`):                                          "override_accounts[1].subtype",
		account(`"meta":{"mask":"12345"}`):                                       "override_accounts[1].meta.mask",
		account(`"meta":[1]`):                                                    "override_accounts[1].meta",
		account(`"transactions":[{"amount":1,"date_posted":"2026-13-01"}]`):      "override_accounts[1].transactions[0].date_posted",
		account(`"transactions":[{"amount":1}]`):                                 "override_accounts[1].transactions[0].date_posted",
		account(`"transactions":[null,{"date_posted":"2026-11-01"}]`):            "override_accounts[1].transactions[1].amount",
		account(`"transactions":[7]`):                                            "override_accounts[1].transactions[0]",
		account(`"holdings":[{"institution_price":1,"quantity":1}]`):             "override_accounts[1].holdings[0].security",
		account(`"inflow_model":{"type":"weekly"}`):                              "override_accounts[1].inflow_model.type",
		account(`"inflow_model":{"type":"monthly-income"}`):                      "override_accounts[1].inflow_model.income_amount",
		account(`"liability":{"type":"student","nominal_apr":-1}`):               "override_accounts[1].liability.nominal_apr",
		account(`"force_available_balance":1,"has_null_available_balance":true`): "override_accounts[1].force_available_balance",
		`{"override_accounts":7}`:                                                "override_accounts",
		`{"mfa":{"type":"questions","question_rounds":100}}`:                     "mfa.question_rounds",
	} {
		_, err := p.decodeCustom([]byte(input))
		var e *providers.Error
		if !errors.As(err, &e) || e.Kind != providers.InvalidInput || !strings.HasPrefix(e.Detail, path+":") {
			t.Errorf("%s:\n got %v\nwant a fault at %s", input, err, path)
		}
	}
}

func TestCustomLeftToChance(t *testing.T) {
	p := newProvider(t)
	for _, password := range []string{`{}`, `{"seed":"one"}`, `{"seed":"two"}`, `{"override_accounts":[]}`, `{"paystub":{"ytd":1},"ocr_status":"ok"}`} {
		c := link(t, p, bank, userCustom, password)
		if a, rows := accounts(t, p, c), sync(t, p, &c, false).Transactions; len(a) != 3 || len(rows) < 60 {
			t.Errorf("%s: %d accounts, %d rows", password, len(a), len(rows))
		}
	}
	same := func(a, b string) bool {
		return text(t, accounts(t, p, link(t, p, bank, userCustom, a))) == text(t, accounts(t, p, link(t, p, bank, userCustom, b)))
	}
	if !same(`{"seed":"one"}`, `{"seed":"one","version":"1"}`) || same(`{"seed":"one"}`, `{"seed":"two"}`) {
		t.Error("the seed does not tell users apart")
	}
}

// manyRows is a custom user with n transactions.
func manyRows(t testing.TB, n int) string {
	t.Helper()
	rows := make([]map[string]any, n)
	for i := range rows {
		d := models.DateOf(day).AddDays(-1 - i%700)
		rows[i] = map[string]any{
			"date_transacted": d, "date_posted": d, "amount": float64(i%9000) / 100,
			"description": fmt.Sprintf("SHOP %d", i%50), "currency": "USD",
		}
	}
	raw, err := json.Marshal(map[string]any{"override_accounts": []any{map[string]any{
		"type": "depository", "subtype": "checking", "starting_balance": 100, "transactions": rows,
	}}})
	if err != nil {
		t.Fatal(err)
	}
	return string(raw)
}

// TestCustomHundredThousand checks that there is no bound to rows but size.
func TestCustomHundredThousand(t *testing.T) {
	const n = 100_000
	p := newProvider(t)
	c := link(t, p, bank, userCustom, manyRows(t, n))
	res := sync(t, p, &c, false)
	if len(res.Transactions) != n {
		t.Errorf("%d rows", len(res.Transactions))
	}
	t.Logf("state of %d bytes", len(c.State))
}

func BenchmarkCustom(b *testing.B) {
	for _, n := range []int{1_000, 10_000, 100_000} {
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			p := newProvider(b)
			c := link(b, p, bank, userCustom, manyRows(b, n))
			b.ReportAllocs()
			for b.Loop() {
				sync(b, p, &c, false)
			}
		})
	}
}

// FuzzCustom checks that no text breaks the decoder, and that what it accepts
// can be told.
func FuzzCustom(f *testing.F) {
	p := newProvider(f)
	for _, seed := range []string{everyField, `{}`, `{"override_accounts":[{}]}`, `[`, `{"override_accounts":{"transactions":{"amount":"1e5"}}}`} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, input []byte) {
		step, err := p.BeginConnect(t.Context(), providers.ConnectRequest{
			Institution: bank, Now: day, Credentials: map[string]string{FieldUsername: userCustom, FieldPassword: string(input)},
		})
		if err != nil {
			if kind(err) == "" {
				t.Fatalf("not an error of the provider's: %v", err)
			}
			return
		}
		c := providers.Conn{Institution: bank, State: step.State, Now: day.AddDate(0, 1, 0)}
		text(t, everything(t, p, c))
	})
}
