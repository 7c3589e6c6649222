package item_test

import (
	"context"
	"errors"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/gingham-dev/gingham/endpoints/api/apitest"
	"github.com/gingham-dev/gingham/ledger"
	"github.com/gingham-dev/gingham/models"
	"github.com/gingham-dev/gingham/store"
)

func public(token string) string { return `"public_token":"` + token + `"` }

// issuePublic issues a public token as linking does.
func issuePublic(s *apitest.Server, h *store.Head) string {
	return s.Issue(store.Token{
		Client: h.Client, Kind: store.PublicToken, Item: h.ID, ExpiresAt: s.Now().Add(30 * time.Minute),
	})
}

func TestExchange(t *testing.T) {
	s := serve(t, apitest.Options{})
	token, h := s.Link(ledger.LinkRequest{})
	malformed := apitest.InvalidInput("INVALID_PUBLIC_TOKEN",
		"provided public token is in an invalid format. expected format: public-<environment>-<identifier>")
	expired := apitest.InvalidInput("INVALID_PUBLIC_TOKEN", "provided public token is expired. "+
		"Public tokens expire 30 minutes after creation at which point they can no longer be exchanged")
	const path = "/item/public_token/exchange"

	s.Post(path, "").Is(apitest.MissingFields("public_token"))
	s.Post(path, public("")).Is(apitest.InvalidField("public_token must be a non-empty string"))
	s.Post(path, public("nope")).Is(malformed)
	s.Post(path, public(token)).Is(malformed)
	s.Post(path, public("public-sandbox-11111111-2222-3333-4444-555555555555")).Is(apitest.UnknownPublic)

	text := issuePublic(s, h)
	s.PostAs(apitest.Stranger, path, public(text)).Is(apitest.UnknownPublic)
	s.Advance(30*time.Minute - time.Second)
	a := s.Post(path, public(text)).OK()
	if a.Text("item_id") != string(h.ID) || !strings.HasPrefix(a.Text("access_token"), "access-sandbox-") {
		t.Errorf("answered %s", a.Body)
	}
	s.Post("/item/get", access(a.Text("access_token"))).OK()
	s.Post(path, public(text)).Is(apitest.UnknownPublic)

	text = issuePublic(s, h)
	s.Advance(30 * time.Minute)
	s.Post(path, public(text)).Is(expired)
}

// TestExchangeOnce lets many exchange one token at once.
func TestExchangeOnce(t *testing.T) {
	counting := &watched{}
	s := serve(t, apitest.Options{WrapStore: counting.wrap})
	_, h := s.Link(ledger.LinkRequest{})
	text := issuePublic(s, h)
	before := counting.live()
	oneWins(t, s, "/item/public_token/exchange", public(text), "access_token", apitest.UnknownPublic)
	if got := counting.live() - before; got != 1 {
		t.Errorf("%d access tokens are left of one exchange", got)
	}
}

// oneWins sends the same request from many sides at once. One gets a token that
// works, which has the given name; the others get the error.
func oneWins(t *testing.T, s *apitest.Server, path, members, name string, lost apitest.Failure) {
	t.Helper()
	answers := make([]*apitest.Answer, 16)
	var wg sync.WaitGroup
	for i := range answers {
		wg.Go(func() { answers[i] = s.Post(path, members) })
	}
	wg.Wait()
	won := 0
	for _, a := range answers {
		if a.Status == 200 {
			won++
			s.Post("/item/get", access(a.Text(name))).OK()
			continue
		}
		a.Is(lost)
	}
	if won != 1 {
		t.Errorf("%d of %s succeeded, want 1", won, path)
	}
}

// TestInvalidateOnce has many callers replace one token: one new token is good.
func TestInvalidateOnce(t *testing.T) {
	w := &watched{}
	s := serve(t, apitest.Options{WrapStore: w.wrap})
	token, _ := s.Link(ledger.LinkRequest{})
	before := w.live()
	oneWins(t, s, "/item/access_token/invalidate", access(token), "new_access_token", apitest.UnknownAccess)
	if got := w.live(); got != before {
		t.Errorf("%d access tokens are left, there was %d", got, before)
	}
}

// TestExchangeBroken has the store fail at every step: the public token can be
// exchanged afterwards, whatever the step was.
func TestExchangeBroken(t *testing.T) {
	w := &watched{}
	s := serve(t, apitest.Options{WrapStore: w.wrap})
	_, h := s.Link(ledger.LinkRequest{})
	text := issuePublic(s, h)
	internal := apitest.Failure{
		Type: "API_ERROR", Code: "INTERNAL_SERVER_ERROR", Message: "an unexpected error occurred", Status: 500,
	}
	for _, step := range []string{"create", "take"} {
		w.setFailing(step)
		s.Post("/item/public_token/exchange", public(text)).Is(internal)
	}
	w.setFailing("")
	s.Post("/item/public_token/exchange", public(text)).OK()
}

// TestInvalidateBroken has the store fail: the old token stays good.
func TestInvalidateBroken(t *testing.T) {
	w := &watched{}
	s := serve(t, apitest.Options{WrapStore: w.wrap})
	token, _ := s.Link(ledger.LinkRequest{})
	for _, step := range []string{"create", "take"} {
		w.setFailing(step)
		if a := s.Post("/item/access_token/invalidate", access(token)); a.Status != 500 {
			t.Errorf("with a failing %s: answered %d %s", step, a.Status, a.Body)
		}
		s.Post("/item/get", access(token)).OK()
	}
	w.setFailing("")
	s.Post("/item/access_token/invalidate", access(token)).OK()
}

// watched is a store that counts tokens and fails when it is told to.
type watched struct {
	store.Store
	mu      sync.Mutex
	failing string
	tokens  int
}

var errBroken = errors.New("the store is broken")

func (w *watched) wrap(s store.Store) store.Store {
	w.Store = s
	return w
}

func (w *watched) setFailing(step string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.failing = step
}

func (w *watched) live() int {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.tokens
}

func (w *watched) step(name string, count int) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.failing == name {
		return errBroken
	}
	w.tokens += count
	return nil
}

func (w *watched) CreateToken(ctx context.Context, t store.Token) error {
	if err := w.step("create", 1); err != nil {
		return err
	}
	return w.Store.CreateToken(ctx, t)
}

func (w *watched) TakeToken(ctx context.Context, c models.ClientID, hash string, now time.Time) (store.Token, error) {
	if err := w.step("take", 0); err != nil {
		return store.Token{}, err
	}
	return w.Store.TakeToken(ctx, c, hash, now)
}

func (w *watched) DeleteToken(ctx context.Context, c models.ClientID, hash string) error {
	if err := w.step("delete", -1); err != nil {
		return err
	}
	return w.Store.DeleteToken(ctx, c, hash)
}
