package assetreport_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/gingham-dev/gingham/endpoints/api/apitest"
	"github.com/gingham-dev/gingham/endpoints/assetreport"
	"github.com/gingham-dev/gingham/store"
)

// TestKillRequests: a request that is cut off anywhere can be made again, and whatever
// it left ends with the report.
func TestKillRequests(t *testing.T) {
	t.Parallel()
	k := newKilled(t)
	type call struct{ path, members string }
	steps := func(report, copied, relay string) []call {
		return []call{
			{"/asset_report/audit_copy/create", fmt.Sprintf(`"asset_report_token":%q,"auditor_id":%q`, report, apitest.Stranger)},
			{"/credit/relay/create", fmt.Sprintf(`"report_tokens":[%q],"secondary_client_id":%q`, report, apitest.Stranger)},
			{"/credit/relay/refresh", fmt.Sprintf(`"relay_token":%q,"report_type":"asset"`, relay)},
			{"/asset_report/audit_copy/remove", fmt.Sprintf(`"audit_copy_token":%q`, copied)},
			{"/credit/relay/remove", fmt.Sprintf(`"relay_token":%q`, relay)},
			{"/asset_report/remove", fmt.Sprintf(`"asset_report_token":%q`, report)},
		}
	}
	for step := range steps("", "", "") {
		for n := 1; ; n++ {
			for _, after := range []bool{false, true} {
				k.store.written = map[place]bool{}
				report := k.create(5, "", k.token).OK().Text("asset_report_token")
				k.restart()
				copied := k.Post("/asset_report/audit_copy/create", fmt.Sprintf(`"asset_report_token":%q,"auditor_id":%q`, report, apitest.Stranger)).
					OK().Text("audit_copy_token")
				relay := k.Post("/credit/relay/create", fmt.Sprintf(`"report_tokens":[%q],"secondary_client_id":%q`, report, apitest.Client)).
					OK().Text("relay_token")
				k.Post("/credit/relay/refresh", fmt.Sprintf(`"relay_token":%q,"report_type":"asset"`, relay)).OK()
				c := steps(report, copied, relay)[step]
				k.store.live(n, after)
				died := k.Post(c.path, c.members).Status == 500
				k.restart()
				// What is done is done; what isn't is done now.
				if again := k.Post(c.path, c.members); died && !after && again.Status != 200 && n == 1 {
					t.Errorf("%s, again: %s", c.path, again.Body)
				}
				k.Post("/asset_report/remove", fmt.Sprintf(`"asset_report_token":%q`, report))
				k.restart()
				if list := k.there(); len(list) > 0 {
					t.Fatalf("after %s died at write %d, %t: left are %v", c.path, n, after, list)
				}
				if !died && after {
					n = 1000
				}
			}
			if n >= 1000 {
				break
			}
		}
	}
}

// failing is a store in which something happens instead of a part's being written.
type failing struct {
	store.Store
	instead func() error
}

func (f *failing) CreateRecord(ctx context.Context, r store.Record) error {
	if r.Kind == "asset_report_part" {
		if err := f.instead(); err != nil {
			return err
		}
	}
	return f.Store.CreateRecord(ctx, r)
}

var generationFailed = assetError("ASSET_REPORT_GENERATION_FAILED", "the asset report could not be generated")

// untilDone does all work there is, moving the clock to it.
func (w *world) untilDone() {
	w.t.Helper()
	for range 50 {
		at, err := w.worker.NextDue(w.t.Context())
		must(w.t, err)
		if at.IsZero() {
			return
		}
		if d := at.Sub(w.Now()); d > 0 {
			w.Advance(d)
		}
		w.run()
	}
	w.t.Error("there is work for ever")
}

// TestGivenUp: a report that fails for reasons of ours is tried again some times, and
// then its client is told, once.
func TestGivenUp(t *testing.T) {
	t.Parallel()
	broken, times := errors.New("the disk is full"), 0
	f := &failing{instead: func() error { times++; return broken }}
	w := newWorld(t, apitest.Options{WrapStore: func(s store.Store) store.Store { f.Store = s; return f }}, 0)
	token, _ := w.good()
	report := w.create(10, everybody, token).OK().Text("asset_report_token")
	w.untilDone()
	w.get(report, "").Is(generationFailed)
	if told := w.told(apitest.Client); times != 5 || !slices.Equal(told, []string{"ERROR"}) {
		t.Errorf("%d attempts, told %v", times, told)
	}

	// One that fails twice is made the third time.
	times, broken = 0, nil
	f.instead = func() error {
		if times++; times < 3 {
			return errors.New("the disk is full")
		}
		return nil
	}
	report = w.create(10, "", token).OK().Text("asset_report_token")
	w.untilDone()
	w.get(report, "").OK()
}

// TestCrashes: a report that the program dies of each time is given up too.
func TestCrashes(t *testing.T) {
	t.Parallel()
	k := newKilled(t)
	report := k.create(10, everybody, k.token).OK().Text("asset_report_token")
	for range 5 {
		k.store.live(3, true)
		_, _ = k.worker.RunDue(t.Context(), 1)
		if !k.store.dead {
			t.Fatal("it didn't die")
		}
		k.store.live(0, false)
		k.Advance(time.Minute)
	}
	k.restart()
	k.get(report, "").Is(generationFailed)
	if left := k.left(report); left != 0 {
		t.Errorf("%d parts are left", left)
	}
}

// TestProlongs: a report that takes long stays its worker's.
func TestProlongs(t *testing.T) {
	t.Parallel()
	f := &failing{}
	var w *world
	other := 0
	f.instead = func() error {
		w.Advance(25 * time.Second)
		n, err := w.worker.RunDue(t.Context(), 10)
		other += n
		return err
	}
	w = newWorld(t, apitest.Options{WrapStore: func(s store.Store) store.Store { f.Store = s; return f }}, 0)
	token, _ := w.good()
	report := w.create(60, "", token).OK().Text("asset_report_token")
	slow := assetreport.NewWorker(assetreport.WorkerOptions{Store: w.Store, Ledger: w.Ledger, Environment: w.Environment, Random: w.IDs})
	slow.SetPartSize(4000)
	if n, err := slow.RunDue(t.Context(), 10); n != 1 || err != nil {
		t.Errorf("%d, %v", n, err)
	}
	w.get(report, "").OK()
	if took := w.Now().Sub(apitest.Start); other != 0 || took < 4*time.Minute {
		t.Errorf("another found work %d times in %s", other, took)
	}
}

// TestDamaged: a record that can't be read is in nobody's way.
func TestDamaged(t *testing.T) {
	t.Parallel()
	w := newWorld(t, apitest.Options{}, 0)
	must(t, w.Store.CreateRecord(t.Context(), store.Record{
		Kind: "asset_report", ID: "x", Client: apitest.Client, Body: []byte(`[]`), Due: w.Now().Add(-time.Hour),
	}))
	token, _ := w.good()
	w.get(w.made(1, "", token), "").OK()
	if at, err := w.worker.NextDue(t.Context()); err != nil || !at.Equal(w.Now().Add(time.Hour)) {
		t.Errorf("due at %s, %v", at, err)
	}
}

// TestStops: a worker that is told to stop begins nothing more.
func TestStops(t *testing.T) {
	t.Parallel()
	w := newWorld(t, apitest.Options{}, 0)
	token, _ := w.good()
	report := w.create(1, "", token).OK().Text("asset_report_token")
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if n, err := w.worker.RunDue(ctx, 10); n != 0 || !errors.Is(err, context.Canceled) {
		t.Errorf("%d, %v", n, err)
	}
	w.get(report, "").Is(notReady)
}
