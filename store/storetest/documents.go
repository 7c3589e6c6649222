package storetest

import (
	"context"
	"testing"
	"time"

	"github.com/gingham-dev/gingham/store"
)

// documentCases are those of clients, tokens, records, and of the store itself.
var documentCases = []testCase{
	{"Store", testStore},
	{"Clients", testClients},
	{"Tokens", testTokens},
	{"Records", testRecords},
	{"DueRecords", testDueRecords},
	{"DueRecordClaimed", testDueRecordClaimed},
	{"Cancelled", testCancelled},
}

func testStore(t testing.TB, open opener) {
	s := open(Hooks{})
	ctx := t.Context()
	must(t, s.Ping(ctx))
	must(t, s.Check(ctx))
	must(t, s.CreateItem(ctx, plainHead(alice, item), nil))
	must(t, s.Close())
	if err := s.Ping(ctx); err == nil {
		t.Error("Ping answers after Close")
	}
	if _, err := s.TakeToken(ctx, alice, "h", at(0)); err == nil {
		t.Error("TakeToken answers after Close")
	}
	must(t, s.Close()) // a second time is no error
}

func testClients(t testing.TB, open opener) {
	s := open(Hooks{})
	ctx := t.Context()
	_, err := s.Client(ctx, alice)
	want(t, "Client, unknown", err, store.ErrNotFound)
	equal(t, "no clients", len(get[[]store.Client](t)(s.ListClients(ctx))), 0)

	c := store.Client{
		ID: bob, Name: "Bob & <Sons>", Secrets: []store.SecretHash{{Hash: "h1"}, {Hash: "h2", ExpiresAt: at(9)}},
		AllowedRedirectURIs: []string{"https://example.com/back"}, AllowedOrigins: []string{"https://example.org"}, CreatedAt: at(0),
	}
	must(t, s.CreateClient(ctx, c))
	must(t, s.CreateClient(ctx, store.Client{ID: alice, Name: "Alice", CreatedAt: at(1)}))
	want(t, "CreateClient, taken", s.CreateClient(ctx, store.Client{ID: bob, Name: "Mallory"}), store.ErrExists)
	got := get[store.Client](t)(s.Client(ctx, bob))
	equal(t, "Client", got, c)
	got.Secrets[0].Hash, got.AllowedRedirectURIs[0], got.AllowedOrigins[0] = "mine", "mine", "mine" // a caller's copy is his own
	equal(t, "Client, after its copy was changed", get[store.Client](t)(s.Client(ctx, bob)), c)

	up := c
	up.Name, up.Secrets = "Bob", []store.SecretHash{{Hash: "h3"}}
	must(t, s.UpdateClient(ctx, up))
	want(t, "UpdateClient, old rev", s.UpdateClient(ctx, up), store.ErrConflict)
	up.Rev++
	equal(t, "Client, updated", get[store.Client](t)(s.Client(ctx, bob)), up)
	want(t, "UpdateClient, unknown", s.UpdateClient(ctx, store.Client{ID: "nobody"}), store.ErrNotFound)

	all := get[[]store.Client](t)(s.ListClients(ctx))
	if len(all) != 2 || all[0].ID != alice || all[1].ID != bob {
		t.Errorf("ListClients: %s", show(all))
	}
}

