package ledger_test

import (
	"errors"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/gingham-dev/gingham/ledger"
	"github.com/gingham-dev/gingham/models"
	"github.com/gingham-dev/gingham/providers"
)

func delays(initial, historical time.Duration) func(models.ClientID) (time.Duration, time.Duration) {
	return func(models.ClientID) (time.Duration, time.Duration) { return initial, historical }
}

func TestReadiness(t *testing.T) {
	w := newWorld(t, providers.Snapshot, func(o *ledger.Options) {
		o.Readiness = delays(10*time.Second, time.Minute)
	})
	rng := rand.New(rand.NewPCG(3, 3))
	for range 200 {
		w.up.add(rng, w.now)
	}
	h := w.link(t)
	query := ledger.Query{From: "2020-01-01", To: "2030-01-01", Count: 500}
	if _, err := w.Transactions(t.Context(), h, query); !errors.Is(err, ledger.ErrNotReady) {
		t.Errorf("before the first pull: %v, want ErrNotReady", err)
	}
	if page, err := w.Sync(t.Context(), h, ledger.SyncQuery{Count: 100}); err != nil || page.NextCursor != "" || page.HasMore {
		t.Errorf("sync before the first pull: %+v, %v", page, err)
	}
	for _, step := range []struct {
		after time.Duration
		work  int
		all   bool
	}{{5 * time.Second, 0, false}, {5 * time.Second, 1, false}, {50 * time.Second, 1, true}, {time.Hour, 0, true}} {
		w.advance(step.after)
		n, err := w.RunDue(t.Context(), 10)
		if err != nil || n != step.work {
			t.Errorf("after %v: %d Items worked on, %v; want %d", step.after, n, err, step.work)
		}
		if step.work == 0 {
			continue
		}
		page, err := w.Transactions(t.Context(), w.head(t, h), query)
		if err != nil {
			t.Fatal(err)
		}
		recent := 0
		for _, tx := range w.up.rows {
			if tx.Date >= models.DateOf(w.clock()).AddDays(-30) {
				recent++
			}
		}
		if want := map[bool]int{false: recent, true: 200}[step.all]; page.Total != want {
			t.Errorf("after %v: %d rows, want %d", step.after, page.Total, want)
		}
	}
}

func TestFailureStaysWithItem(t *testing.T) {
	w := newWorld(t, providers.Snapshot, nil)
	h := w.link(t)
	w.up.fail = &providers.Error{Kind: providers.LoginRequired, UserAction: true}
	if _, err := w.Refresh(t.Context(), h); !errors.Is(err, w.up.fail) {
		t.Errorf("Refresh: %v", err)
	}
	if e := w.head(t, h).Item.Error; e == nil || e.Code != "ITEM_LOGIN_REQUIRED" {
		t.Errorf("Item's error: %+v", e)
	}
	w.up.fail = nil
	if _, err := w.Refresh(t.Context(), h); err != nil {
		t.Fatal(err)
	}
	if e := w.head(t, h).Item.Error; e != nil {
		t.Errorf("Item's error after it was mended: %+v", e)
	}
}

func TestRemove(t *testing.T) {
	w := newWorld(t, providers.Snapshot, nil)
	h := w.link(t)
	if err := w.Remove(t.Context(), h); err != nil {
		t.Fatal(err)
	}
	if err := w.Remove(t.Context(), h); !errors.Is(err, ledger.ErrRemoved) {
		t.Errorf("second Remove: %v, want ErrRemoved", err)
	}
	gone := w.head(t, h)
	if !gone.Item.Removed() || gone.Accounts != nil || len(gone.BlockIDs()) > 0 {
		t.Errorf("a removed Item keeps %+v", gone)
	}
	if _, err := w.Refresh(t.Context(), h); !errors.Is(err, ledger.ErrRemoved) {
		t.Errorf("Refresh of a removed Item: %v, want ErrRemoved", err)
	}
}

// TestReaderOutlivedByBlocks reads with a head from before a commit whose old
// blocks were swept meanwhile: the answer is the newer one.
func TestReaderOutlivedByBlocks(t *testing.T) {
	w := newWorld(t, providers.Snapshot, func(o *ledger.Options) { o.CacheBytes = 1 })
	rng := rand.New(rand.NewPCG(1, 1))
	for range 20 {
		w.up.add(rng, w.now)
	}
	old := w.link(t)
	w.up.add(rng, w.now)
	if _, err := w.Refresh(t.Context(), old); err != nil {
		t.Fatal(err)
	}
	if n, err := w.store.SweepBlocks(t.Context(), time.Now().Add(time.Hour), 100); err != nil || n == 0 {
		t.Fatalf("swept %d, %v", n, err)
	}
	page, err := w.Transactions(t.Context(), old, ledger.Query{From: "2020-01-01", To: "2030-01-01", Count: 500})
	if err != nil || page.Total != 21 {
		t.Errorf("Transactions: %d, %v", page.Total, err)
	}
	update, err := w.Sync(t.Context(), old, ledger.SyncQuery{Count: 500})
	if err != nil || len(parse[wire](t, update.Added)) != 21 {
		t.Errorf("Sync: %v", err)
	}
	if _, err := w.Streams(t.Context(), old); err != nil {
		t.Errorf("Streams: %v", err)
	}
}
