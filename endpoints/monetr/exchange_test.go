package monetr_test

import (
	"context"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/gingham-dev/gingham/endpoints/api/apitest"
	"github.com/gingham-dev/gingham/endpoints/monetr"
	"github.com/gingham-dev/gingham/models"
	"github.com/gingham-dev/gingham/store"
)

// taking is a store that stops short of taking a public token, once it is armed.
type taking struct {
	store.Store
	before atomic.Pointer[func() error]
}

func (s *taking) TakeToken(ctx context.Context, client models.ClientID, hash string, now time.Time) (store.Token, error) {
	if fn := s.before.Swap(nil); fn != nil {
		if err := (*fn)(); err != nil {
			return store.Token{}, err
		}
	}
	return s.Store.TakeToken(ctx, client, hash, now)
}

// TestCallbackKeepsTheItem has callbacks fail between the link and its token.
func TestCallbackKeepsTheItem(t *testing.T) {
	s := &taking{}
	var o options
	o.kit.WrapStore = func(inner store.Store) store.Store {
		s.Store = inner
		return s
	}
	o.monetr = func(o *monetr.Options) { o.LinkLimit = 1 }
	w := newWorld(t, o)
	public, h := w.link()

	down := func() error { return errDown }
	s.before.Store(&down)
	w.post(callbackPath, back(public, h)).fails(500, "failed to exchange token")
	w.get("/api/links").is(200, `[]`)

	// A callback that dies leaves its link; the next takes its place.
	ctx, die := context.WithCancel(t.Context())
	crash := func() error {
		die()
		panic(http.ErrAbortHandler)
	}
	s.before.Store(&crash)
	func() {
		defer func() { _ = recover() }()
		r, _ := http.NewRequestWithContext(ctx, http.MethodPost, callbackPath, strings.NewReader(back(public, h)))
		w.do(r, credentials(apitest.Client, "alice")...)
	}()
	if got := strings.Count(w.get("/api/links").Body.String(), "linkId"); got != 1 {
		t.Fatalf("a callback that died left %d links", got)
	}
	w.post(callbackPath, back(public, h)).is(200, `{"linkId":3}`)
	if r := w.get("/api/links"); strings.Count(r.Body.String(), "linkId") != 1 {
		t.Errorf("the links are %s", r.Body)
	}

	// Who exchanges the token the other way has the Item, and nobody has it twice.
	public, h = w.link()
	exchange := func() error {
		w.Post("/item/public_token/exchange", `"public_token":"`+public+`"`).OK()
		return nil
	}
	s.before.Store(&exchange)
	w.as("bob", http.MethodPost, callbackPath, back(public, h)).fails(500, "failed to exchange token")
	w.as("bob", http.MethodGet, "/api/links", "").is(200, `[]`)
}

// TestCallbacksRace calls back with one token from many sides: one has the Item.
func TestCallbacksRace(t *testing.T) {
	w := newWorld(t, options{})
	public, h := w.link()
	users := []string{"alice", "alice", "alice", "bob", "bob", "carol"}
	replies := make([]*reply, len(users))
	var all sync.WaitGroup
	for i, user := range users {
		all.Go(func() { replies[i] = w.as(user, http.MethodPost, callbackPath, back(public, h)) })
	}
	all.Wait()
	won, links := 0, 0
	for _, r := range replies {
		if r.Code == http.StatusOK {
			won++
		} else {
			r.fails(500, "failed to exchange token")
		}
	}
	for _, user := range []string{"alice", "bob", "carol"} {
		links += strings.Count(w.as(user, http.MethodGet, "/api/links", "").Body.String(), "linkId")
	}
	if won != 1 || links != 1 {
		t.Errorf("%d callbacks won, and there are %d links", won, links)
	}
}

// TestCallbackOfALinkedItem calls back with another public token of an Item that the
// user has a link of.
func TestCallbackOfALinkedItem(t *testing.T) {
	w := newWorld(t, options{monetr: func(o *monetr.Options) { o.LinkLimit = 1 }})
	h := w.linked()
	again := w.Issue(store.Token{Client: apitest.Client, Kind: store.PublicToken, Item: h.ID})
	w.post(callbackPath, back(again, h)).is(200, `{"linkId":1}`)
	w.post(callbackPath, back(again, h)).fails(500, "failed to exchange token")
	if r := w.get("/api/links"); strings.Count(r.Body.String(), "linkId") != 1 {
		t.Errorf("the links are %s", r.Body)
	}
}

// TestSyncsRace asks for many manual syncs at once: one is had.
func TestSyncsRace(t *testing.T) {
	w := newWorld(t, options{})
	w.linked()
	var all sync.WaitGroup
	var accepted atomic.Int32
	for range 8 {
		all.Go(func() {
			if w.post(syncPath, `{"linkId":1}`).Code == http.StatusAccepted {
				accepted.Add(1)
			}
		})
	}
	all.Wait()
	if accepted.Load() != 1 {
		t.Errorf("%d manual syncs were accepted", accepted.Load())
	}
}
