package mongo

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/event"

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

// TestSweepExpiredPages: a sweep of more than a page honours its limit and takes
// all there is below it.
func TestSweepExpiredPages(t *testing.T) {
	s := open(t, mongotest.URI(t), Options{})
	ctx := t.Context()
	end := time.UnixMilli(1_700_000_000_000).UTC()
	const old = 2*sweepPage + 500
	var docs []tokenDoc
	for i := range old + 10 {
		docs = append(docs, tokenDoc{Hash: fmt.Sprint(i), Client: "c", Kind: store.PublicToken, ExpiresAt: end.Add(-time.Minute)})
		if i >= old {
			docs[i].ExpiresAt = []time.Time{{}, end}[i%2]
		}
	}
	if _, err := s.db.Collection(tokens).InsertMany(ctx, docs); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct{ limit, want int }{{sweepPage + 1, sweepPage + 1}, {old, old - sweepPage - 1}, {old, 0}} {
		if n, err := s.SweepExpired(ctx, end, c.limit); n != c.want || err != nil {
			t.Errorf("limit %d: %d swept, %v; want %d", c.limit, n, err, c.want)
		}
	}
	if n, err := s.db.Collection(tokens).CountDocuments(ctx, bson.D{}); n != 10 || err != nil {
		t.Errorf("%d tokens left, %v; want 10", n, err)
	}
}

// TestDeleteDeliveriesPages: of more than a page of deliveries none is left, and
// none of another's is gone.
func TestDeleteDeliveriesPages(t *testing.T) {
	s := open(t, mongotest.URI(t), Options{})
	ctx := t.Context()
	var docs []deliveryDoc
	for i := range 2*sweepPage + 1 {
		docs = append(docs, deliveryDoc{ID: fmt.Sprint(i), Client: "c", State: store.Waiting})
	}
	docs = append(docs, deliveryDoc{ID: "another's", Client: "d", State: store.Waiting})
	if _, err := s.db.Collection(deliveries).InsertMany(ctx, docs); err != nil {
		t.Fatal(err)
	}
	if err := s.DeleteDeliveries(ctx, "c"); err != nil {
		t.Fatal(err)
	}
	left, err := s.ids(ctx, deliveries, bson.D{{Key: "client", Value: bson.D{{Key: "$gt", Value: ""}}}}, bson.D{{Key: "_id", Value: 1}}, 10)
	if err != nil || len(left) != 1 || left[0] != "another's" {
		t.Errorf("left are %v, %v", left, err)
	}
}

// TestSweepSparesReplayed: a delivery that is replayed after a sweep found it,
// before the sweep deletes it, stays.
func TestSweepSparesReplayed(t *testing.T) {
	uri := mongotest.URI(t)
	other := open(t, uri, Options{})
	failed := store.Delivery{Event: store.Event{ID: "e"}, Client: "c", State: store.Failed, ExpiresAt: time.UnixMilli(1000)}
	found := 0
	s := open(t, uri, Options{Monitor: &event.CommandMonitor{Succeeded: func(ctx context.Context, e *event.CommandSucceededEvent) {
		first, err := e.Reply.LookupErr("cursor", "firstBatch", "0")
		if e.CommandName != "find" || err != nil {
			return
		}
		found++
		again := failed
		again.State = store.Waiting
		if err := other.FinishDelivery(context.WithoutCancel(ctx), again); err != nil {
			t.Errorf("replaying %s: %v", first, err)
		}
	}}})
	if err := s.CreateDelivery(t.Context(), failed); err != nil {
		t.Fatal(err)
	}
	n, err := s.SweepExpired(t.Context(), time.UnixMilli(2000), 10)
	if n != 0 || err != nil || found != 1 {
		t.Errorf("%d swept, %v, %d found; want 0 swept of 1 found", n, err, found)
	}
	left, err := other.ListDeliveries(t.Context(), "c", "", 10)
	if err != nil || len(left) != 1 || left[0].State != store.Waiting {
		t.Errorf("left %+v, %v", left, err)
	}
}

// TestNeverAbsent: what never expires or is never due is in no index of what does or is.
func TestNeverAbsent(t *testing.T) {
	s := open(t, mongotest.URI(t), Options{})
	ctx := t.Context()
	err := errors.Join(
		s.CreateToken(ctx, store.Token{Hash: "h", Client: "c"}),
		s.CreateDelivery(ctx, store.Delivery{Event: store.Event{ID: "d"}, Client: "c", State: store.Failed, ExpiresAt: time.UnixMilli(1000)}),
		s.FinishDelivery(ctx, store.Delivery{Event: store.Event{ID: "d"}, Client: "c", State: store.Waiting}),
		s.CreateRecord(ctx, store.Record{
			Kind: "k", ID: "r", Client: "c", ExpiresAt: time.UnixMilli(1000), Due: time.UnixMilli(1000), Body: []byte(`{}`),
		}),
		s.UpdateRecord(ctx, store.Record{Kind: "k", ID: "r", Client: "c", Rev: 1, Body: []byte(`{}`)}),
	)
	if err != nil {
		t.Fatal(err)
	}
	for collection, id := range map[string]string{tokens: "h", records: place("c", "k", "r"), deliveries: "d"} {
		raw, err := s.db.Collection(collection).FindOne(ctx, byID([]string{id})).Raw()
		if err != nil {
			t.Fatal(err)
		}
		for _, key := range []string{"expires_at", "due"} {
			if v, err := raw.LookupErr(key); err == nil {
				t.Errorf("%s: %s is %v", collection, key, v)
			}
		}
	}
}