func testTokens(t testing.TB, open opener) {
	s := open(Hooks{})
	ctx := t.Context()
	full := store.Token{
		Hash: "h1", Client: alice, Kind: store.ProcessorToken, Item: item, Account: "acc-1", Processor: "dwolla",
		CreatedAt: at(0), ExpiresAt: at(1800),
	}
	_, err := s.Token(ctx, alice, "h1")
	want(t, "Token, unknown", err, store.ErrNotFound)
	must(t, s.CreateToken(ctx, full))
	want(t, "CreateToken, taken", s.CreateToken(ctx, full), store.ErrExists)
	equal(t, "Token", get[store.Token](t)(s.Token(ctx, alice, "h1")), full)

	taken := get[store.Token](t)(s.TakeToken(ctx, alice, "h1", at(5)))
	full.UsedAt = at(5)
	equal(t, "TakeToken", taken, full)
	equal(t, "Token, taken", get[store.Token](t)(s.Token(ctx, alice, "h1")), full)
	_, err = s.TakeToken(ctx, alice, "h1", at(6))
	want(t, "TakeToken, twice", err, store.ErrConflict)
	equal(t, "Token, taken twice", get[store.Token](t)(s.Token(ctx, alice, "h1")), full)
	_, err = s.TakeToken(ctx, alice, "other", at(6))
	want(t, "TakeToken, unknown", err, store.ErrNotFound)

	must(t, s.DeleteToken(ctx, alice, "h1"))
	_, err = s.Token(ctx, alice, "h1")
	want(t, "Token, deleted", err, store.ErrNotFound)
	must(t, s.DeleteToken(ctx, alice, "h1"))
	must(t, s.CreateToken(ctx, accessToken(alice, "h1")))
	equal(t, "Token, made again", get[store.Token](t)(s.Token(ctx, alice, "h1")), accessToken(alice, "h1"))
}

func testRecords(t testing.TB, open opener) {
	s := open(Hooks{})
	ctx := t.Context()
	r := fullRecord(alice, "l1")
	_, err := s.Record(ctx, alice, "link", "l1")
	want(t, "Record, unknown", err, store.ErrNotFound)
	must(t, s.CreateRecord(ctx, r))
	r.Rev = 1
	want(t, "CreateRecord, taken", s.CreateRecord(ctx, r), store.ErrExists)
	got := get[store.Record](t)(s.Record(ctx, alice, "link", "l1"))
	equal(t, "Record", got, r)
	equal(t, "Record's body", string(got.Body), string(r.Body))
	_, err = s.Record(ctx, alice, "report", "l1")
	want(t, "Record of another kind", err, store.ErrNotFound)

	r.Body, r.ExpiresAt, r.Due = []byte(`{}`), time.Time{}, time.Time{}
	must(t, s.UpdateRecord(ctx, r))
	want(t, "UpdateRecord, old rev", s.UpdateRecord(ctx, r), store.ErrConflict)
	r.Rev = 2
	equal(t, "Record, updated", get[store.Record](t)(s.Record(ctx, alice, "link", "l1")), r)
	want(t, "UpdateRecord, unknown", s.UpdateRecord(ctx, store.Record{Kind: "link", ID: "l9", Client: alice, Rev: 1}), store.ErrNotFound)

	must(t, s.DeleteRecord(ctx, alice, "link", "l1"))
	must(t, s.DeleteRecord(ctx, alice, "link", "l1"))
	_, err = s.Record(ctx, alice, "link", "l1")
	want(t, "Record, deleted", err, store.ErrNotFound)
}

// testCancelled: a call whose context has ended fails, and changes nothing.
func testCancelled(t testing.TB, open opener) {
	s := open(Hooks{})
	ctx := t.Context()
	must(t, s.CreateItem(ctx, plainHead(alice, item), nil))
	gone, cancel := context.WithCancel(ctx)
	cancel()
	next := get[*store.Head](t)(s.Head(ctx, alice, item)).Clone()
	next.Seq, next.Commit = 2, "second"
	want(t, "Commit, cancelled", s.Commit(gone, next, nil), context.Canceled)
	_, err := s.Acquire(gone, alice, item, "w", at(0), at(10))
	want(t, "Acquire, cancelled", err, context.Canceled)
	_, err = s.ListItems(gone, alice, "", 10)
	want(t, "ListItems, cancelled", err, context.Canceled)
	h := get[*store.Head](t)(s.Head(ctx, alice, item))
	if h.Seq != 1 || h.Lease.Fence != 0 {
		t.Errorf("a cancelled call changed the head: %s", show(h))
	}
	must(t, s.Commit(ctx, next, nil))
}
