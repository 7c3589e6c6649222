package assetreport_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/gingham-dev/gingham/endpoints/api/apitest"
	"github.com/gingham-dev/gingham/models/plaid"
)

// from asks for a report out of another and makes it.
func (w *world) from(path, report, more string) (token, id string) {
	w.t.Helper()
	a := w.Post(path, fmt.Sprintf(`"asset_report_token":%q%s`, report, more)).OK()
	w.run()
	return a.Text("asset_report_token"), a.Text("asset_report_id")
}

func accountIDs(r *plaid.AssetReport) []string {
	var ids []string
	for _, it := range r.Items {
		for _, a := range it.Accounts {
			ids = append(ids, a.AccountID)
		}
	}
	return ids
}

// TestRefresh: what isn't said again stays, "" takes away, and the old report is as it was.
func TestRefresh(t *testing.T) {
	t.Parallel()
	w := newWorld(t, apitest.Options{}, 0)
	token, _ := w.good()
	first := w.made(60, everybody+`,"add_ons":["investments"]`, token)
	before := withoutID(w.get(first, ""))
	w.Advance(24 * time.Hour)

	same, id := w.from("/asset_report/refresh", first, "")
	r := w.read(same, "").Report
	if same == first || r.AssetReportID != id || *r.ClientReportID != "loan 7" || r.User.SSN.Or("") != "123-45-6789" || r.DaysRequested.IntPart() != 60 ||
		!r.DateGenerated.Equal(w.Now()) || r.Items[0].Accounts[0].HistoricalBalances[0].Date != "2026-11-20" {
		t.Errorf("%+v", r)
	}
	other, _ := w.from("/asset_report/refresh", first, `,"days_requested":10,"options":{"client_report_id":"","webhook":"","user":{"ssn":"","first_name":"Eve"}}`)
	r = w.read(other, "").Report
	if r.ClientReportID != nil || !r.User.SSN.IsNull() || r.User.FirstName.Or("") != "Eve" || r.User.LastName.Or("") != "Char" ||
		r.DaysRequested.IntPart() != 10 || len(r.Items[0].Accounts[0].HistoricalBalances) != 10 {
		t.Errorf("%+v", r)
	}
	if !slices.Equal(withoutID(w.get(first, "")), before) {
		t.Error("the first report changed")
	}
	if told := w.told(apitest.Client); !slices.Equal(told, []string{"PRODUCT_READY FULL", "PRODUCT_READY FULL"}) {
		t.Errorf("told: %v", told)
	}
	w.Post("/asset_report/refresh", fmt.Sprintf(`"asset_report_token":%q,"days_requested":732`, first)).
		Is(apitest.InvalidField("days_requested must be less than or equal to 731"))
	w.Post("/asset_report/refresh", fmt.Sprintf(`"asset_report_token":%q,"options":{"webhook":"x"}`, first)).
		Is(apitest.InvalidField("options.webhook must be a non-empty string URL"))
	w.Post("/asset_report/refresh", fmt.Sprintf(`"asset_report_token":%q,"options":{"user":{"ssn":"x"}}`, first)).
		Is(apitest.InvalidField("options.user.ssn must be formatted as ddd-dd-dddd"))
}

