package sandbox

import (
	"testing"

	"github.com/gingham-dev/gingham/models"
	"github.com/gingham-dev/gingham/providers"
)

func TestGoodAccounts(t *testing.T) {
	p := newProvider(t)
	got := accounts(t, p, link(t, p, bank, userGood, passGood))
	want := [][2]string{
		{"0000", "110"},
		{"1111", "210"},
		{"2222", "1000"},
		{"3333", "410"},
		{"4444", "43200"},
		{"5555", "320.76"},
		{"6666", "23631.9805"},
		{"7777", "65262"},
		{"8888", "56302.06"},
		{"9001", "6009"},
		{"9002", "12060"},
		{"9999", "5020"},
	}
	if len(got) != len(want) {
		t.Fatalf("%d accounts", len(got))
	}
	for i, a := range got {
		if a.Mask != want[i][0] || a.Balances.Current.String() != want[i][1] || a.Balances.Currency != models.USD() {
			t.Errorf("account %d: %s %s %s", i, a.Mask, a.Balances.Current, a.Balances.Currency.ISO)
		}
	}
	if got[7].Type != models.Loan || got[7].Subtype != "student" {
		t.Errorf("account 7 is a %s", got[7].Subtype)
	}
}

func TestGoodTransactions(t *testing.T) {
	p := newProvider(t)
	c := link(t, p, bank, userGood, passGood)
	res := sync(t, p, &c, false)
	keys, first, last := map[string]bool{}, models.Date("9999"), models.Date("")
	for _, row := range res.Transactions {
		if keys[row.Key] || row.Pending {
			t.Fatalf("%s is pending or comes twice", row.Key)
		}
		keys[row.Key] = true
		first, last = min(first, row.Date), max(last, row.Date)
	}
	if n := len(res.Transactions); n < 380 || n > 400 {
		t.Errorf("%d rows", n)
	}
	if first < "2024-11-20" || first > "2024-12-01" || last != "2026-11-18" {
		t.Errorf("from %s to %s", first, last)
	}
	short, err := p.SyncTransactions(t.Context(), c, providers.SyncRequest{From: "2026-10-20"})
	if err != nil || len(short.Transactions) != 16 {
		t.Errorf("a month holds %d rows (%v), want one cycle", len(short.Transactions), err)
	}
}

func TestGoodHoldingsSumToBalances(t *testing.T) {
	p := newProvider(t)
	c := link(t, p, bank, userGood, passGood)
	inv, err := p.Investments(t.Context(), c, "2025-11-20")
	if err != nil {
		t.Fatal(err)
	}
	sums, securities := map[string]models.Decimal{}, map[string]bool{}
	kinds := map[string]bool{}
	for _, s := range inv.Securities {
		securities[s.Key], kinds[s.Type] = true, true
	}
	for _, h := range inv.Holdings {
		if !securities[h.SecurityKey] || !h.Value.Equal(h.Quantity.Mul(h.Price)) {
			t.Errorf("holding of %s: %s × %s is not %s", h.SecurityKey, h.Quantity, h.Price, h.Value)
		}
		sums[h.AccountKey] = sums[h.AccountKey].Add(h.Value)
	}
	for _, a := range accounts(t, p, c) {
		if a.IsInvestment() && !sums[a.Key].Equal(*a.Balances.Current) {
			t.Errorf("%s holds %s, its balance is %s", a.Key, sums[a.Key], a.Balances.Current)
		}
	}
	for _, kind := range []string{"cash", "derivative", "equity", "etf", "fixed income", "mutual fund"} {
		if !kinds[kind] {
			t.Errorf("no security is a %s", kind)
		}
	}
	if len(inv.Transactions) < 20 {
		t.Errorf("%d investment transactions in a year", len(inv.Transactions))
	}
	for i, it := range inv.Transactions {
		if !securities[it.SecurityKey] || it.Subtype == "" || it.Date < "2025-11-20" || i > 0 && it.Date > inv.Transactions[i-1].Date {
			t.Errorf("investment transaction %+v", it)
		}
	}
}

func TestGoodNumbersByCountry(t *testing.T) {
	p := newProvider(t)
	for in, want := range map[models.InstitutionID]struct {
		currency string
		check    func(models.AccountNumbers) bool
	}{
		bank: {"USD", func(n models.AccountNumbers) bool {
			return *n.ACH == models.ACHNumber{Account: "1111222233330000", Routing: "011401533", WireRouting: "021000021"}
		}},
		"ins_109512": {"USD", func(n models.AccountNumbers) bool { return n.ACH.Routing == "021000021" }},
		"ins_43": {"CAD", func(n models.AccountNumbers) bool {
			return *n.EFT == models.EFTNumber{Account: "1111222233330000", Institution: "021", Branch: "01140"}
		}},
		"ins_117650": {"GBP", func(n models.AccountNumbers) bool {
			return n.BACS.Account == "31926819" && n.BACS.SortCode == "601613" && n.International.IBAN == "GB29NWBK60161331926819"
		}},
	} {
		c := link(t, p, in, userGood, passGood)
		numbers, err := p.Numbers(t.Context(), c)
		if err != nil || len(numbers) == 0 || !want.check(numbers[0]) {
			t.Errorf("%s: %+v, %v", in, numbers, err)
		}
		if got := accounts(t, p, c)[0].Balances.Currency.ISO; got != want.currency {
			t.Errorf("%s: currency %s", in, got)
		}
	}
}

// TestIBANs checks every country's account numbers by the check digits.
func TestIBANs(t *testing.T) {
	p := newProvider(t)
	seen := 0
	for _, in := range p.Institutions() {
		country := in.Countries[0]
		if country == "US" || country == "CA" {
			continue
		}
		numbers, err := p.Numbers(t.Context(), link(t, p, in.ID, userGood, passGood))
		if err != nil {
			t.Fatal(err)
		}
		for _, n := range numbers {
			got := n.International.IBAN
			if again := iban(got[:2], got[4:]); again != got || got[:2] != country {
				t.Errorf("%s: %s, by its digits %s", in.ID, got, again)
			}
			seen++
		}
	}
	if seen == 0 {
		t.Error("no IBAN")
	}
}

func TestMicroDeposits(t *testing.T) {
	p := newProvider(t)
	c := link(t, p, "ins_109512", userGood, passMicroDeposits)
	if got := accounts(t, p, c)[0].Verification; got != "pending_automatic_verification" {
		t.Errorf("at first %q", got)
	}
	next := sync(t, p, &c, false).NextChange
	c.Now = next
	if got := accounts(t, p, c)[0].Verification; got != "automatically_verified" {
		t.Errorf("at %s %q", next, got)
	}
}

func BenchmarkGoodTransactions(b *testing.B) {
	p := newProvider(b)
	c := link(b, p, bank, userGood, passGood)
	b.ReportAllocs()
	for b.Loop() {
		sync(b, p, &c, false)
	}
}

func BenchmarkGoodAccounts(b *testing.B) {
	p := newProvider(b)
	c := link(b, p, bank, userGood, passGood)
	b.ReportAllocs()
	for b.Loop() {
		accounts(b, p, c)
	}
}
