package assetreport_test

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"github.com/shopspring/decimal"

	"github.com/gingham-dev/gingham/endpoints/api/apitest"
	"github.com/gingham-dev/gingham/models"
	"github.com/gingham-dev/gingham/models/plaid"
	"github.com/gingham-dev/gingham/store"
)

const everybody = `"client_report_id":"loan 7","webhook":"` + hook + `","user":{"client_user_id":"u1","first_name":"Ada",` +
	`"middle_name":"B","last_name":"Char","ssn":"123-45-6789","phone_number":"111-222-3333","email":"ada@example.com"}`

// TestLife follows a report from its creation to its end.
func TestLife(t *testing.T) {
	t.Parallel()
	w := newWorld(t, apitest.Options{}, 0)
	token, h := w.good()
	made := w.create(60, everybody, token).OK()
	report := made.Text("asset_report_token")
	if !strings.HasPrefix(report, "assets-sandbox-") || len(made.Text("asset_report_id")) != 36 || len(made.Text("request_id")) != 15 {
		t.Errorf("created: %s", made.Body)
	}
	w.get(report, "").Is(notReady)
	if at, err := w.worker.NextDue(t.Context()); err != nil || !at.Equal(w.Now()) {
		t.Errorf("due at %s, %v", at, err)
	}
	if n := w.run(); n != 1 {
		t.Errorf("worked on %d reports", n)
	}
	got := w.read(report, "")
	r := got.Report
	if r.AssetReportID != made.Text("asset_report_id") || *r.ClientReportID != "loan 7" || !r.DateGenerated.Equal(w.Now()) ||
		r.DaysRequested.IntPart() != 60 || len(r.Items) != 1 || len(got.Warnings) != 0 {
		t.Errorf("%+v", got)
	}
	it := r.Items[0]
	if it.ItemID != string(h.ID) || it.InstitutionID != "ins_109508" || it.InstitutionName != "First Platypus Bank" ||
		!it.DateLastUpdated.Equal(h.Item.TransactionsUpdated.LastSuccess) || len(it.Accounts) != len(h.Accounts) {
		t.Errorf("%+v", it)
	}
	if u := r.User; u.ClientUserID.Or("") != "u1" || u.FirstName.Or("") != "Ada" || u.MiddleName.Or("") != "B" || u.LastName.Or("") != "Char" ||
		u.SSN.Or("") != "123-45-6789" || u.PhoneNumber.Or("") != "111-222-3333" || u.Email.Or("") != "ada@example.com" {
		t.Errorf("%+v", u)
	}
	if told := w.told(apitest.Client); !slices.Equal(told, []string{"PRODUCT_READY FULL"}) {
		t.Errorf("told: %v", told)
	}
	if w.run() != 0 {
		t.Error("there is work left")
	}
	if at, err := w.worker.NextDue(t.Context()); err != nil || !at.IsZero() {
		t.Errorf("due at %s, %v", at, err)
	}

	// It outlives its Item, and ends when it is removed.
	must(t, w.Ledger.Remove(t.Context(), h))
	if again := w.get(report, "").OK(); !slices.Equal(withoutID(again), withoutID(w.get(report, "").OK())) {
		t.Error("it changed")
	}
	w.Post("/asset_report/remove", `"asset_report_token":"`+report+`"`).OK()
	w.get(report, "").Is(unknownReport)
	w.Post("/asset_report/remove", `"asset_report_token":"`+report+`"`).Is(unknownReport)
	w.run()
	if at, err := w.worker.NextDue(t.Context()); err != nil || !at.IsZero() {
		t.Errorf("due at %s, %v", at, err)
	}
	if _, err := w.Store.Record(t.Context(), apitest.Client, "asset_report", w.Tokens.Hash(apitest.Client, report)); err == nil {
		t.Error("its record is left")
	}
}

// withoutID is an answer's body without its request id.
func withoutID(a *apitest.Answer) []byte {
	return []byte(strings.ReplaceAll(string(a.Body), a.Text("request_id"), ""))
}

// TestAccounts compares accounts, their balances of the past and their transactions to
// what other endpoints would say.
func TestAccounts(t *testing.T) {
	t.Parallel()
	w := newWorld(t, apitest.Options{}, 0)
	token, h := w.good()
	r := w.read(w.made(60, "", token), "").Report
	types := map[string]bool{}
	for i, a := range r.Items[0].Accounts {
		want := &h.Accounts[i]
		types[a.Type] = true
		if a.AccountID != string(want.ID) || a.Name != want.Name || a.Type != want.Type || *a.Subtype != want.Subtype || *a.Mask != want.Mask {
			t.Errorf("%+v", a)
		}
		if !a.DaysAvailable.Equal(decimal.NewFromInt(60)) || len(a.Owners) == 0 {
			t.Errorf("%s: %s days, %d owners", a.Name, a.DaysAvailable, len(a.Owners))
		}
		wantDays := 0
		if a.Type == models.Depository || a.Type == models.Credit {
			wantDays = 60
		}
		if len(a.HistoricalBalances) != wantDays {
			t.Errorf("%s: %d balances of the past, want %d", a.Name, len(a.HistoricalBalances), wantDays)
			continue
		}
		checkBalances(t, w, &a)
	}
	for _, kind := range []string{models.Depository, models.Credit, models.Loan, models.Investment} {
		if !types[kind] {
			t.Errorf("there is no %s account to look at", kind)
		}
	}
}

