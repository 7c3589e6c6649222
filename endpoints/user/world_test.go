package user_test

import (
	"bytes"
	"context"
	"regexp"
	"slices"
	"sync"
	"testing"

	"github.com/gingham-dev/gingham/endpoints/api"
	"github.com/gingham-dev/gingham/endpoints/api/apitest"
	"github.com/gingham-dev/gingham/endpoints/api/linksession"
	"github.com/gingham-dev/gingham/endpoints/api/useritems"
	"github.com/gingham-dev/gingham/endpoints/item"
	"github.com/gingham-dev/gingham/endpoints/link"
	"github.com/gingham-dev/gingham/endpoints/sandbox"
	"github.com/gingham-dev/gingham/endpoints/user"
	"github.com/gingham-dev/gingham/ledger/vault"
	"github.com/gingham-dev/gingham/store"
)

const (
	create    = "/user/create"
	get       = "/user/get"
	update    = "/user/update"
	remove    = "/user/remove"
	itemsGet  = "/user/items/get"
	tokenMake = "/link/token/create"
	tokenGet  = "/link/token/get"
	linkItem  = "/sandbox/public_token/create"
)

// world is a server with users, and the ways in which they come to have Items.
type world struct {
	*apitest.Server
	t     *testing.T
	store *watched
}

func newWorld(t *testing.T) *world {
	t.Helper()
	w := &world{t: t}
	o := apitest.Options{WrapStore: func(s store.Store) store.Store {
		w.store = &watched{Store: s}
		return useritems.Index(w.store)
	}}
	w.Server = apitest.New(t, o, func(s *apitest.Server) []api.Route {
		sealer, err := vault.New(bytes.Repeat([]byte{4}, vault.KeySize))
		must(t, err)
		return slices.Concat(
			user.New(user.Options{Store: s.Store, Ledger: s.Ledger, Tokens: s.Tokens, IDs: s.IDs, Sealer: sealer}).Routes(),
			link.New(link.Options{
				Sessions: linksession.New(s.Store, s.Tokens), Tokens: s.Tokens, Providers: s.Providers, Environment: s.Environment,
			}).Routes(),
			sandbox.New(s.Ledger, s.Tokens).Routes(),
			item.New(s.Ledger, s.Tokens, s.Store).Routes(),
		)
	})
	return w
}

// user makes a user, and returns user_id and user_token.
func (w *world) user(clientUserID string) (id, token string) {
	w.t.Helper()
	a := w.Post(create, `"client_user_id":"`+clientUserID+`"`).OK()
	return a.Text("user_id"), a.Text("user_token")
}

// link links an Item with further members, and returns its access token.
func (w *world) link(members string) string {
	w.t.Helper()
	public := w.Post(linkItem, `"institution_id":"ins_109508","initial_products":["auth"],`+members).OK().Text("public_token")
	return w.Post("/item/public_token/exchange", `"public_token":"`+public+`"`).OK().Text("access_token")
}

// items are the ids of a user's Items.
func (w *world) items(members string) []string {
	w.t.Helper()
	ids := []string{}
	for _, it := range w.Post(itemsGet, members).OK().At("items").([]any) {
		ids = append(ids, it.(map[string]any)["item_id"].(string))
	}
	return ids
}

func byID(id string) string       { return `"user_id":"` + id + `"` }
func byToken(token string) string { return `"user_token":"` + token + `"` }
func access(token string) string  { return `"access_token":"` + token + `"` }

// requestID is what differs in answers that are the same.
var requestID = regexp.MustCompile(`"request_id":"\w{15}"`)

func sameBytes(t *testing.T, a, b *apitest.Answer) {
	t.Helper()
	if !bytes.Equal(requestID.ReplaceAll(a.Body, nil), requestID.ReplaceAll(b.Body, nil)) || a.Status != b.Status {
		t.Errorf("answers differ:\n%d %s\n%d %s", a.Status, a.Body, b.Status, b.Body)
	}
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// watched is a store that remembers all records that were ever to be written, and what
// is to happen before one is: an error, and it isn't written.
type watched struct {
	store.Store
	mu      sync.Mutex
	written []store.Record
	before  func(store.Record) error
}

// do sets what is to happen.
func (s *watched) do(before func(store.Record) error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.before = before
}

func (s *watched) write(r store.Record) error {
	s.mu.Lock()
	before := s.before
	s.written = append(s.written, r)
	s.mu.Unlock()
	if before != nil {
		return before(r)
	}
	return nil
}

func (s *watched) CreateRecord(ctx context.Context, r store.Record) error {
	if err := s.write(r); err != nil {
		return err
	}
	return s.Store.CreateRecord(ctx, r)
}

func (s *watched) UpdateRecord(ctx context.Context, r store.Record) error {
	if err := s.write(r); err != nil {
		return err
	}
	return s.Store.UpdateRecord(ctx, r)
}
