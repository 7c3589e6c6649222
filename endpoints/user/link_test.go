package user_test

import (
	"slices"
	"testing"

	"github.com/gingham-dev/gingham/endpoints/api/apitest"
	"github.com/gingham-dev/gingham/endpoints/api/linksession"
	"github.com/gingham-dev/gingham/ledger"
)

const session = `"client_name":"Gingham","language":"en","country_codes":["US"],"products":["auth"]`

// TestMultiItem links several Items with one link token, as Link's pages do, and finds
// them with their user.
func TestMultiItem(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	sessions := linksession.New(w.Store, w.Tokens)
	id, token := w.user("u1")
	var want []string
	for _, members := range []string{byID(id), byToken(token), byID(id) + `,"user":{"client_user_id":"u1"}`} {
		a := w.Post(tokenMake, session+`,"enable_multi_item_link":true,`+members).OK()
		text := a.Text("link_token")
		if a.Text("user_id") != id {
			t.Errorf("%s", a.Body)
		}
		if got := w.Post(tokenGet, `"link_token":"`+text+`"`).OK().Text("user_id"); got != id {
			t.Errorf("/link/token/get has the user %q", got)
		}
		opened, err := sessions.Token(t.Context(), text)
		must(t, err)
		if !opened.MultiItem {
			t.Error("one Item only")
		}
		for range 2 {
			_, h := w.Link(ledger.LinkRequest{UserID: opened.UserID, Unclaimed: true})
			want = append(want, string(h.ID))
		}
	}
	if got := w.items(byToken(token)); !slices.Equal(got, want) {
		t.Errorf("the user has %q, want %q", got, want)
	}
	a := w.Post(tokenMake, session+`,"enable_multi_item_link":true,"user":{"client_user_id":"u1"}`).OK()
	if _, ok := a.Fields["user_id"]; ok {
		t.Errorf("a client_user_id alone names no user: %s", a.Body)
	}
}

// TestWhoseItems checks whom the requests that make Items, or lead to some, may name.
func TestWhoseItems(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	id, token := w.user("u1")
	other, _ := w.user("u2")
	foreign := w.PostAs(apitest.Stranger, create, `"client_user_id":"u1"`).OK()
	requests := map[string]string{
		tokenMake: session + `,`,
		linkItem:  `"institution_id":"ins_109508","initial_products":["auth"],`,
	}
	for path, members := range requests {
		for name, want := range map[string]apitest.Failure{
			byID("alice"):                        userNotFound,
			byID(foreign.Text("user_id")):        userNotFound,
			byID(""):                             emptyID,
			byToken(""):                          apitest.InvalidField("user_token must be a non-empty string"),
			byToken(unknownToken):                invalidToken,
			byToken(foreign.Text("user_token")):  invalidToken,
			byToken(id):                          invalidToken,
			byToken(token) + "," + byID(other):   apitest.InvalidField("user_id and user_token must be of the same user"),
			byToken(token) + "," + byID("alice"): userNotFound,
		} {
			w.Post(path, members+name).Is(want)
		}
		sameBytes(t, w.Post(path, members+byID(foreign.Text("user_id"))), w.Post(path, members+byID("usr_00000000000000")))
		sameBytes(t, w.Post(path, members+byToken(foreign.Text("user_token"))), w.Post(path, members+byToken(unknownToken)))
		w.Post(path, members+byID(id)+","+byToken(token)).OK()
	}
	if ids, err := w.Store.ListItems(t.Context(), apitest.Client, "", 10); err != nil || len(ids) != 1 {
		t.Errorf("%d items, %v", len(ids), err)
	}

	w.Post(remove, byID(id)).OK()
	for path, members := range requests {
		w.Post(path, members+byID(id)).Is(userNotFound)
		w.Post(path, members+byToken(token)).Is(invalidToken)
	}
}
