package user_test

import (
	"errors"
	"fmt"
	"net/http"
	"sync"
	"testing"

	"github.com/gingham-dev/gingham/endpoints/api/apitest"
	"github.com/gingham-dev/gingham/endpoints/api/useritems"
	"github.com/gingham-dev/gingham/ledger"
	"github.com/gingham-dev/gingham/models"
	"github.com/gingham-dev/gingham/models/plaiderr"
	"github.com/gingham-dev/gingham/store"
)

var internal = apitest.Failure{
	Type: "API_ERROR", Code: "INTERNAL_SERVER_ERROR", Message: "an unexpected error occurred", Status: http.StatusInternalServerError,
}

// TestCreatedAtOnce has many make the same user, when there was none before and when
// there was one who was removed: it is one user, and nothing leads to those it wasn't.
func TestCreatedAtOnce(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	const callers = 8
	removed := ""
	for range 2 {
		// All come to the point of making him before anybody does.
		var ready sync.WaitGroup
		ready.Add(callers)
		w.store.do(func(r store.Record) error {
			if r.Kind == "user" {
				ready.Done()
				ready.Wait()
			}
			return nil
		})
		answers := make([]*apitest.Answer, callers)
		var all sync.WaitGroup
		for i := range callers {
			all.Go(func() { answers[i] = w.Post(create, `"client_user_id":"u1"`) })
		}
		all.Wait()
		w.store.do(nil)
		first := answers[0].OK()
		id, token := first.Text("user_id"), first.Text("user_token")
		for _, a := range answers {
			if a.OK().Text("user_id") != id || a.Text("user_token") != token {
				t.Errorf("%s and %s", first.Body, a.Body)
			}
		}
		if id == removed {
			t.Error("the removed user is back")
		}
		w.Post(itemsGet, byID(id)+","+byToken(token)).OK()
		ways := 0
		for _, r := range w.store.written {
			if r.Kind != "user_id" && r.Kind != "user_token" {
				continue
			}
			if _, err := w.Store.Record(t.Context(), r.Client, r.Kind, r.ID); err == nil {
				ways++
			}
		}
		if ways != 2 {
			t.Errorf("%d records lead to a user", ways)
		}
		w.Post(remove, byID(id)).OK()
		removed = id
	}
}

// TestUpdatedAtOnce has many change one user: no change is lost.
func TestUpdatedAtOnce(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	id, _ := w.user("u1")
	parts := map[string]string{
		"name": `{"given_name":"A","family_name":"B"}`, "date_of_birth": `"1988-07-22"`,
		"emails": `[{"data":"a@b.test","primary":true}]`, "id_numbers": `[{"type":"us_ssn","value":"1"}]`,
	}
	var all sync.WaitGroup
	for key, value := range parts {
		all.Go(func() { w.Post(update, byID(id)+`,"identity":{"`+key+`":`+value+`}`).OK() })
	}
	all.Wait()
	who := w.Post(get, byID(id)).OK().At("identity").(map[string]any)
	for key := range parts {
		if list, ok := who[key].([]any); who[key] == nil || ok && len(list) == 0 {
			t.Errorf("%s is lost: %v", key, who)
		}
	}
}

// TestRemovalBreaksOff has removal fail at each of its steps: the user is there until it
// is done again, and then is gone.
func TestRemovalBreaksOff(t *testing.T) {
	t.Parallel()
	gone := errors.New("no answer")
	for _, failing := range []string{"user_items", "user"} {
		w := newWorld(t)
		id, token := w.user("u1")
		kept := w.link(byID(id))
		w.store.do(func(r store.Record) error {
			if r.Kind == failing {
				return fmt.Errorf("%s: %w", r.Kind, gone)
			}
			return nil
		})
		w.Post(remove, byID(id)).Is(internal)
		w.store.do(nil)
		w.Post(get, byID(id)).OK()
		if again, _ := w.user("u1"); again != id {
			t.Errorf("without %s, two users have one client_user_id", failing)
		}
		w.Post(remove, byToken(token)).OK()
		w.Post(remove, byToken(token)).Is(invalidToken)
		w.Post("/item/get", access(kept)).Is(apitest.ItemNotFound)
	}
}

// TestRemovedAtOnce has a user changed, and removed by others, while he is removed. His
// client_user_id has somebody new by then, who stays.
func TestRemovedAtOnce(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	id, _ := w.user("u1")
	meanwhile := func(do func()) {
		w.store.do(func(r store.Record) error {
			if r.Kind == "user" {
				w.store.do(nil)
				do()
			}
			return nil
		})
	}
	meanwhile(func() { w.Post(update, byID(id)+`,"identity":{}`).OK() })
	w.Post(remove, byID(id)).OK()
	w.Post(get, byID(id)).Is(userNotFound)

	id, _ = w.user("u1")
	var fresh string
	meanwhile(func() {
		w.Post(remove, byID(id)).OK()
		fresh, _ = w.user("u1")
	})
	w.Post(remove, byID(id)).OK()
	w.Post(get, byID(id)).Is(userNotFound)
	w.Post(get, byID(fresh)).OK()

	// Who changes him then is told that he is gone.
	id = fresh
	meanwhile(func() { w.Post(remove, byID(id)).OK() })
	w.Post(update, byID(id)+`,"identity":{}`).Is(userNotFound)
}

// TestLinkedToNobody checks that a Link session that was open when its user was removed
// makes no Item.
func TestLinkedToNobody(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	id, _ := w.user("u1")
	w.Post(remove, byID(id)).OK()
	_, err := w.Ledger.Link(t.Context(), ledger.LinkRequest{
		Client: apitest.Client, UserID: id, Institution: "ins_109508", Products: []models.Product{models.ProductAuth},
		Credentials: map[string]string{"username": "user_good", "password": "pass_good"},
	})
	if !errors.Is(err, plaiderr.New(plaiderr.UserNotFound)) {
		t.Errorf("linked: %v", err)
	}
	if list, err := useritems.List(t.Context(), w.Store, apitest.Client, id, w.Now()); err != nil || len(list) != 0 {
		t.Errorf("%d items, %v", len(list), err)
	}
	w.Post(linkItem, `"institution_id":"ins_109508","initial_products":["auth"],`+byID(id)).Is(userNotFound)
}
