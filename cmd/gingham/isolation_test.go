package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/gingham-dev/gingham/endpoints/api"
	"github.com/gingham-dev/gingham/models/plaid"
)

// TestIsolation sends every route of the server every wrong token, id and
// credential there is, in every place where it can stand.
func TestIsolation(t *testing.T) {
	c := isolate(newWorld(t, nil))
	t.Logf("%d routes: %d requests with tokens and ids, %d with credentials", c.routes, c.tokens, c.keys)
	for _, d := range c.differences[:min(len(c.differences), 40)] {
		t.Error(d)
	}
}

// TestIsolationOfLeaks is the negative control: over a store that doesn't ask
// whose a document is, the same check complains of every route that takes a token.
func TestIsolationOfLeaks(t *testing.T) {
	l := &leaky{}
	w := newWorld(t, l.wrap)
	l.watch(w)
	c := isolate(w)
	for _, r := range w.server.Routes() {
		if needs[r.Path].body == "" {
			continue
		}
		refs := parseDocument(needs[r.Path].body).references()
		takes := slices.ContainsFunc(refs, func(f reference) bool { return strings.HasSuffix(tokenKind(f.kind()), " token") })
		found := slices.ContainsFunc(c.differences, func(d string) bool { return strings.HasPrefix(d, r.Path+" ") })
		if takes && !found && r.Path != "/link/token/get" { // which compares the client itself
			t.Errorf("%s hands out what is another client's, and the check didn't see it", r.Path)
		}
	}
}

// TestIsolationCostsTheSame compares what the store is asked for another
// client's token, or id, with what it is asked for one that is nobody's: the
// same, so that the time to the answer tells nothing either.
func TestIsolationCostsTheSame(t *testing.T) {
	counted, tried := &counting{}, 0
	w := newWorld(t, counted.wrap)
	during := func(f func()) []string {
		// The caller is read anew every few seconds, whatever is asked.
		return slices.DeleteFunc(counted.during(f), func(call string) bool { return call == "Client" })
	}
	c := &checker{w: w}
	for _, r := range w.server.Routes() {
		if of, ok := callOf(r); ok {
			for _, name := range of.things() {
				tried++
				theirs := w.value(w.theirs, name)
				asked := func(text string) []string {
					return during(func() { c.call(r, of, w.mine, map[string]string{name: text}) })
				}
				if nobodys, foreign := asked(nobodysOf(theirs)), asked(theirs); !slices.Equal(nobodys, foreign) {
					t.Errorf("%s %s: another client's %s asks the store %v, one of nobody's %v", r.Method, r.Path, name, foreign, nobodys)
				}
			}
			continue
		}
		for _, d := range needs[r.Path].documents() {
			for _, ref := range d.references() {
				for _, v := range wrongValues(w, ref) {
					if !v.foreign {
						continue
					}
					tried++
					asked := func(text string) []string {
						return during(func() { w.send(w.with(d, ref, text, w.mine).in(r.Path)) })
					}
					nobodys, theirs := asked(v.twin), asked(v.text)
					if !slices.Equal(nobodys, theirs) {
						t.Errorf("%s: %s as %s asks the store %v, one of nobody's %v", r.Path, v.name, ref.path, theirs, nobodys)
					}
				}
			}
		}
	}
	if tried < len(needs) {
		t.Errorf("only %d were tried", tried)
	}
	ask := func(id, secret string) []string {
		return counted.during(func() { w.send(request{path: "/item/get", headerKeys: &holder{id: id, secret: secret}}) })
	}
	if nobodys, known := ask(strings.Repeat("12", 12), w.mine.secret), ask(w.theirs.id, w.mine.secret); !slices.Equal(nobodys, known) {
		t.Errorf("a wrong secret asks the store %v, an unknown client %v", known, nobodys)
	}
}

// checker collects what is wrong.
type checker struct {
	w      *world
	routes int
	// requests are all that were sent, tokens and keys those of each kind.
	requests, tokens, keys int
	differences            []string
}

// isolate is the whole check.
func isolate(w *world) *checker {
	c := &checker{w: w}
	before := theirThings(w)
	c.differences = unlisted(w.server.Routes())
	served := map[string]bool{}
	for _, r := range w.server.Routes() {
		if of, ok := callOf(r); ok {
			c.routes++
			served[r.Path] = true
			for _, body := range append(of.also, of.body) {
				of.body = body
				c.checkCall(r, of)
			}
			continue
		}
		n, ok := needs[r.Path]
		if !ok {
			continue
		}
		served[r.Path] = true
		c.routes++
		c.checkNames(r, n)
		for _, d := range n.documents() {
			c.count(&c.keys, func() { c.checkKeys(r, d) })
			c.count(&c.tokens, func() {
				for i, ref := range d.references() {
					c.checkReference(r, d, ref, i)
				}
			})
			c.checkGood(r, n, d)
		}
		if n.spends && w.heard != nil {
			w.furnish(w.theirs)
		}
	}
	// Operations that aren't served ask for credentials before they say so.
	for _, p := range plaid.Paths {
		if !served[p.Path] {
			stranger := &holder{id: w.theirs.id, secret: w.mine.secret}
			c.count(&c.keys, func() {
				c.expect(p.Path+" foreign client", c.send(request{path: p.Path, headerKeys: stranger}), invalidKeys)
				c.expect(p.Path+" no keys", c.send(request{path: p.Path}), badClientID)
			})
		}
	}
	if after := theirThings(w); !slices.Equal(before, after) {
		c.differ("another client's things were %s and are %s", before, after)
	}
	return c
}

