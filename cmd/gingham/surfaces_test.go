package main

import (
	"bytes"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"

	"github.com/gingham-dev/gingham/endpoints/api"
	"github.com/gingham-dev/gingham/models"
	"github.com/gingham-dev/gingham/store"
)

// checkCall sends a route beside Plaid's every id of another client's in every place
// where one can stand, and credentials that are no good.
func (c *checker) checkCall(r api.Route, of call) {
	what := r.Method + " " + r.Path
	mine := c.w.mine
	for _, name := range of.things() {
		c.count(&c.tokens, func() {
			theirs := c.w.value(c.w.theirs, name)
			foreign := c.call(r, of, mine, map[string]string{name: theirs})
			nobodys := c.call(r, of, mine, map[string]string{name: nobodysOf(theirs)})
			if foreign.status < http.StatusBadRequest {
				c.differ("%s %s of another client: answered %d %s", what, name, foreign.status, foreign.body)
			}
			foreign.body = bytes.ReplaceAll(foreign.body, []byte(theirs), []byte(nobodysOf(theirs)))
			c.same(what+" "+name, foreign, nobodys)
		})
	}
	if of.refused != 0 {
		c.count(&c.keys, func() { c.checkCallKeys(r, of) })
	}
	if of.waits {
		return
	}
	if a := c.call(r, of, mine, nil); a.status != of.ok {
		c.differ("%s: answered %d %s", what, a.status, a.body)
	}
	if of.spends {
		c.w.furnish(mine)
	}
}

// checkCallKeys sends what is good as somebody who is nobody, or another than he says.
func (c *checker) checkCallKeys(r api.Route, of call) {
	mine, theirs := c.w.mine, c.w.theirs
	impostor := func(id, secret string) *holder {
		h := *mine
		h.id, h.secret, h.tokens = id, secret, map[string]string{}
		for scope, token := range mine.tokens {
			h.tokens[scope] = token[:len(token)-4] + "AAAA" // another signature
		}
		return &h
	}
	own := map[string]string{}
	for _, name := range of.things() {
		own[name] = c.w.value(mine, name)
	}
	unknown := c.call(r, of, impostor(strings.Repeat("12", 12), mine.secret), own)
	if unknown.status != of.refused {
		c.differ("%s %s of an unknown client: answered %d %s", r.Method, r.Path, unknown.status, unknown.body)
	}
	for name, h := range map[string]*holder{
		"wrong secret": impostor(mine.id, strings.Repeat("12", 15)), "foreign secret": impostor(mine.id, theirs.secret),
		"foreign client": impostor(theirs.id, mine.secret),
	} {
		c.same(r.Method+" "+r.Path+" "+name, c.call(r, of, h, own), unknown)
	}
}

// nobodysOf is an id of the shape of another that nobody has. What it begins with, as
// link_ or public-sandbox-, stays.
func nobodysOf(id string) string {
	begins := strings.LastIndexByte(id, '_') + 1
	if at := strings.Index(id, "-sandbox-"); at >= 0 {
		begins = at + len("-sandbox-")
	}
	return id[:begins] + strings.Map(func(r rune) rune {
		switch {
		case r >= '0' && r <= '9':
			return '7'
		case r >= 'a' && r <= 'f':
			return 'e'
		case r >= 'g' && r <= 'z':
			return 'y'
		case r >= 'A' && r <= 'Z':
			return 'X'
		}
		return r
	}, id[begins:])
}

// call sends a call as h, with other values for some of its names.
func (c *checker) call(r api.Route, of call, h *holder, others map[string]string) answer {
	c.requests++
	names := of.names()
	slices.SortFunc(names, func(a, b string) int { return len(b) - len(a) }) // "@account:user" before "@account"
	var body, target []string
	for _, name := range names {
		value, ok := others[name]
		switch {
		case ok:
		case name == "@id":
			value = h.id
		case name == "@secret":
			value = h.secret
		case name == "@user_token":
			value = h.tokens[byUserToken]
		default:
			value = c.w.value(h, name)
		}
		body, target = append(body, name, value), append(target, name, url.QueryEscape(value))
	}
	req := httptest.NewRequestWithContext(c.w.t.Context(), r.Method, strings.NewReplacer(target...).Replace(of.target),
		strings.NewReader(strings.NewReplacer(body...).Replace(of.body)))
	c.w.sign(req, h, of.as)
	rec := httptest.NewRecorder()
	c.w.server.ServeHTTP(rec, req)
	a := answer{rec.Code, rec.Header(), rec.Body.Bytes()}
	if id := a.header.Get("Plaid-Request-Id"); id != "" {
		a.header.Del("Plaid-Request-Id")
		a.body = bytes.ReplaceAll(a.body, []byte(id), []byte("…"))
	}
	return a
}

