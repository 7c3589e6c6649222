package assetreport_test

import (
	"context"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/gingham-dev/gingham/endpoints/api/apitest"
	"github.com/gingham-dev/gingham/endpoints/assetreport"
	"github.com/gingham-dev/gingham/store"
)

// kill runs a case with a death at every write, before and after it: begin is what goes
// on while it happens, and check looks at what is there when all is done. There are
// so many writes at least.
func kill(t *testing.T, least int, begin func(k *killed) (report string), check func(k *killed, report string)) {
	t.Helper()
	k := newKilled(t)
	for n := 1; ; n++ {
		for _, after := range []bool{false, true} {
			k.restart()
			k.store.written = map[place]bool{}
			k.store.live(0, false)
			before := k.t.Failed()
			report := begin(k)
			k.store.live(n, after)
			_, _ = k.worker.RunDue(t.Context(), 10)
			died := k.store.dead
			k.restart()
			check(k, report)
			if k.t.Failed() && !before {
				t.Fatalf("after a death at write %d, %t", n, after)
			}
			if !died {
				if n <= least {
					t.Errorf("only %d writes", n)
				}
				return
			}
		}
	}
}

const telling = `"webhook":"` + hook + `","add_ons":["fast_assets"]`

// TestKillMaking: a report is ready once, whole, told of once, and has no parts besides.
func TestKillMaking(t *testing.T) {
	t.Parallel()
	kill(t, 8, func(k *killed) string {
		return k.create(20, telling, k.token).OK().Text("asset_report_token")
	}, func(k *killed, report string) {
		r := k.read(report, "").Report
		if len(r.Items[0].Accounts[0].Transactions) == 0 || len(k.read(report, `,"fast_report":true`).Report.Items[0].Accounts) != len(r.Items[0].Accounts) {
			k.t.Error("it is not whole")
		}
		if got := k.events(r.AssetReportID); !slices.Equal(got, []string{"FAST", "FULL"}) {
			k.t.Errorf("told %v", got)
		}
		if left, want := k.left(report), k.referred(report); left != want || want < 5 {
			k.t.Errorf("%d parts, of which %d are referred to", left, want)
		}
	})
}

// TestKillFiltering is the same of a report made out of another.
func TestKillFiltering(t *testing.T) {
	t.Parallel()
	parent := ""
	kill(t, 8, func(k *killed) string {
		if parent == "" {
			parent = k.made(20, `"webhook":"`+hook+`"`, k.token)
			k.restart()
		}
		first := k.read(parent, "").Report
		return k.Post("/asset_report/filter", fmt.Sprintf(`"asset_report_token":%q,"account_ids_to_exclude":[%q]`, parent, accountIDs(&first)[0])).
			OK().Text("asset_report_token")
	}, func(k *killed, report string) {
		r, whole := k.read(report, "").Report, k.read(parent, "").Report
		if !slices.Equal(accountIDs(&r), accountIDs(&whole)[1:]) {
			k.t.Error("it is not whole")
		}
		if got := k.events(r.AssetReportID); !slices.Equal(got, []string{"FULL"}) {
			k.t.Errorf("told %v", got)
		}
		if left, want := k.left(report), k.referred(report); left != want || want < 4 {
			k.t.Errorf("%d parts, of which %d are referred to", left, want)
		}
	})
}

// TestKillFailing: that a report can't be made is told once.
func TestKillFailing(t *testing.T) {
	t.Parallel()
	ids := map[string]string{}
	kill(t, 4, func(k *killed) string {
		token, h := k.good()
		a := k.create(20, telling, token).OK()
		must(k.t, k.Ledger.Remove(k.t.Context(), h))
		ids[a.Text("asset_report_token")] = a.Text("asset_report_id")
		return a.Text("asset_report_token")
	}, func(k *killed, report string) {
		k.get(report, "").Is(unavailable)
		if got := k.events(ids[report]); !slices.Equal(got, []string{""}) {
			k.t.Errorf("told %v", got)
		}
		if left := k.left(report); left != 0 {
			k.t.Errorf("%d parts of a report that failed", left)
		}
	})
}

// TestKillRemoving: of a report that was removed nothing is left, nor of what ends with it.
func TestKillRemoving(t *testing.T) {
	t.Parallel()
	kill(t, 8, func(k *killed) string {
		report := k.create(20, telling, k.token).OK().Text("asset_report_token")
		k.restart()
		k.Post("/asset_report/audit_copy/create", fmt.Sprintf(`"asset_report_token":%q,"auditor_id":%q`, report, apitest.Stranger)).OK()
		relay := k.Post("/credit/relay/create", fmt.Sprintf(`"report_tokens":[%q],"secondary_client_id":%q`, report, apitest.Stranger)).OK().Text("relay_token")
		k.PostAs(apitest.Stranger, "/credit/relay/refresh", fmt.Sprintf(`"relay_token":%q,"report_type":"asset"`, relay)).OK()
		k.restart()
		k.Post("/asset_report/remove", fmt.Sprintf(`"asset_report_token":%q`, report)).OK()
		return report
	}, func(k *killed, report string) {
		if list := k.there(); len(list) > 0 {
			k.t.Errorf("left of %s: %v", report, list)
		}
	})
}

// TestTakenOver: a worker whose lease has ended, while another goes on, leaves nothing behind.
func TestTakenOver(t *testing.T) {
	t.Parallel()
	var k *killed
	slow := &slowStore{}
	w := newWorld(t, apitest.Options{WrapStore: func(s store.Store) store.Store {
		slow.mortal = &mortal{Store: s, written: map[place]bool{}}
		return slow.mortal
	}}, 0)
	k = &killed{world: w, store: slow.mortal}
	k.token, _ = k.good()
	report := k.create(20, telling, k.token).OK().Text("asset_report_token")
	slow.before = func() {
		slow.before = nil
		k.Advance(time.Hour)
		k.restart()
	}
	laggard := assetreport.NewWorker(assetreport.WorkerOptions{Store: slow, Ledger: k.Ledger, Environment: k.Environment, Random: k.IDs})
	laggard.SetPartSize(6000)
	if _, err := laggard.RunDue(t.Context(), 10); err != nil {
		t.Error(err)
	}
	r := k.read(report, "").Report
	if got := k.events(r.AssetReportID); !slices.Equal(got, []string{"FAST", "FULL"}) {
		t.Errorf("told %v", got)
	}
	if left, want := k.left(report), k.referred(report); left != want {
		t.Errorf("%d parts, of which %d are referred to", left, want)
	}
}

// slowStore has something happen before its fourth part is written.
type slowStore struct {
	*mortal
	n      int
	before func()
}

func (s *slowStore) CreateRecord(ctx context.Context, r store.Record) error {
	if s.n++; s.n == 4 && s.before != nil {
		s.before()
	}
	return s.mortal.CreateRecord(ctx, r)
}
