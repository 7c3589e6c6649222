package program_test

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/gingham-dev/gingham/endpoints/api/apitest"
	"github.com/gingham-dev/gingham/models"
	"github.com/gingham-dev/gingham/store"
)

// nobody is what of a token nobody has.
const nobody = "00112233-4455-6677-8899-aabbccddeeff"

// watched is a store that says what it is asked for, and fails, or waits, when it is told to.
type watched struct {
	store.Store

	mu    sync.Mutex
	calls []string
	// fail says which call is to fail; take is called before a token is taken.
	fail func(call string) error
	take func()
}

func (s *watched) wrap(inner store.Store) store.Store { s.Store = inner; return s }

func (s *watched) note(call string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.calls = append(s.calls, call)
	if s.fail != nil {
		return s.fail(call)
	}
	return nil
}

func (s *watched) Record(ctx context.Context, c models.ClientID, kind, id string) (store.Record, error) {
	if err := s.note("Record " + kind); err != nil {
		return store.Record{}, err
	}
	return s.Store.Record(ctx, c, kind, id)
}

func (s *watched) CreateRecord(ctx context.Context, r store.Record) error {
	if err := s.note("CreateRecord " + r.Kind); err != nil {
		return err
	}
	return s.Store.CreateRecord(ctx, r)
}

func (s *watched) UpdateRecord(ctx context.Context, r store.Record) error {
	if err := s.note("UpdateRecord " + r.Kind); err != nil {
		return err
	}
	return s.Store.UpdateRecord(ctx, r)
}

func (s *watched) DeleteRecord(ctx context.Context, c models.ClientID, kind, id string) error {
	if err := s.note("DeleteRecord " + kind); err != nil {
		return err
	}
	return s.Store.DeleteRecord(ctx, c, kind, id)
}

func (s *watched) Head(ctx context.Context, c models.ClientID, id models.ItemID) (*store.Head, error) {
	if err := s.note("Head"); err != nil {
		return nil, err
	}
	return s.Store.Head(ctx, c, id)
}

func (s *watched) Token(ctx context.Context, c models.ClientID, hash string) (store.Token, error) {
	if err := s.note("Token"); err != nil {
		return store.Token{}, err
	}
	return s.Store.Token(ctx, c, hash)
}

func (s *watched) TakeToken(ctx context.Context, c models.ClientID, hash string, now time.Time) (store.Token, error) {
	if err := s.note("TakeToken"); err != nil {
		return store.Token{}, err
	}
	s.mu.Lock()
	take := s.take
	s.mu.Unlock()
	if take != nil {
		take()
	}
	return s.Store.TakeToken(ctx, c, hash, now)
}

// during are the calls while f runs.
func (s *watched) during(f func()) []string {
	s.mu.Lock()
	s.calls = nil
	s.mu.Unlock()
	f()
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.calls)
}

// TestOneTokenTwice registers different accounts with one public token at once: one
// succeeds, and what it chose is what is registered.
func TestOneTokenTwice(t *testing.T) {
	t.Parallel()
	const callers = 8
	var at sync.WaitGroup
	s := &watched{}
	w := newWorld(t, apitest.Options{WrapStore: s.wrap})
	token, h := w.public(mine, bank)
	at.Add(callers)
	s.take = func() { at.Done(); at.Wait() } // all have chosen before the first takes it
	accounts := []string{accountOf(t, h, "checking"), accountOf(t, h, "savings")}
	replies := make([]*reply, callers)
	var all sync.WaitGroup
	for i := range callers {
		all.Go(func() {
			replies[i] = w.post("/plaid/items", register(profile, token, accounts[i%2]))
		})
	}
	all.Wait()
	var won *reply
	for _, r := range replies {
		if r.Code == http.StatusOK && won == nil {
			won = r
			continue
		}
		r.fails(http.StatusBadRequest, "could not find matching public token")
	}
	if won == nil {
		t.Fatal("nobody has it")
	}
	got := w.list(profile)
	if got.at("items.1") != nil || !slices.Equal(got.statuses("items.0.bank_accounts"), won.statuses("bank_accounts")) {
		t.Errorf("registered is %s, and it was answered %s", got.Body, won.Body)
	}
}

