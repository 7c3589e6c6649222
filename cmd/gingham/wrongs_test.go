package main

import (
	"fmt"
	"strings"
	"unicode"

	"github.com/gingham-dev/gingham/endpoints/api"
	"github.com/gingham-dev/gingham/endpoints/control"
)

// wrongValue is what must not be accepted as something of a client's.
type wrongValue struct {
	name, text string
	want       failure
	// twin is a value of nobody's that has to be answered with the same bytes, or "".
	twin string
	// foreign says that the value is another client's.
	foreign bool
}

// tokenKind is what a kind of thing is called in messages.
func tokenKind(kind string) string {
	switch kind {
	case "access", "public", "processor", "link":
		return kind + " token"
	}
	return kind
}

const nobody = "00112233-4455-6677-8899-aabbccddeeff"

// Errors of what is asked for by a token or id.
func unknown(kind string) failure {
	if kind == "link" {
		return failure{"INVALID_INPUT", "INVALID_LINK_TOKEN", "invalid link_token provided"}
	}
	return failure{"INVALID_INPUT", "INVALID_" + strings.ToUpper(kind) + "_TOKEN", "could not find matching " + kind + " token"}
}

func malformed(kind string) failure {
	if kind == "link" {
		return unknown(kind)
	}
	f := unknown(kind)
	f.message = "provided " + kind + " token is in an invalid format. expected format: " + kind + "-<environment>-<identifier>"
	return f
}

var (
	itemNotFound = failure{
		"ITEM_ERROR", "ITEM_NOT_FOUND", "The Item you requested cannot be found. This Item does not exist, " +
			"has been previously removed via /item/remove, or has had access removed by the user.",
	}
	expiredPublic = failure{
		"INVALID_INPUT", "INVALID_PUBLIC_TOKEN", "provided public token is expired. " +
			"Public tokens expire 30 minutes after creation at which point they can no longer be exchanged",
	}
	invalidAccount = failure{"INVALID_INPUT", "INVALID_ACCOUNT_ID", "failed to find requested account ID for requested item"}
	invalidKeys    = failure{"INVALID_INPUT", "INVALID_API_KEYS", "invalid client_id or secret provided"}
)

func invalidField(message string) failure {
	return failure{"INVALID_REQUEST", "INVALID_FIELD", message}
}

func missing(field string) failure {
	return failure{"INVALID_REQUEST", "MISSING_FIELDS", "the following required fields are missing: " + field}
}

// wrongValues lists every value that must be refused in a place.
func wrongValues(w *world, ref reference) []wrongValue {
	switch kind := ref.kind(); kind {
	case "account":
		return wrongAccounts(w)
	case "cursor":
		return wrongCursors(w, ref)
	case tokenKind(kind):
		return wrongThings(w, ref)
	default:
		return wrongTokens(w, ref, kind)
	}
}

func wrongTokens(w *world, ref reference, kind string) []wrongValue {
	mine, twin := w.value(w.mine, ref.name), kind+"-sandbox-"+nobody
	id := strings.TrimPrefix(mine, kind+"-sandbox-")
	var list []wrongValue
	refused := func(name, text string, want failure) {
		list = append(list, wrongValue{name: name, text: text, want: want})
	}
	// Not to be told from a token that never was.
	unheard := func(name, text string, foreign bool) {
		list = append(list, wrongValue{name: name, text: text, want: unknown(kind), twin: twin, foreign: foreign})
	}
	unheard("unknown", twin, false)
	unheard("foreign", w.value(w.theirs, ref.name), true)
	unheard("of production", kind+"-production-"+id, false)
	unheard("of development", kind+"-development-"+id, false)
	unheard("foreign of production", kind+"-production-"+strings.TrimPrefix(w.value(w.theirs, ref.name), kind+"-sandbox-"), false)
	for name, text := range w.theirs.bad {
		if _, of, _ := strings.Cut(name, " "); of == kind {
			unheard("foreign "+name, text, true)
		}
	}
	for name, text := range w.mine.bad {
		switch _, of, _ := strings.Cut(name, " "); {
		case of != kind:
		case strings.HasPrefix(name, "removed"):
			refused(name, text, itemNotFound)
		case name == "expired public":
			refused(name, text, expiredPublic)
		default: // rotated, used, an expired link token
			unheard(name, text, false)
		}
	}
	for _, other := range []string{"access", "public", "processor", "link"} {
		if other == kind {
			continue
		}
		token := w.value(w.mine, "@"+other)
		refused(other+" token", token, malformed(kind))
		unheard("identifier of a "+other+" token", kind+strings.TrimPrefix(token, other), false)
	}
	for _, text := range []string{
		"x", kind, kind + "-", kind + "-sandbox", kind + "-sandbox-", kind + "-sandbox-1", "sandbox-" + kind + "-" + id, id,
		mine + "0", mine[:len(mine)-1], " " + mine, mine + " ", mine + "\x00", mine + "\n", strings.ToUpper(mine), "access--" + id,
		kind + "-sandbox-" + strings.ReplaceAll(id, "-", ""), kind + "-nowhere-" + id, kind + "-Sandbox-" + id,
		kind + "-sandbox-" + strings.Repeat("g", 36), "\u2028", strings.Repeat("a", 10_000), "' OR 1=1 --", `{"$ne":""}`,
	} {
		refused(fmt.Sprintf("malformed %.60q", text), text, malformed(kind))
	}
	return list
}

