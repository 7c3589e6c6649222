package control_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/gingham-dev/gingham/endpoints/api/apitest"
	"github.com/gingham-dev/gingham/models"
	"github.com/gingham-dev/gingham/store"
	"github.com/gingham-dev/gingham/webhooks"
)

// delivery creates the delivery of a webhook that came about n seconds after the start.
func (w *world) delivery(t *testing.T, n int, change func(*store.Delivery)) string {
	t.Helper()
	at := apitest.Start.Add(time.Duration(n) * time.Second)
	id := webhooks.NewID(at, int64(n), w.IDs)
	origin := webhooks.Origin{Environment: models.Sandbox, Item: "item"}
	d := store.Delivery{
		Event:  webhooks.SyncUpdatesAvailable(true, true).Event(origin, id, "https://app.example/hook", at),
		Client: apitest.Client, Item: "item", Receiver: "https://app.example:443", State: store.Waiting, NextAt: at.Add(time.Minute),
	}
	if change != nil {
		change(&d)
	}
	if err := w.Store.CreateDelivery(t.Context(), d); err != nil {
		t.Fatal(err)
	}
	return id
}

func ended(state store.DeliveryState) func(*store.Delivery) {
	return func(d *store.Delivery) { d.State, d.ExpiresAt = state, d.NextAt.Add(time.Hour) }
}

func TestListWebhooks(t *testing.T) {
	w := newWorld(t)
	var ids []string
	for n := range 450 {
		ids = append(ids, w.delivery(t, n, func(d *store.Delivery) {
			switch {
			case n%100 == 0:
				ended(store.Failed)(d)
			case n%100 == 1:
				d.Item = "other"
			case n%100 == 2:
				d.Event.Code = "INITIAL_UPDATE"
			case n == 449:
				d.Attempts = 3
				d.Tries = []store.Try{
					{At: apitest.Start, Error: "no answer in 10 seconds", Took: 10 * time.Second},
					{At: apitest.Start.Add(time.Minute), Status: 503, Error: "503", Took: 12 * time.Millisecond},
				}
			case n == 448:
				d.Item = ""
				d.Event.Body = webhooks.TransactionsRemoved([]string{"gone"}).Body(webhooks.Origin{})
			case n == 447:
				d.Client = apitest.Stranger
			}
		}))
	}
	slices.Reverse(ids)
	mine := slices.Concat(ids[:2], ids[3:])

	// A page at a time comes to all, the newest first.
	follow := func(members string) (got []string) {
		cursor := ""
		for range 100 {
			a := w.Post("/gingham/webhooks/list", strings.TrimPrefix(members+cursor, ",")).OK()
			for _, r := range rows(a, "webhooks") {
				got = append(got, r["webhook_id"].(string))
			}
			if a.At("next_cursor") == nil {
				return got
			}
			cursor = `,"cursor":"` + a.Text("next_cursor") + `"`
		}
		t.Fatalf("%s: no end", members)
		return nil
	}
	for _, count := range []int{7, 200, 449, 500} {
		if got := follow(fmt.Sprintf(`,"count":%d`, count)); !slices.Equal(got, mine) {
			t.Errorf("pages of %d come to %d of %d", count, len(got), len(mine))
		}
	}
	for members, want := range map[string]int{
		`,"state":"failed"`: 5, `,"item_id":"other","count":1`: 5, `,"webhook_code":"INITIAL_UPDATE","count":2`: 5,
		`,"webhook_code":"INITIAL_UPDATE","state":"delivered"`: 0, `,"count":500,"state":"waiting","item_id":"item"`: 438,
	} {
		if got := follow(members); len(got) != want {
			t.Errorf("%s comes to %d, want %d", members, len(got), want)
		}
	}
	a := w.Post("/gingham/webhooks/list", "").OK()
	if len(rows(a, "webhooks")) != 100 || rows(a, "webhooks")[1]["item_id"] != nil || bytes.ContainsAny(a.Body, "\n") {
		t.Errorf("answered %.2000s", a.Body)
	}
	first := w.Post("/gingham/webhooks/list", `"count":1`).OK()
	want := `[{"attempt_count":3,"attempts":[{"at":"2026-11-20T12:00:00Z","error":"no answer in 10 seconds","seconds":10,"status":null},` +
		`{"at":"2026-11-20T12:01:00Z","error":"503","seconds":0.012,"status":503}],` +
		`"body":{"environment":"sandbox","historical_update_complete":true,"initial_update_complete":true,"item_id":"item",` +
		`"webhook_code":"SYNC_UPDATES_AVAILABLE","webhook_type":"TRANSACTIONS"},"created_at":"2026-11-20T12:07:29Z","item_id":"item",` +
		`"next_attempt_at":"2026-11-20T12:08:29Z","state":"waiting","url":"https://app.example/hook",` +
		`"webhook_code":"SYNC_UPDATES_AVAILABLE","webhook_id":"` + ids[0] + `","webhook_type":"TRANSACTIONS"}]`
	if !strings.Contains(string(first.Body), want) || first.Text("next_cursor") != ids[0] {
		t.Errorf("answered %s\nwant %s", first.Body, want)
	}
	if a := w.PostAs(apitest.Stranger, "/gingham/webhooks/list", "").OK(); len(rows(a, "webhooks")) != 1 {
		t.Errorf("answered %s", a.Body)
	}
	w.Post("/gingham/webhooks/list", `"count":501`).Is(apitest.InvalidField("count must be less than or equal to 500"))
}

