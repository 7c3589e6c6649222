package api_test

import (
	"context"
	"encoding/base64"
	"errors"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/gingham-dev/gingham/endpoints/api"
	"github.com/gingham-dev/gingham/models"
	"github.com/gingham-dev/gingham/models/plaid"
	"github.com/gingham-dev/gingham/models/plaid/wire"
	"github.com/gingham-dev/gingham/store"
)

// signed are signed tokens by what they open, and users' Items.
type signed struct {
	grants map[string]api.Grant
	users  map[string][]*store.Head
	fail   error
}

func (s *signed) Grant(_ context.Context, token string, _ time.Time) (api.Grant, error) {
	if s.fail != nil {
		return api.Grant{}, s.fail
	}
	g, ok := s.grants[token]
	if !ok {
		return api.Grant{}, api.ErrNoGrant
	}
	return g, nil
}

func (s *signed) UserItems(_ context.Context, client models.ClientID, user string, _ time.Time) ([]*store.Head, error) {
	return s.users[string(client)+" "+user], s.fail
}

// spanning answers with the Items of a user.
func spanning(_ context.Context, c *api.Caller, _ wire.Request) (api.Response, error) {
	var ids []string
	for _, h := range c.Items {
		ids = append(ids, string(h.ID))
	}
	return &echoed{item: strings.Join(ids, "+")}, nil
}

// bearers is a kit with signed tokens: of the client, of its user u with item0 and
// item1, of its user v with item1, and of item0.
func bearers(t *testing.T) (*kit, *signed) {
	t.Helper()
	s := &signed{
		grants: map[string]api.Grant{
			"eyJ.all": {Client: clientID}, "eyJ.u": {Client: clientID, User: "u"}, "eyJ.v": {Client: clientID, User: "v"},
			"eyJ.w": {Client: clientID, User: "w"}, "eyJ.item0": {Client: clientID, Item: "item0"}, "eyJ.item2": {Client: clientID, Item: "item2"},
			"eyJ.other": {Client: stranger}, "eyJ.gone": {Client: "bbbbbbbbbbbbbbbbbbbbbbbb"}, "eyJ.nothing": {Client: clientID, Item: "nothing"},
		},
	}
	client := func(context.Context, *api.Caller, *plaid.ItemPublicTokenExchangeRequest) (*echoed, error) {
		return &echoed{item: "the client's"}, nil
	}
	either := func(what string) api.Route {
		return api.Handle("/institutions/search", api.AnyAuth, func(_ context.Context, c *api.Caller, _ *plaid.ItemGetRequest) (*echoed, error) {
			if c.Signed {
				return &echoed{item: what + ", signed"}, nil
			}
			return &echoed{item: what}, nil
		}).Optional("access_token")
	}
	k := newKit(t, func(o *api.Options) { o.Signed = s },
		api.Handle("/item/get", api.ItemAuth, itemGet).AnswersBroken(),
		api.Handle("/accounts/get", api.ItemAuth, accountsGet).Spans(spanning).Also("/v1/accounts/get"),
		api.Handle("/processor/auth/get", api.ProcessorAuth, processorGet),
		api.Handle("/item/public_token/exchange", api.ClientAuth, client),
		either("plain").ForTokens(either("for tokens")).Also("/v1/search"),
	)
	k.item(clientID, store.AccessToken, nil)
	k.item(clientID, store.AccessToken, nil)
	k.item(clientID, store.AccessToken, func(h *store.Head) { h.Item.Error = &models.ItemError{Code: "ITEM_LOCKED"} })
	for id, user := range map[models.ItemID]string{"item0": "u", "item1": "v"} {
		k.store.heads[id].Item.UserID = user
	}
	s.users = map[string][]*store.Head{
		clientID + " u": {k.store.heads["item0"], k.store.heads["item1"]}, clientID + " v": {k.store.heads["item1"]},
	}
	return k, s
}

func basicHeader(text string) string {
	return "Authorization: Basic " + base64.StdEncoding.EncodeToString([]byte(text))
}

