package mongo

import (
	"fmt"
	"testing"
	"time"

	"github.com/gingham-dev/gingham/models"
	"github.com/gingham-dev/gingham/store"
	"github.com/gingham-dev/gingham/store/mongo/mongotest"
)

// TestSweepPages: sweeps over several pages, each with a limit, go on where the
// last one stopped, find all that is dead and spare all that lives.
func TestSweepPages(t *testing.T) {
	s := open(t, mongotest.URI(t), Options{})
	ctx := t.Context()
	made := time.UnixMilli(1_700_000_000_000)
	const perItem, dead = 400, 300
	live := map[models.ItemID][]store.BlockID{}
	for i := range 7 {
		h := &store.Head{ID: models.ItemID(fmt.Sprintf("i%d", i)), Client: "c", Commit: "first", Parts: map[string]store.BlockID{}}
		var all []store.Block
		for n := range perItem {
			b := store.Block{ID: store.BlockID(fmt.Sprintf("b-%d-%d", i, n)), Item: h.ID, Client: "c", CreatedAt: made, Data: []byte("x")}
			all = append(all, b)
			if n >= dead {
				h.Parts[string(b.ID)] = b.ID
				live[h.ID] = append(live[h.ID], b.ID)
			}
		}
		if err := s.CreateItem(ctx, h, all); err != nil {
			t.Fatal(err)
		}
	}
	total := 0
	for {
		n, err := s.SweepBlocks(ctx, made.Add(time.Second), 450)
		if err != nil {
			t.Fatal(err)
		}
		if total += n; n == 0 {
			break
		}
	}
	if total != 7*dead {
		t.Errorf("%d blocks swept, want %d", total, 7*dead)
	}
	for id, blocks := range live {
		if _, err := s.Blocks(ctx, "c", id, blocks); err != nil {
			t.Errorf("the sweep took a block that lives: %v", err)
		}
	}
}