func TestReplayWebhooks(t *testing.T) {
	w := newWorld(t)
	ids := []string{
		w.delivery(t, 0, ended(store.Failed)), w.delivery(t, 1, ended(store.Delivered)), w.delivery(t, 2, nil),
		w.delivery(t, 3, ended(store.Failed)), w.delivery(t, 4, ended(store.Failed)),
	}
	foreign := w.delivery(t, 5, func(d *store.Delivery) {
		d.Client = apitest.Stranger
		ended(store.Failed)(d)
	})
	w.Advance(time.Hour)
	due := func(id string) bool {
		t.Helper()
		client := apitest.Client
		if id == foreign {
			client = apitest.Stranger
		}
		d, err := w.Store.Delivery(t.Context(), client, id)
		if err != nil {
			t.Fatal(err)
		}
		return d.State == store.Waiting && d.NextAt.Equal(w.Now()) && d.ExpiresAt.IsZero()
	}
	replayed := func(members string, want int) {
		t.Helper()
		if a := w.Post("/gingham/webhooks/replay", members).OK(); a.At("replayed") != float64(want) {
			t.Errorf("%s: answered %s", members, a.Body)
		}
		select {
		case <-w.woken:
		default:
			t.Error("the worker sleeps on")
		}
	}
	replayed(`"webhook_id":"`+ids[0]+`"`, 1)
	replayed(`"webhook_ids":["`+ids[1]+`","`+ids[2]+`","`+ids[1]+`"]`, 2)
	if !due(ids[0]) || !due(ids[1]) || !due(ids[2]) || due(ids[3]) {
		t.Error("others are due than were asked for")
	}
	one := apitest.InvalidField("one of webhook_id, webhook_ids and failed must be set")
	unknown := func(field string) apitest.Failure {
		return apitest.InvalidField(field + " must be the id of a webhook that is there")
	}
	for _, tt := range []struct {
		members string
		want    apitest.Failure
	}{
		{``, one},
		{`"failed":false`, one},
		{`"failed":true,"webhook_id":"` + ids[0] + `"`, one},
		{`"webhook_ids":[]`, apitest.InvalidField("webhook_ids must be a non-empty array")},
		{`"webhook_id":"nope"`, unknown("webhook_id")},
		{`"webhook_id":"` + foreign + `"`, unknown("webhook_id")},
		{`"webhook_ids":["` + ids[3] + `","` + foreign + `"]`, unknown("webhook_ids.1")},
		{`"webhook_ids":["` + ids[3] + `","` + ids[3] + `","x"]`, unknown("webhook_ids.2")},
	} {
		w.Post("/gingham/webhooks/replay", tt.members).Is(tt.want)
	}
	if due(ids[3]) || due(ids[4]) {
		t.Error("a call that failed has sent something")
	}
	replayed(`"failed":true`, 2)
	if !due(ids[3]) || !due(ids[4]) || due(foreign) {
		t.Error("others are due than had failed")
	}
}

// busyWorker is a store in which a worker takes a delivery in hand just before
// anybody finishes it, as often as it is told to, and then forgets it if told so.
type busyWorker struct {
	store.Store
	t       *testing.T
	times   int
	forgets bool
}