// sign shows who calls.
func (w *world) sign(req *http.Request, h *holder, as string) {
	switch as {
	case inBody:
	case byUserToken, byGenericToken:
		req.Header.Set("Authorization", "Bearer "+h.tokens[as])
	default:
		if as == forUser {
			req.Header.Set(api.UserHeader, "alice")
		}
		req.Header.Set("PLAID-CLIENT-ID", h.id)
		req.Header.Set("PLAID-SECRET", h.secret)
	}
	if req.ContentLength > 0 {
		req.Header.Set("Content-Type", "application/json")
	}
}

// signedToken is a token of h's with further members of the request.
func (w *world) signedToken(h *holder, more string) string {
	w.t.Helper()
	return w.text(h, "/oauth/token",
		`{"grant_type":"client_credentials","client_id":"`+h.id+`","client_secret":"`+h.secret+`"`+more+`}`, "access_token")
}

// furnishMoney gives h what Link Money's clients have. Both clients have a user of the same id.
func (w *world) furnishMoney(h *holder) {
	w.t.Helper()
	h.tokens = map[string]string{byGenericToken: w.signedToken(h, ""), byUserToken: w.signedToken(h, `,"user_id":"alice"`)}
	var linked struct {
		PublicToken string `json:"public_token"`
	}
	a := w.send(request{
		path: "/sandbox/public_token/create",
		body: []byte(`{"institution_id":"ins_109508","initial_products":["transactions"],"user_id":"alice"}`),
	}.withBearer(h.tokens[byGenericToken]))
	w.must(json.Unmarshal(a.body, &linked))
	public := linked.PublicToken
	h.values["@account:user"] = w.account(h, w.exchange(h, public), "checking")
	(&checker{w: w}).call(api.Route{Method: http.MethodDelete}, call{target: "/configuration", as: byGenericToken}, h, nil)
	w.send(request{path: "/configuration", body: []byte(`{"name":"app","ipAllowlist":["192.0.2.1"]}`), headerKeys: h})
	made := w.ask(h, "/configuration/webhooks", `{"callbackURL":"`+nowhere+`"}`)["webhook"].(map[string]any)
	h.values["@callback"] = made["id"].(string)
	h.values["@retrieval"] = w.delivery(h, store.Failed)
}

// furnishMonetr gives h's user a link.
func (w *world) furnishMonetr(h *holder) {
	w.t.Helper()
	public := w.link(h, "user_good")
	access := w.exchange(h, public)
	h.values["@access:monetr"] = access
	h.values["@account:monetr"] = w.account(h, access, "checking")
	c := &checker{w: w}
	of := call{
		target: "/api/plaid/link/token/callback", body: `{"publicToken":"@public:monetr","accountIds":["@account:monetr"]}`, as: forUser,
	}
	a := c.call(api.Route{Method: http.MethodPost}, of, h, nil)
	var made struct {
		LinkID string `json:"linkId"`
	}
	if err := json.Unmarshal(a.body, &made); err != nil || a.status != http.StatusOK {
		w.t.Fatalf("a link: %d %s", a.status, a.body)
	}
	h.values["@monetr"] = made.LinkID
}

// furnishProgram registers an account of h's for a profile.
func (w *world) furnishProgram(h *holder) {
	w.t.Helper()
	access := w.exchange(h, w.link(h, "user_good"))
	h.values["@access:program"] = access
	h.values["@account:program"] = w.account(h, access, "checking")
	of := calls["POST /plaid/items"]
	of.target = "/plaid/items"
	a := (&checker{w: w}).call(api.Route{Method: http.MethodPost}, of, h, nil)
	var made struct {
		Item     string `json:"plaid_item_id"`
		Accounts []struct {
			ID string `json:"id"`
		} `json:"bank_accounts"`
	}
	if err := json.Unmarshal(a.body, &made); err != nil || a.status != http.StatusOK || len(made.Accounts) != 1 {
		w.t.Fatalf("an account of a profile: %d %s", a.status, a.body)
	}
	h.values["@item:program"], h.values["@bank"] = made.Item, made.Accounts[0].ID
}

// delivery is a webhook of h's that has come so far.
func (w *world) delivery(h *holder, state store.DeliveryState) string {
	w.t.Helper()
	now, id := w.clock.Now(), w.gingham.IDs.UUID()
	w.must(w.gingham.Store.CreateDelivery(w.t.Context(), store.Delivery{
		Event:  store.Event{ID: id, Type: "ITEM", Code: "ERROR", URL: nowhere, Body: json.RawMessage(`{}`), At: now},
		Client: models.ClientID(h.id), State: state, NextAt: now,
	}))
	return id
}
