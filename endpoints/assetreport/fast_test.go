package assetreport_test

import (
	"fmt"
	"slices"
	"sync/atomic"
	"testing"
	"time"

	"github.com/gingham-dev/gingham/endpoints/api/apitest"
	"github.com/gingham-dev/gingham/ledger"
	"github.com/gingham-dev/gingham/models"
	"github.com/gingham-dev/gingham/models/plaid"
	"github.com/gingham-dev/gingham/providers"
	"github.com/gingham-dev/gingham/store"
)

// TestFast: the fast report is there while history is still to come, stays as it was,
// and is told of first.
func TestFast(t *testing.T) {
	t.Parallel()
	delays := func(models.ClientID) (initial, historical time.Duration) { return time.Second, time.Hour }
	w := newWorld(t, apitest.Options{Ledger: func(o *ledger.Options) { o.Readiness = delays }}, 0)
	var token string
	for name, options := range map[string]string{"add-on": `"add_ons":["fast_assets"]`, "of old": `"include_fast_report":true`} {
		var h *store.Head
		token, h = w.good()
		report := w.create(60, options+`,"webhook":"`+hook+`"`, token).OK().Text("asset_report_token")
		w.get(report, `,"fast_report":true`).Is(notReady)
		w.run()
		w.get(report, "").Is(notReady)
		fast := w.get(report, `,"fast_report":true`).OK()
		r := w.read(report, `,"fast_report":true`).Report
		if len(r.Items[0].Accounts) != len(h.Accounts) || !r.DateGenerated.Equal(w.Now()) {
			t.Errorf("%s: %+v", name, r)
		}
		for _, a := range r.Items[0].Accounts {
			if len(a.Owners) == 0 || a.Balances.Current == nil || len(a.Transactions)+len(a.HistoricalBalances) != 0 || !a.DaysAvailable.IsZero() {
				t.Errorf("%s: %+v", name, a)
			}
		}
		w.Advance(time.Hour)
		_, err := w.Ledger.RunDue(t.Context(), 10)
		must(t, err)
		w.run()
		if len(w.read(report, "").Report.Items[0].Accounts[0].Transactions) == 0 {
			t.Errorf("%s: no transactions", name)
		}
		if !slices.Equal(withoutID(w.get(report, `,"fast_report":true`)), withoutID(fast)) {
			t.Errorf("%s: the fast report changed", name)
		}
		if told := w.told(apitest.Client); !slices.Equal(told[len(told)-2:], []string{"PRODUCT_READY FAST", "PRODUCT_READY FULL"}) {
			t.Errorf("%s: told %v", name, told)
		}
		w.Advance(time.Minute)
	}
	plain := w.made(60, "", token)
	w.get(plain, `,"fast_report":true`).Is(apitest.InvalidField(
		"fast_report can only be true for a report that was created with the fast_assets add-on"))
}

// TestWarnings: what of an Item can't be had is said, and the rest is there.
func TestWarnings(t *testing.T) {
	t.Parallel()
	var down atomic.Bool
	w := newWorld(t, apitest.Options{Ledger: func(o *ledger.Options) {
		o.Disturb = func(*store.Head) error {
			if down.Load() {
				return &providers.Error{Kind: providers.InstitutionDown}
			}
			return nil
		}
	}}, 0)
	token, h := w.good()
	_, err := w.Ledger.Update(t.Context(), apitest.Client, h.ID, func(next *store.Head) error {
		delete(next.Parts, "owners")
		return nil
	})
	must(t, err)
	down.Store(true)
	report := w.made(60, `"add_ons":["investments","fast_assets"],"webhook":"`+hook+`"`, token)
	got := w.read(report, "")
	var codes []string
	for _, x := range got.Warnings {
		codes = append(codes, x.WarningCode+" "+x.Cause.ErrorType+" "+x.Cause.ErrorCode+" "+x.Cause.ItemID)
	}
	const down1 = " INSTITUTION_ERROR INSTITUTION_DOWN "
	if want := []string{"OWNERS_UNAVAILABLE" + down1 + string(h.ID), "INVESTMENTS_UNAVAILABLE" + down1 + string(h.ID)}; !slices.Equal(codes, want) {
		t.Errorf("warnings %v, want %v", codes, want)
	}
	for _, a := range got.Report.Items[0].Accounts {
		if len(a.Owners) != 0 || a.Investments != nil || a.Owners == nil {
			t.Errorf("%+v", a)
		}
	}
	// Without owners there is no fast report.
	fast := w.get(report, `,"fast_report":true`)
	fast.Is(unavailable)
	if told := w.told(apitest.Client); !slices.Equal(told, []string{"PRODUCT_READY FULL"}) {
		t.Errorf("told: %v", told)
	}
	down.Store(false)
	whole := w.read(w.made(60, `"add_ons":["investments"]`, token), "")
	if len(whole.Warnings) != 0 {
		t.Errorf("%+v", whole.Warnings)
	}
	invested := 0
	for _, a := range whole.Report.Items[0].Accounts {
		if (a.Investments != nil) != (a.Type == models.Investment) {
			t.Errorf("%s: %+v", a.Name, a.Investments)
		}
		if in := a.Investments; in != nil && len(in.Holdings) > 0 {
			invested++
			for _, x := range in.Holdings {
				if x.AccountID != a.AccountID || !slices.ContainsFunc(in.Securities, func(s plaid.AssetReportInvestmentSecurity) bool { return s.SecurityID == x.SecurityID }) {
					t.Errorf("%+v", x)
				}
			}
			for _, x := range in.Transactions {
				if x.AccountID != a.AccountID || x.Date < string(models.DateOf(w.Now()).AddDays(-60)) {
					t.Errorf("%+v", x)
				}
			}
		}
	}
	if invested == 0 {
		t.Error("nothing is held")
	}
	few := w.read(w.made(60, `"products":["investments"]`, token), `,"options":{"days_to_include":0}`).Report.Items[0].Accounts
	for _, a := range few {
		if a.Investments != nil && len(a.Investments.Transactions) != 0 {
			t.Errorf("trades of no days: %s", fmt.Sprint(a.Investments.Transactions))
		}
	}
}