// checkBalances reckons an account's balances of the past from its transactions.
func checkBalances(t *testing.T, w *world, a *plaid.AccountAssets) {
	t.Helper()
	today := models.DateOf(w.Now())
	for i, b := range a.HistoricalBalances {
		day := today.AddDays(-1 - i)
		want := *a.Balances.Current
		for _, tx := range a.Transactions {
			switch {
			case tx.Pending || models.Date(tx.Date) <= day:
			case a.Type == models.Credit:
				want = want.Sub(tx.Amount)
			default:
				want = want.Add(tx.Amount)
			}
		}
		if b.Date != string(day) || !b.Current.Equal(want) || *b.ISOCurrencyCode != "USD" || b.UnofficialCurrencyCode != nil {
			t.Errorf("%s: %+v, want %s on %s", a.Name, b, want, day)
		}
	}
	for _, tx := range a.Transactions {
		if day := models.Date(tx.Date); day < today.AddDays(-60) || day > today || tx.AccountID != a.AccountID || tx.OriginalDescription == nil {
			t.Errorf("%s: %+v", a.Name, tx)
		}
	}
}

// TestGoldenFields: a transaction has exactly the documented keys, without and with insights.
func TestGoldenFields(t *testing.T) {
	t.Parallel()
	w := newWorld(t, apitest.Options{}, 0)
	token, _ := w.good()
	report := w.made(60, "", token)
	plain := []string{
		"account_id", "amount", "date", "iso_currency_code", "original_description", "pending", "transaction_id", "unofficial_currency_code",
	}
	insights := append([]string{
		"account_owner", "category", "category_id", "check_number", "date_transacted", "location", "merchant_name", "name",
		"payment_meta", "pending_transaction_id", "transaction_type",
	}, plain...)
	slices.Sort(insights)
	for more, want := range map[string][]string{"": plain, `,"include_insights":true`: insights} {
		var body struct {
			Report struct {
				Items []struct {
					Accounts []struct {
						Transactions []map[string]any
					}
				}
			}
		}
		must(t, json.Unmarshal(w.get(report, more).OK().Body, &body))
		n := 0
		for _, a := range body.Report.Items[0].Accounts {
			for _, tx := range a.Transactions {
				n++
				var keys []string
				for k := range tx {
					keys = append(keys, k)
				}
				slices.Sort(keys)
				if !slices.Equal(keys, want) {
					t.Fatalf("a transaction has %v, want %v", keys, want)
				}
			}
		}
		if n == 0 {
			t.Error("there are no transactions")
		}
	}
}

func TestDaysToInclude(t *testing.T) {
	t.Parallel()
	w := newWorld(t, apitest.Options{}, 0)
	token, _ := w.good()
	report := w.made(60, "", token)
	all := w.read(report, `,"include_insights":true`).Report.Items[0].Accounts
	w.Advance(5 * 24 * 3600e9) // the days are those of the report
	for days, more := range map[int]string{
		0: `,"options":{"days_to_include":0}`, 20: `,"options":{"days_to_include":20}`, 60: `,"options":{"days_to_include":400}`,
		61: `,"options":{"days_to_include":null}`,
	} {
		from := string(models.DateOf(apitest.Start).AddDays(-days))
		for i, a := range w.read(report, more).Report.Items[0].Accounts {
			want := 0
			for _, tx := range all[i].Transactions {
				if days > 0 && tx.Date >= from {
					want++
				}
			}
			if len(a.Transactions) != want || int(a.DaysAvailable.IntPart()) != min(days, 60) ||
				len(a.HistoricalBalances) != min(days, len(all[i].HistoricalBalances)) {
				t.Errorf("%d days of %s: %d transactions, want %d; %s available, %d balances", days, a.Name, len(a.Transactions), want,
					a.DaysAvailable, len(a.HistoricalBalances))
			}
		}
	}
}

// TestNoDays: a report of no days is accounts and owners.
func TestNoDays(t *testing.T) {
	t.Parallel()
	w := newWorld(t, apitest.Options{}, 0)
	token, _ := w.good()
	for _, a := range w.read(w.made(0, `"add_ons":["investments"]`, token), "").Report.Items[0].Accounts {
		if !a.DaysAvailable.IsZero() || len(a.Transactions)+len(a.HistoricalBalances) != 0 || len(a.Owners) == 0 {
			t.Errorf("%+v", a)
		}
		if a.Investments != nil && (len(a.Investments.Holdings) == 0 || len(a.Investments.Transactions) != 0) {
			t.Errorf("%+v", a.Investments)
		}
	}
}

// TestSealed: nothing that a client says of a person is in the store as it was said.
func TestSealed(t *testing.T) {
	t.Parallel()
	w := newWorld(t, apitest.Options{}, 0)
	token, _ := w.good()
	report := w.made(10, everybody, token)
	var rec store.Record
	rec, err := w.Store.Record(t.Context(), apitest.Client, "asset_report", w.Tokens.Hash(apitest.Client, report))
	must(t, err)
	for _, secret := range []string{"123-45-6789", "Char", "ada@example.com", "111-222-3333", report} {
		if strings.Contains(string(rec.Body), secret) {
			t.Errorf("%s is in %s", secret, rec.Body)
		}
	}
	w.Post("/asset_report/remove", `"asset_report_token":"`+report+`"`).OK()
	rec, err = w.Store.Record(t.Context(), apitest.Client, "asset_report", rec.ID)
	must(t, err)
	if strings.Contains(string(rec.Body), "applicant") || strings.Contains(string(rec.Body), "loan 7") || strings.Contains(string(rec.Body), "lender") {
		t.Errorf("left of a removed report: %s", rec.Body)
	}
}