// TestLoserChoosesLast has the one who loses the token choose after the one who wins it:
// neither the answer nor what is registered is the loser's choice, before he withdraws it
// and after.
func TestLoserChoosesLast(t *testing.T) {
	t.Parallel()
	s := &watched{}
	w := newWorld(t, apitest.Options{WrapStore: s.wrap})
	token, h := w.public(mine, bank)
	checking, savings := accountOf(t, h, "checking"), accountOf(t, h, "savings")
	var lost *reply
	var loser sync.WaitGroup
	var takers atomic.Int32
	chosen, answered := make(chan struct{}), make(chan struct{})
	s.take = func() {
		if takers.Add(1) == 1 {
			loser.Go(func() { lost = w.post("/plaid/items", register(profile, token, savings)) })
			<-chosen
			return
		}
		close(chosen)
		<-answered
	}
	want := []string{"0000 OPEN"}
	if got := w.post("/plaid/items", register(profile, token, checking)).ok().statuses("bank_accounts"); !slices.Equal(got, want) {
		t.Errorf("who won is answered %v", got)
	}
	if got := w.list(profile).statuses("items.0.bank_accounts"); !slices.Equal(got, want) {
		t.Errorf("registered is %v", got)
	}
	close(answered)
	loser.Wait()
	lost.fails(http.StatusBadRequest, "could not find matching public token")
	if got := w.list(profile).statuses("items.0.bank_accounts"); !slices.Equal(got, want) {
		t.Errorf("in the end, registered is %v", got)
	}
}

// TestTakenElsewhere exchanges the public token for an access token while it is being
// registered: what was chosen is withdrawn, and what there was before stays.
func TestTakenElsewhere(t *testing.T) {
	t.Parallel()
	s := &watched{}
	w := newWorld(t, apitest.Options{WrapStore: s.wrap})
	token, h := w.public(mine, bank)
	checking, savings := accountOf(t, h, "checking"), accountOf(t, h, "savings")
	exchange := func(token string) func() {
		var taken atomic.Bool
		return func() { // the exchange comes here too
			if taken.CompareAndSwap(false, true) {
				w.Post("/item/public_token/exchange", `"public_token":"`+token+`"`).OK()
			}
		}
	}
	another := func() string {
		t.Helper()
		access := w.Issue(store.Token{Client: mine, Kind: store.AccessToken, Item: h.ID})
		return w.Post("/item/public_token/create", `"access_token":"`+access+`"`).OK().Text("public_token")
	}
	s.take = exchange(token)
	w.post("/plaid/items", register(profile, token, checking)).fails(http.StatusBadRequest, "could not find matching public token")
	w.list(profile).is(`{"items":[]}`)
	w.patch("/plaid/items/"+string(h.ID), choosing(checking)).fails(http.StatusNotFound, "there is no Item of this id")

	// Nothing of it stands in the way of another profile.
	token = another()
	w.post("/plaid/items", register("other", token, checking)).ok()
	token = another()
	s.take = exchange(token)
	w.post("/plaid/items", register("other", token, savings)).fails(http.StatusBadRequest, "could not find matching public token")
	if got := w.list("other").statuses("items.0.bank_accounts"); !slices.Equal(got, []string{"0000 OPEN"}) {
		t.Errorf("registered is %v", got)
	}
}

var errGone = errors.New("no answer")

// TestStoreGone has the store fail at each step of a registration: the Item is never lost.
// As long as the token was not taken, it can be sent again; after that, it is registered.
func TestStoreGone(t *testing.T) {
	t.Parallel()
	s := &watched{}
	w := newWorld(t, apitest.Options{WrapStore: s.wrap})
	token, h := w.public(mine, bank)
	checking := accountOf(t, h, "checking")
	steps := s.during(func() { w.post("/plaid/items", register(profile, token, checking)).ok() })
	for step := range steps {
		token, h := w.public(mine, bank)
		checking := accountOf(t, h, "checking")
		n := 0
		s.fail = func(string) error {
			if n++; n > step {
				return errGone
			}
			return nil
		}
		r := w.post("/plaid/items", register(profile, token, checking))
		s.fail = nil
		r.fails(http.StatusInternalServerError, "an unexpected error occurred")
		_, err := w.Tokens.Lookup(t.Context(), mine, store.PublicToken, token)
		listed := slices.Contains(itemIDs(w.list(profile)), string(h.ID))
		if err != nil && !listed {
			t.Errorf("without %s the token is spent, and nothing is registered", steps[step])
		}
		if err == nil {
			w.post("/plaid/items", register(profile, token, checking)).ok()
		}
	}
	if len(steps) < 8 {
		t.Errorf("there were the steps %q only", steps)
	}
}

// itemIDs are the Items of a list.
func itemIDs(r *reply) (ids []string) {
	list, _ := r.at("items").([]any)
	for _, it := range list {
		ids = append(ids, it.(map[string]any)["plaid_item_id"].(string))
	}
	return ids
}

// TestManyAtOnce registers many Items of one profile at once: all are listed.
func TestManyAtOnce(t *testing.T) {
	t.Parallel()
	w := newWorld(t, apitest.Options{})
	var all sync.WaitGroup
	for range 12 {
		token, h := w.public(mine, bank)
		checking := accountOf(t, h, "checking")
		all.Go(func() {
			if r := w.post("/plaid/items", register(profile, token, checking)); r.Code != http.StatusOK {
				t.Errorf("answered %d %s", r.Code, r.Body)
			}
		})
	}
	all.Wait()
	if n := len(itemIDs(w.list(profile))); n != 12 {
		t.Errorf("%d are listed", n)
	}
}