func (b *busyWorker) FinishDelivery(ctx context.Context, d store.Delivery) error {
	if b.times > 0 {
		b.times--
		// Long after it lapsed, it is claimed again.
		at := apitest.Start.AddDate(1, 0, -b.times)
		if list, err := b.ClaimDeliveries(ctx, "worker", at, at, nil, 1); err != nil || len(list) != 1 {
			b.t.Errorf("claimed %v, %v", list, err)
		}
	} else if b.forgets {
		if err := b.DeleteDeliveries(ctx, d.Client); err != nil {
			b.t.Error(err)
		}
	}
	return b.Store.FinishDelivery(ctx, d)
}

// TestReplayWhileDelivered replays a webhook that a worker keeps taking in hand.
func TestReplayWhileDelivered(t *testing.T) {
	busy := &busyWorker{t: t}
	w := newWorld(t, func(s store.Store) store.Store {
		busy.Store = s
		return busy
	})
	id := `"webhook_id":"` + w.delivery(t, 0, nil) + `"`
	busy.times = 3
	if a := w.Post("/gingham/webhooks/replay", id).OK(); a.At("replayed") != float64(1) {
		t.Errorf("answered %s", a.Body)
	}
	busy.times = 100
	if a := w.Post("/gingham/webhooks/replay", id); a.Status != 500 {
		t.Errorf("answered %s", a.Body)
	}
	busy.times, busy.forgets = 0, true
	if a := w.Post("/gingham/webhooks/replay", id).OK(); a.At("replayed") != float64(0) {
		t.Errorf("answered %s", a.Body)
	}
}

// endless is a store with no end of deliveries.
type endless struct{ store.Store }

func (e endless) ListDeliveries(_ context.Context, client models.ClientID, before string, limit int) ([]store.Delivery, error) {
	n := 0
	_, _ = fmt.Sscan(before, &n)
	list := make([]store.Delivery, limit)
	for i := range list {
		list[i] = store.Delivery{Client: client, Event: store.Event{ID: fmt.Sprint(n + i + 1), Code: "ERROR"}}
	}
	return list, nil
}

// TestLongSearch looks for what there isn't: a call ends, and says where to go on.
func TestLongSearch(t *testing.T) {
	w := newWorld(t, func(s store.Store) store.Store { return endless{s} })
	a := w.Post("/gingham/webhooks/list", `"webhook_code":"LOGIN_REPAIRED"`).OK()
	if len(rows(a, "webhooks")) != 0 || a.Text("next_cursor") != "10000" {
		t.Errorf("answered %s", a.Body)
	}
}

func TestDrill(t *testing.T) {
	w := newWorld(t)
	a := w.Post("/gingham/webhooks/drill", `"duplicate":true,"delay_seconds":1.5`).OK()
	if a.At("duplicate") != true || a.At("reorder") != false || a.At("delay_seconds") != 1.5 {
		t.Errorf("answered %s", a.Body)
	}
	if d := w.controls.Drill(apitest.Client); d != (webhooks.Drill{Duplicate: true, Delay: 1500 * time.Millisecond}) {
		t.Errorf("set %+v", d)
	}
	if d := w.controls.Drill(apitest.Stranger); d != (webhooks.Drill{}) {
		t.Errorf("another client has %+v", d)
	}
	w.Post("/gingham/webhooks/drill", `"reorder":true`).OK()
	if d := w.controls.Drill(apitest.Client); d != (webhooks.Drill{Reorder: true}) {
		t.Errorf("set %+v", d)
	}
	w.Post("/gingham/webhooks/drill", "").OK()
	if d := w.controls.Drill(apitest.Client); d != (webhooks.Drill{}) {
		t.Errorf("left %+v", d)
	}
}

func TestRotateKey(t *testing.T) {
	w := newWorld(t)
	if a := w.Post("/gingham/webhooks/rotate_key", "").OK(); a.Text("key_id") != "k" {
		t.Errorf("answered %s", a.Body)
	}
	w.keys.fail = errors.New("the store is gone")
	if a := w.Post("/gingham/webhooks/rotate_key", ""); a.Status != 500 {
		t.Errorf("answered %s", a.Body)
	}
}