func wrongAccounts(w *world) []wrongValue {
	const twin = "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"
	list := []wrongValue{
		{name: "unknown account", text: twin},
		{name: "foreign account", text: w.value(w.theirs, "@account"), foreign: true},
		{name: "another Item's account", text: w.mine.other},
		{name: "a foreign Item's other account", text: w.theirs.other, foreign: true},
		{name: "short account", text: "x"},
		{name: "account in other case", text: strings.ToUpper(w.value(w.mine, "@account"))},
		{name: "token as account", text: w.value(w.mine, "@access")},
	}
	for i := range list {
		list[i].want, list[i].twin = invalidAccount, twin
	}
	return list
}

func wrongCursors(w *world, ref reference) []wrongValue {
	mine, twin := w.value(w.mine, ref.name), strings.Repeat("A", 40)
	other := "@cursor"
	if ref.name == other {
		other = "@cursor:processor"
	}
	list := []wrongValue{
		{name: "unknown cursor", text: twin},
		{name: "foreign cursor", text: w.value(w.theirs, ref.name), foreign: true},
		{name: "cursor of another token", text: w.value(w.mine, other)},
		{name: "changed cursor", text: "B" + mine[1:]},
		{name: "longer cursor", text: mine + "\n"},
		{name: "long cursor", text: strings.Repeat("A", 256)},
		{name: "longest cursor", text: strings.Repeat("A", 100_000)},
	}
	for i := range list {
		list[i].want, list[i].twin = invalidField("cursor not associated with access_token"), twin
	}
	return list
}

// wrongThings are of what a client controls its sandbox by.
func wrongThings(w *world, ref reference) []wrongValue {
	mine := w.value(w.mine, ref.name)
	list := []wrongValue{
		{name: "unknown " + ref.kind(), text: nobody},
		{name: "foreign " + ref.kind(), text: w.value(w.theirs, ref.name), foreign: true},
		{name: "longer " + ref.kind(), text: mine + "0"},
		{name: "shorter " + ref.kind(), text: mine[1:]},
		{name: ref.kind() + " in other case", text: swapCase(mine)},
		{name: "token as " + ref.kind(), text: w.value(w.mine, "@access")},
	}
	for i := range list {
		list[i].want, list[i].twin = unknownThing(ref), nobody
	}
	return list
}

// swapCase is a text that differs in the case of its letters.
func swapCase(text string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsLower(r) {
			return unicode.ToUpper(r)
		}
		return unicode.ToLower(r)
	}, text)
}

// unknownThing is what is said of one that isn't there; of one that a list is only
// filtered by, nothing is.
func unknownThing(ref reference) failure {
	switch ref.kind() {
	case "item":
		return failure{}
	case "user":
		return failure{
			"USER_ERROR", "USER_NOT_FOUND",
			"The User you requested cannot be found. This User does not exist or has had access removed by the user.",
		}
	case "usertoken":
		return unknown("user")
	case "transaction":
		return invalidField(strings.ReplaceAll(ref.path, ".0", "[0]") + " must be the id of a transaction of the Item")
	default:
		return invalidField(ref.path + " must be the id of a " + ref.kind() + " that is there")
	}
}

