package main

import (
	"crypto/ecdsa"
	"errors"
	"fmt"
	"slices"
	"testing"

	"github.com/gingham-dev/gingham/webhooks"
)

// historyOf is an Item with a bit of everything, and what it told.
func historyOf() (*watched, []event) {
	const hook = "http://127.0.0.1:1/app0/1/1"
	it := &watched{
		label: "/app0/1/", access: "access-sandbox-1", id: "item", initial: 65,
		changes: []change{{added: 4, modified: 1, gone: []string{"p1", "p2"}}, {modified: 1}, {added: 3}, {added: 2, gone: []string{"p3"}}},
		sure: map[told]int{
			{"WEBHOOK_UPDATE_ACKNOWLEDGED", hook}: 1, {"PENDING_DISCONNECT", ""}: 2, {"ERROR", "ITEM_LOGIN_REQUIRED"}: 1,
		},
		maybe: map[told]int{{"NEW_ACCOUNTS_AVAILABLE", ""}: 1},
	}
	list := []event{
		{code: "INITIAL_UPDATE", fresh: 20},
		{code: "HISTORICAL_UPDATE", fresh: 45},
		{code: "DEFAULT_UPDATE", fresh: 4},
		{code: "TRANSACTIONS_REMOVED", gone: []string{"p1", "p2"}},
		{code: "SYNC_UPDATES_AVAILABLE"},
		{code: "WEBHOOK_UPDATE_ACKNOWLEDGED", detail: hook},
		{code: "SYNC_UPDATES_AVAILABLE"},
		{code: "PENDING_DISCONNECT"},
		{code: "DEFAULT_UPDATE", fresh: 3},
		{code: "SYNC_UPDATES_AVAILABLE"},
		{code: "PENDING_DISCONNECT"},
		// Two commits that were seen as one change: what the first added the second removed.
		{code: "DEFAULT_UPDATE", fresh: 2},
		{code: "SYNC_UPDATES_AVAILABLE"},
		{code: "DEFAULT_UPDATE", fresh: 1},
		{code: "TRANSACTIONS_REMOVED", gone: []string{"p3", "p4"}},
		{code: "SYNC_UPDATES_AVAILABLE"},
		{code: "ERROR", detail: "ITEM_LOGIN_REQUIRED"},
	}
	for i := range list {
		list[i].id, list[i].path, list[i].item = fmt.Sprintf("%03d", i), it.label+"1", it.id
	}
	return it, list
}

// TestReckon checks that nothing can be missing from what an Item told, come twice
// under two ids, or go elsewhere, without being found.
func TestReckon(t *testing.T) {
	it, whole := historyOf()
	check := func(what string, events []event, agrees bool) {
		t.Helper()
		if wrong := it.reckon(events); (len(wrong) == 0) != agrees {
			t.Errorf("%s: %v", what, wrong)
		}
	}
	check("all", whole, true)
	possible := event{id: "100", path: it.label, code: "NEW_ACCOUNTS_AVAILABLE"}
	check("what may have happened", append(slices.Clone(whole), possible), true)
	check("what may have happened once, twice", append(slices.Clone(whole), possible, possible), false)
	check("nothing", nil, false)
	for i, e := range whole {
		what := fmt.Sprintf("%s %s", e.id, e.code)
		check("without "+what, slices.Delete(slices.Clone(whole), i, i+1), false)
		check("two of "+what, slices.Insert(slices.Clone(whole), i, e), false)
		astray := slices.Clone(whole)
		astray[i].path = "/app1/1/1"
		check(what+" to another", astray, false)
		if e.fresh > 0 {
			more := slices.Clone(whole)
			more[i].fresh++
			check("another number in "+what, more, false)
		}
	}
	// Of what can't be followed any more, the end of one commit may be unseen.
	last := []event{{path: it.label, code: "DEFAULT_UPDATE", fresh: 1}, {path: it.label, code: "SYNC_UPDATES_AVAILABLE"}}
	check("a commit more", slices.Concat(whole, last), false)
	it.removed = true
	check("a commit more before it was removed", slices.Concat(whole, last), true)
	check("two commits more before it was removed", slices.Concat(whole, last, last), false)
	unclaimed := &watched{}
	if wrong := unclaimed.reckon(nil); wrong != nil {
		t.Errorf("an Item that nobody has: %v", wrong)
	}
}

// TestBooks checks what is found wrong with receipts in themselves, and what counts
// as a duplicate.
func TestBooks(t *testing.T) {
	const body, other = `{"item_id":"i","webhook_code":"DEFAULT_UPDATE"}`, `{"item_id":"i","webhook_code":"ERROR"}`
	nobody := errors.New("no such key")
	r := &receiver{got: []*receipt{
		{id: "1", body: []byte(body)},
		{id: "1", body: []byte(body), taken: true},
		{id: "1", body: []byte(body), taken: true},
		{id: "2", body: []byte(body), taken: true},
		{id: "2", body: []byte(other), taken: true},
		{id: "3", body: []byte("?"), taken: true},
		{body: []byte(body)},
	}}
	b, wrong := r.close(func(string) (*ecdsa.PublicKey, error) { return nil, nobody })
	if b.received != 7 || len(b.events) != 2 || b.duplicates != 2 || b.codes["DEFAULT_UPDATE"] != 2 {
		t.Errorf("the books are %+v", b)
	}
	unsigned := 0
	for _, err := range wrong {
		if errors.Is(err, webhooks.ErrMalformed) {
			unsigned++
		}
	}
	// Besides: another body, no JSON, no id, never taken.
	if unsigned != 7 || len(wrong) != 11 {
		t.Errorf("found %v", wrong)
	}
}