// TestFilter: a filtered report has the old data but for some accounts, and a refreshed
// one of it leaves these out as well.
func TestFilter(t *testing.T) {
	t.Parallel()
	w := newWorld(t, apitest.Options{}, 0)
	one, _ := w.good()
	two, h := w.good()
	first := w.made(60, everybody+`,"add_ons":["investments","fast_assets"]`, one, two)
	whole := w.read(first, `,"include_insights":true`).Report
	ids := accountIDs(&whole)
	w.Advance(24 * time.Hour)
	must(t, w.Ledger.Remove(t.Context(), h)) // nothing is fetched

	exclude := fmt.Sprintf(`,"account_ids_to_exclude":[%q,%q]`, ids[0], ids[len(ids)-1])
	less, id := w.from("/asset_report/filter", first, exclude)
	r := w.read(less, `,"include_insights":true`).Report
	if want := ids[1 : len(ids)-1]; !slices.Equal(accountIDs(&r), want) {
		t.Errorf("accounts %v, want %v", accountIDs(&r), want)
	}
	if r.AssetReportID != id || id == whole.AssetReportID || !r.DateGenerated.Equal(whole.DateGenerated) || r.User != whole.User {
		t.Errorf("%s, generated at %s", r.AssetReportID, r.DateGenerated)
	}
	for i, it := range r.Items {
		for _, a := range it.Accounts {
			at := slices.IndexFunc(whole.Items[i].Accounts, func(b plaid.AccountAssets) bool { return b.AccountID == a.AccountID })
			if b := whole.Items[i].Accounts[at]; string(a.AppendJSON(nil)) != string(b.AppendJSON(nil)) {
				t.Errorf("%s differs", a.Name)
			}
		}
	}
	if fast := w.read(less, `,"fast_report":true`).Report; !slices.Equal(accountIDs(&fast), ids[1:len(ids)-1]) {
		t.Errorf("the fast report has %v", accountIDs(&fast))
	}
	fewer, _ := w.from("/asset_report/filter", less, fmt.Sprintf(`,"account_ids_to_exclude":[%q]`, ids[1]))
	r = w.read(fewer, "").Report
	if !slices.Equal(accountIDs(&r), ids[2:len(ids)-1]) {
		t.Errorf("filtered twice: %v", accountIDs(&r))
	}
	if told := w.told(apitest.Client); len(told) != 4 { // FAST, and three times FULL
		t.Errorf("told: %v", told)
	}

	none, _ := w.from("/asset_report/filter", first, fmt.Sprintf(`,"account_ids_to_exclude":[%s]`, quoted(ids)))
	if r := w.read(none, "").Report; len(r.Items) != 2 || len(accountIDs(&r)) != 0 {
		t.Errorf("without any account: %+v", r.Items)
	}
	// The parent can go.
	w.Post("/asset_report/remove", fmt.Sprintf(`"asset_report_token":%q`, first)).OK()
	w.run()
	w.read(less, "")

	single, _ := w.good()
	report, _ := w.from("/asset_report/filter", w.made(5, "", single), `,"account_ids_to_exclude":[]`)
	kept := w.read(report, "").Report
	report, _ = w.from("/asset_report/filter", report, fmt.Sprintf(`,"account_ids_to_exclude":[%q]`, accountIDs(&kept)[0]))
	report, _ = w.from("/asset_report/refresh", report, "")
	again := w.read(report, "").Report
	if !slices.Equal(accountIDs(&again), accountIDs(&kept)[1:]) {
		t.Errorf("refreshed: %v", accountIDs(&again))
	}
}

func quoted(ids []string) string {
	text := ""
	for i, id := range ids {
		if i > 0 {
			text += ","
		}
		text += fmt.Sprintf("%q", id)
	}
	return text
}

func TestFilterErrors(t *testing.T) {
	t.Parallel()
	w := newWorld(t, apitest.Options{}, 0)
	token, h := w.good()
	filter := func(report, id string) *apitest.Answer {
		return w.Post("/asset_report/filter", fmt.Sprintf(`"asset_report_token":%q,"account_ids_to_exclude":[%q]`, report, id))
	}
	report := w.create(5, "", token).OK().Text("asset_report_token")
	filter(report, string(h.Accounts[0].ID)).Is(notReady)
	w.run()
	filter(report, "x").Is(apitest.InvalidAccountID)
	w.Post("/asset_report/filter", fmt.Sprintf(`"asset_report_token":%q`, report)).Is(apitest.MissingFields("account_ids_to_exclude"))

	// The parent may go before the filtered report is made.
	orphan := filter(report, string(h.Accounts[0].ID)).OK().Text("asset_report_token")
	w.Post("/asset_report/remove", fmt.Sprintf(`"asset_report_token":%q`, report)).OK()
	w.run()
	w.get(orphan, "").Is(invalidParent)
	filter(orphan, string(h.Accounts[0].ID)).Is(invalidParent)
	must(t, w.Ledger.Remove(t.Context(), h))
	failed, _ := w.from("/asset_report/refresh", orphan, "")
	w.get(failed, "").Is(unavailable)
	w.Post("/asset_report/audit_copy/create", fmt.Sprintf(`"asset_report_token":%q`, failed)).Is(invalidParent)
	w.Post("/credit/relay/create", fmt.Sprintf(`"report_tokens":[%q],"secondary_client_id":%q`, failed, apitest.Stranger)).Is(invalidParent)
}