// checkReference puts every wrong value in the place of the i-th reference of a
// document, with the credentials here and there, as a bearer token too.
func (c *checker) checkReference(r api.Route, d document, ref reference, i int) {
	required := !strings.Contains(ref.path, ".") && parseDocument(needs[r.Path].body)[ref.path] != nil
	bearer := takesBearer(r, ref)
	for _, v := range wrongValues(c.w, ref) {
		what := fmt.Sprintf("%s %s as %s", r.Path, v.name, ref.path)
		places := map[string]func(any) request{
			"":                   func(text any) request { return c.w.with(d, ref, text, c.w.mine).in(r.Path) },
			", keys in the body": func(text any) request { return c.w.with(d, ref, text, c.w.mine).in(r.Path).keysInBody() },
		}
		if bearer {
			// What is in the body counts.
			places[", bearer good"] = func(text any) request { return places[""](text).withBearer(c.w.value(c.w.mine, ref.name)) }
			if strings.TrimSpace(v.text) == v.text {
				places[", bearer"] = func(text any) request { return places[""](nil).withBearer(text.(string)) }
				places[", bearer, keys in the body"] = func(text any) request {
					return places[", keys in the body"](nil).withBearer(text.(string))
				}
			}
		} else if required {
			// A bearer token is nothing to a route that asks for another thing.
			places[", bearer beside"] = func(text any) request { return places[""](text).withBearer(c.w.value(c.w.mine, "@access")) }
		}
		for place, of := range places {
			a := c.send(of(v.text))
			c.expect(what+place, a, v.want)
			if v.twin != "" {
				c.same(what+place, a, c.send(of(v.twin)))
			}
		}
	}
	c.checkAbsent(r, d, ref, required, bearer)
	if i == 0 && len(d.references()) > 1 {
		c.checkTogether(r, d)
	}
}

// checkAbsent leaves a reference out, or empty.
func (c *checker) checkAbsent(r api.Route, d document, ref reference, required, bearer bool) {
	what := r.Path + " without " + ref.path
	gone := c.w.with(d, ref, nil, c.w.mine).in(r.Path)
	empty := c.w.with(d, ref, "", c.w.mine).in(r.Path)
	if required {
		c.expect(what, c.send(gone), missing(ref.path))
		c.expect(what+", keys in the body", c.send(gone.keysInBody()), missing(ref.path))
		for _, token := range []string{"", " "} {
			c.expect(what+", empty bearer", c.send(gone.withBearer(token)), missing(ref.path))
		}
		if !bearer {
			c.expect(what+", bearer beside", c.send(gone.withBearer(c.w.value(c.w.mine, "@access"))), missing(ref.path))
		}
	}
	want := invalidField(ref.path + " must be a non-empty string")
	switch {
	case ref.kind() == "cursor":
		return // an empty one is from the beginning
	case ref.kind() == "user":
		want = failure{"INVALID_INPUT", "INVALID_USER_ID", "user.user_id must be a non-empty string"}
	case strings.HasPrefix(r.Path, control.Prefix):
	case ref.kind() == "account":
		want = invalidAccount
	case strings.Contains(ref.path, "."):
		want = malformed(ref.kind())
	}
	c.expect(r.Path+" with an empty "+ref.path, c.send(empty), want)
}

// checkTogether asks for what is all another client's, and fits together.
func (c *checker) checkTogether(r api.Route, d document) {
	theirs, nobodys := parseDocument(string(d.json())), parseDocument(string(d.json()))
	var want failure
	for _, ref := range d.references() {
		theirs.set(ref.path, c.w.value(c.w.theirs, ref.name))
		nobodys.set(ref.path, wrongValues(c.w, ref)[0].twin)
		if kind := ref.kind(); tokenKind(kind) != kind {
			want = unknown(kind)
		}
	}
	a := c.send(request{path: r.Path, body: theirs.json(), headerKeys: c.w.mine})
	c.expect(r.Path+" all foreign", a, want)
	c.same(r.Path+" all foreign", a, c.send(request{path: r.Path, body: nobodys.json(), headerKeys: c.w.mine}))
}