// TestSigned sends signed tokens and Basic credentials.
func TestSigned(t *testing.T) {
	k, _ := bearers(t)
	item := func(id string) string { return `{"account":"","item":"` + id + `","request_id":"R"}` }
	says := func(message string) string { return invalidInput("INVALID_ACCESS_TOKEN", message) }
	narrow := says("the token opens Items only; this endpoint takes a generic token, or client_id and secret")
	locked := strings.Replace(failure("item-errors", "ITEM_ERROR", "ITEM_LOCKED",
		"the account is locked. prompt the user to visit the institution's site and unlock their account"),
		`"display_message":null`, `"display_message":"Your bank has locked this account. Unlock it on your bank's site, then try again."`, 1)
	const good = "Authorization: Bearer "
	keys := clientID + ":" + secret
	for _, c := range []struct{ path, body, header, want string }{
		{"/item/get", "", good + "eyJ.item0", item("item0")},
		{"/item/get", "{}", "Authorization: bearer  eyJ.item0", item("item0")},
		{"/item/get", `{"access_token":"eyJ.item0"}`, "X: y", item("item0")},
		{"/item/get", `{"access_token":"eyJ.item0"}`, good + "eyJ.item0", item("item0")},
		{"/item/get", `{"access_token":"eyJ.item0"}`, good + "eyJ.all", item("item0")},
		{"/item/get", with(`"access_token":"eyJ.item0"`), "X: y", item("item0")},
		{"/item/get", with(""), good + "eyJ.item0", item("item0")},
		{"/item/get", `{"access_token":"eyJ.item2"}`, good + "eyJ.item0", unknown},
		{"/item/get", `{"access_token":"eyJ.item0"}`, good + "eyJ.other", unknown},
		{"/item/get", strings.Replace(with(`"access_token":"eyJ.item0"`), clientID, stranger, 1), "X: y", unknown},
		{"/item/get", strings.Replace(with(`"access_token":"eyJ.all"`), clientID, stranger, 1), "X: y", unknown},
		{"/item/get", "", good + "eyJ.unheard", unknown},
		{"/item/get", "", good + "eyJ.gone", unknown},
		{"/item/get", "", good + "eyJ.nothing", unknown},
		{"/item/get", "", good + "eyJ.item2", item("item2")},
		{"/accounts/get", "", good + "eyJ.item2", locked},
		{"/item/get", "", good + "eyJ.v", item("item1")},
		{"/item/get", "", good + "eyJ.u", says("the token opens 2 Items, and this endpoint is about one: use a token that was asked for with item_id")},
		{"/item/get", "", good + "eyJ.w", failure("item-errors", "ITEM_ERROR", "ITEM_NOT_FOUND", "the user has no Items")},
		{"/item/get", "", good + "eyJ.all", says("the token opens no Item; this endpoint takes one that was asked for with item_id or user_id, or an access_token")},
		{"/accounts/get", "", good + "eyJ.u", item("item0+item1")},
		{"/v1/accounts/get", "", good + "eyJ.v", item("item1")},
		{"/accounts/get", "", basicHeader(keys + ":u"), item("item0+item1")},
		{"/item/get", "", basicHeader(keys + ":v"), item("item1")},
		{"/item/get", "", basicHeader(keys), noToken},
		{"/item/get", "", basicHeader(clientID), badSecret},
		{"/item/get", "", basicHeader(clientID + ":" + strings.Repeat("f", 30) + ":u"), badKeys},
		{"/item/get", "", "Authorization: Basic $", badID},
		{"/item/get", "", "Authorization: Digest x", badID},
		{"/item/get", "", "Authorization: Bearer access-sandbox-11111111-2222-3333-4444-555555555555", badID},
		{"/item/public_token/exchange", `{"public_token":"x"}`, good + "eyJ.all", item("the client's")},
		{"/item/public_token/exchange", `{"public_token":"x"}`, basicHeader(keys), item("the client's")},
		{"/item/public_token/exchange", `{"public_token":"x"}`, basicHeader(keys + ":u"), narrow},
		{"/item/public_token/exchange", `{"public_token":"x"}`, good + "eyJ.u", narrow},
		{"/item/public_token/exchange", `{}`, good + "eyJ.item0", narrow},
		{"/processor/auth/get", `{}`, good + "eyJ.u", invalidRequest("MISSING_FIELDS", "the following required fields are missing: processor_token")},
		{"/institutions/search", "", good + "eyJ.u", item("for tokens, signed")},
		{"/institutions/search", "", basicHeader(keys), item("for tokens")},
		{"/institutions/search", with(""), "X: y", item("plain")},
		{"/institutions/search", with(""), good + "access-sandbox-x", item("plain")},
		{"/v1/search", with(""), "X: y", item("for tokens")},
	} {
		if got := plain(k.post(c.path, c.body, c.header).Body.String()); got != c.want {
			t.Errorf("%s %s %s:\n%s\nwant\n%s", c.path, c.body, c.header, got, c.want)
		}
	}
	// Credentials in Plaid's headers come before any other.
	got := k.post("/item/get", `{"access_token":"eyJ.item0"}`, good+"eyJ.other", "Plaid-Client-Id: "+clientID, "Plaid-Secret: "+secret)
	if plain(got.Body.String()) != item("item0") {
		t.Errorf("with Plaid's headers: %s", got.Body)
	}
}

// TestProcessorOfGrant shows that a token reaches the processor tokens of its own Items.
func TestProcessorOfGrant(t *testing.T) {
	k, _ := bearers(t)
	own, other := k.item(clientID, store.ProcessorToken, nil), k.item(clientID, store.ProcessorToken, nil)
	k.store.heads["item3"].Item.UserID = "u"
	for token, want := range map[string]string{own: `{"account":"account","item":"item3","request_id":"R"}`, other: noProcessor} {
		if got := plain(k.post("/processor/auth/get", `{"processor_token":"`+token+`"}`, "Authorization: Bearer eyJ.u").Body.String()); got != want {
			t.Errorf("answered %s, want %s", got, want)
		}
	}
}

// TestSignedFails shows that what fails is not taken for a bad token.
func TestSignedFails(t *testing.T) {
	k, s := bearers(t)
	s.fail = errors.New("no answer")
	for _, body := range []string{"", with(`"access_token":"eyJ.item0"`)} {
		got := k.post("/item/get", body, "Authorization: Bearer eyJ.item0")
		if plain(got.Body.String()) != internal || got.Code != http.StatusInternalServerError {
			t.Errorf("answered %d %s", got.Code, got.Body)
		}
	}
	s.fail = nil
	k.store.fail = errors.New("no answer")
	if got := k.post("/item/get", "", "Authorization: Bearer eyJ.item0"); plain(got.Body.String()) != internal {
		t.Errorf("answered %d %s", got.Code, got.Body)
	}
}

// TestUnsigned shows that a server without signed tokens takes nothing for one.
func TestUnsigned(t *testing.T) {
	k := newKit(t, nil, routes()...)
	for _, header := range []string{"Authorization: Bearer eyJ.item0", basicHeader(clientID + ":" + secret)} {
		if got := plain(k.post("/item/get", "", header).Body.String()); got != badID {
			t.Errorf("%s is answered %s", header, got)
		}
	}
	if got := plain(k.post("/item/get", with(`"access_token":"eyJ.item0"`)).Body.String()); got != malformed {
		t.Errorf("answered %s", got)
	}
}