// unlisted says which routes the table of needs lacks, and which it has too many.
func unlisted(table []api.Route) (list []string) {
	for _, r := range table {
		_, plaids := needs[r.Path]
		if _, other := callOf(r); !plaids && !other {
			list = append(list, r.Method+" "+r.Path+" is a route without a line in needs_test.go, or in calls_test.go if it isn't "+
				"Plaid's: add one with its smallest body, which names what is the client's by texts that begin with @")
		}
	}
	for name := range calls {
		if !slices.ContainsFunc(table, func(r api.Route) bool { return r.Method+" "+r.Path == name }) {
			list = append(list, name+" has a line in calls_test.go, and is no route")
		}
	}
	for path := range needs {
		if !slices.ContainsFunc(table, func(r api.Route) bool { return r.Path == path }) {
			list = append(list, path+" has a line in needs_test.go, and is no route")
		}
	}
	return list
}

// TestUnlistedRoute is the negative control of the table.
func TestUnlistedRoute(t *testing.T) {
	table := newWorld(t, nil).server.Routes()
	if list := unlisted(table); list != nil {
		t.Error(list)
	}
	if list := unlisted(append(table[1:], api.Route{Path: "/new/get"})); len(list) != 2 {
		t.Error(list)
	}
}

// theirThings are the answers that the other client gets for its own.
func theirThings(w *world) []string {
	var list []string
	token := `{"access_token":"` + w.theirs.values["@access"] + `"}`
	for path, body := range map[string]string{
		"/item/get": token, "/accounts/get": token, "/transactions/sync": token,
		"/gingham/faults/list": `{}`, "/gingham/readiness/get": `{}`,
	} {
		r := request{path: path, body: []byte(body), headerKeys: w.theirs}
		list = append(list, string((&checker{w: w}).send(r).body))
	}
	slices.Sort(list)
	return list
}

// count adds to n the requests that f sends.
func (c *checker) count(n *int, f func()) {
	before := c.requests
	f()
	*n += c.requests - before
}

func (c *checker) differ(format string, args ...any) {
	c.differences = append(c.differences, fmt.Sprintf(format, args...))
}

// send sends a request and returns the answer without what differs between any two.
func (c *checker) send(r request) answer {
	c.requests++
	a := c.w.send(r)
	id := a.header.Get("Plaid-Request-Id")
	if len(id) != 15 || !bytes.Contains(a.body, []byte(`"request_id":"`+id+`"`)) {
		c.differ("%s the request_id of the header is %q, of the body %s", r.path, id, a.body)
	}
	a.header.Del("Plaid-Request-Id")
	a.body = bytes.ReplaceAll(a.body, []byte(id), []byte("…"))
	return a
}

// failure is an error as a client sees it; the zero one is none.
type failure struct {
	kind, code, message string
}

// expect compares an answer with an error.
func (c *checker) expect(what string, a answer, want failure) {
	var fields map[string]any
	if err := json.Unmarshal(a.body, &fields); err != nil {
		c.differ("%s: answered %q: %v", what, a.body, err)
		return
	}
	text := func(key string) string { s, _ := fields[key].(string); return s }
	if want == (failure{}) && a.status == http.StatusOK {
		return
	}
	got := failure{text("error_type"), text("error_code"), text("error_message")}
	if a.status != http.StatusBadRequest || got != want {
		c.differ("%s: answered %d %+v, want 400 %+v", what, a.status, got, want)
		return
	}
	if len(fields) != 7 || !strings.HasPrefix(text("documentation_url"), "https://plaid.com/docs/?ref=error#") ||
		text("request_id") == "" || fields["display_message"] != nil || fields["suggested_action"] != nil {
		c.differ("%s: an error has seven keys, this one is %s", what, a.body)
	}
}

// same compares two answers that must not be told apart.
func (c *checker) same(what string, a, b answer) {
	if a.status != b.status || !bytes.Equal(a.body, b.body) || fmt.Sprint(a.header) != fmt.Sprint(b.header) {
		c.differ("%s: answered %d %v %s, and one of nobody's %d %v %s", what, a.status, a.header, a.body, b.status, b.header, b.body)
	}
}

// with is the request of a document in which the place of ref has another value,
// and everything else is h's. A nil value leaves the member out.
func (w *world) with(d document, ref reference, value any, h *holder) request {
	d = parseDocument(string(d.json()))
	for _, other := range d.references() {
		if other != ref {
			d.set(other.path, w.value(h, other.name))
		}
	}
	if ref.path != "" {
		d.set(ref.path, value)
		if value == nil {
			delete(d, ref.path)
		}
	}
	return request{body: d.json(), headerKeys: w.mine}
}

func (r request) in(path string) request {
	r.path = path
	return r
}

// keysInBody moves the credentials into the body.
func (r request) keysInBody() request {
	d := parseDocument(string(r.body))
	d["client_id"], d["secret"] = r.headerKeys.id, r.headerKeys.secret
	r.body, r.headerKeys = d.json(), nil
	return r
}

func (r request) withBearer(token string) request {
	r.bearer, r.hasBearer = token, true
	return r
}

// takesBearer reports whether the token at ref can come as a bearer token: the
// one that the route as a whole asks for.
func takesBearer(r api.Route, ref reference) bool {
	return r.Auth == api.ItemAuth && ref.path == "access_token" || r.Auth == api.ProcessorAuth && ref.path == "processor_token"
}
