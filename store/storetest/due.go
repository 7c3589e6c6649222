package storetest

import (
	"errors"
	"fmt"
	"testing"

	"github.com/gingham-dev/gingham/models"
	"github.com/gingham-dev/gingham/store"
)

// task is a record on which work is due n seconds after start; 0 is never.
func task(client models.ClientID, kind, id string, n int) store.Record {
	r := store.Record{Kind: kind, ID: id, Client: client, Rev: 1, Body: []byte(fmt.Sprintf(`{"id":%q}`, id))}
	if n != 0 {
		r.Due = at(n)
	}
	return r
}

// testDueRecords: everybody's of one kind, the longest due first, as they are now.
func testDueRecords(t testing.TB, open opener) {
	s := open(Hooks{})
	ctx := t.Context()
	due := func(kind string, n, limit int) []string {
		t.Helper()
		ids := []string{}
		for _, r := range get[[]store.Record](t)(s.DueRecords(ctx, kind, at(n), limit)) {
			ids = append(ids, string(r.Client[:1])+" "+r.ID)
		}
		return ids
	}
	equal(t, "none at all", due("report", 99, 10), []string{})
	for _, r := range []store.Record{
		task(alice, "report", "third", 30), task(bob, "report", "first", 10), task(alice, "report", "never", 0),
		task(alice, "report", "second", 20), task(alice, "report", "fourth", 40), task(alice, "other", "x", 1),
	} {
		must(t, s.CreateRecord(ctx, r))
	}
	equal(t, "before the first", due("report", 9, 10), []string{})
	equal(t, "by then", due("report", 30, 10), []string{"b first", "a second", "a third"})
	equal(t, "the longest due", due("report", 99, 2), []string{"b first", "a second"})
	equal(t, "limit 0", due("report", 99, 0), []string{})
	equal(t, "limit -1", due("report", 99, -1), []string{})
	equal(t, "another kind", due("other", 99, 10), []string{"a x"})
	equal(t, "whole", get[[]store.Record](t)(s.DueRecords(ctx, "report", at(10), 1))[0], task(bob, "report", "first", 10))
	full := fullRecord(alice, "full")
	must(t, s.CreateRecord(ctx, full))
	full.Rev = 1
	equal(t, "full", get[[]store.Record](t)(s.DueRecords(ctx, full.Kind, at(30), 1))[0], full)

	later := task(bob, "report", "first", 50)
	must(t, s.UpdateRecord(ctx, later))
	must(t, s.UpdateRecord(ctx, task(alice, "report", "second", 0)))
	must(t, s.UpdateRecord(ctx, task(alice, "report", "never", 5)))
	must(t, s.DeleteRecord(ctx, alice, "report", "third"))
	equal(t, "changed", due("report", 99, 10), []string{"a never", "a fourth", "b first"})
}

// testDueRecordClaimed: of many who find one due, one gets it.
func testDueRecordClaimed(t testing.TB, open opener) {
	s := open(Hooks{})
	ctx := t.Context()
	must(t, s.CreateRecord(ctx, task(alice, "report", "r", 10)))
	var errs [8]error
	together(len(errs), func(i int) {
		list, err := s.DueRecords(ctx, "report", at(10), 10)
		if err == nil && len(list) == 1 {
			list[0].Due = at(1000)
			err = s.UpdateRecord(ctx, list[0])
		} else if err == nil {
			err = store.ErrConflict // another was faster still
		}
		errs[i] = err
	})
	won := 0
	for _, err := range errs {
		switch {
		case err == nil:
			won++
		case !errors.Is(err, store.ErrConflict):
			t.Error(err)
		}
	}
	equal(t, "claimed", won, 1)
	left := get[[]store.Record](t)(s.DueRecords(ctx, "report", at(999), 10))
	equal(t, "left", len(left), 0)
	again := get[[]store.Record](t)(s.DueRecords(ctx, "report", at(1000), 10))
	want := task(alice, "report", "r", 1000)
	want.Rev = 2
	equal(t, "due again", again, []store.Record{want})
}
