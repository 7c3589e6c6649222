package main

import (
	"net/http"
	"slices"
	"strings"

	"github.com/gingham-dev/gingham/endpoints/api"
)

// What is said of credentials that can't be any.
var (
	badClientID = invalidField("client_id must be a properly formatted, non-empty string")
	badSecret   = invalidField("secret must be a properly formatted, non-empty string")
)

// checkKeys sends a document that is good with credentials that aren't.
func (c *checker) checkKeys(r api.Route, d document) {
	if r.Auth == api.NoAuth {
		return
	}
	var (
		mine, theirs = c.w.mine, c.w.theirs
		body         = parseDocument(string(c.w.with(d, reference{}, nil, mine).body))
		unknown      *answer
	)
	for _, k := range []struct {
		name       string
		id, secret any
		want       failure
	}{
		{"unknown client", strings.Repeat("12", 12), mine.secret, invalidKeys},
		{"wrong secret", mine.id, strings.Repeat("12", 15), invalidKeys},
		{"foreign secret", mine.id, theirs.secret, invalidKeys},
		{"foreign client", theirs.id, mine.secret, invalidKeys},
		{"swapped case", strings.ToUpper(theirs.id), theirs.secret, invalidKeys},
		{"no keys", nil, nil, badClientID},
		{"no client_id", nil, mine.secret, badClientID},
		{"no secret", mine.id, nil, badSecret},
		{"empty keys", "", "", badClientID},
		{"empty secret", mine.id, "", badSecret},
		{"short client_id", mine.id[1:], mine.secret, badClientID},
		{"long client_id", mine.id + "0", mine.secret, badClientID},
		{"short secret", mine.id, mine.secret[1:], badSecret},
		{"client_id that is no hexadecimal", strings.Repeat("x", 24), mine.secret, badClientID},
		{"secret that is no hexadecimal", mine.id, strings.Repeat("é", 15), badSecret},
		{"the server's own client", "gingham", mine.secret, badClientID},
		{"secret as client_id", mine.secret, mine.id, badClientID},
	} {
		what := r.Path + " " + k.name
		inBody := parseDocument(string(body.json()))
		inHeaders := &holder{}
		if k.id != nil {
			inBody["client_id"], inHeaders.id = k.id, k.id.(string)
		}
		if k.secret != nil {
			inBody["secret"], inHeaders.secret = k.secret, k.secret.(string)
		}
		for place, req := range map[string]request{
			" in the body": {body: inBody.json()},
			" in headers":  {body: body.json(), headerKeys: inHeaders},
			// What else is wrong is not told to somebody who isn't known.
			" in headers, unknown field": {body: []byte(`{"nonsense":1}`), headerKeys: inHeaders},
		} {
			a := c.send(req.in(r.Path))
			c.expect(what+place, a, k.want)
			switch {
			case k.want != invalidKeys:
			case unknown == nil:
				unknown = &a
			default:
				c.same(what+place, a, *unknown)
			}
		}
		if inHeaders.id != "" && inHeaders.secret != "" {
			// Bad credentials in the body aren't mended by good ones in headers.
			c.expect(what+" in the body, good ones in headers",
				c.send(request{path: r.Path, body: inBody.json(), headerKeys: mine}), k.want)
		}
	}
}

// checkGood sends what is good from every place, so that the answers before were
// about what was wrong.
func (c *checker) checkGood(r api.Route, n need, d document) {
	whole := func() request { return c.w.with(d, reference{}, nil, c.w.mine).in(r.Path) }
	places := map[string]func() request{
		"keys in headers":  whole,
		"keys in the body": func() request { return whole().keysInBody() },
	}
	for _, ref := range d.references() {
		if takesBearer(r, ref) {
			bearer := func() request {
				return c.w.with(d, ref, nil, c.w.mine).in(r.Path).withBearer(c.w.value(c.w.mine, ref.name))
			}
			places["bearer"] = bearer
			places["bearer, keys in the body"] = func() request { return bearer().keysInBody() }
		}
	}
	if r.Auth != api.NoAuth {
		places["keys here and there"] = func() request {
			req := whole()
			body := parseDocument(string(req.body))
			body["client_id"], body["secret"] = c.w.mine.id, nil
			req.body, req.headerKeys = body.json(), &holder{id: c.w.theirs.id, secret: c.w.mine.secret}
			return req
		}
		c.checkWhoseKeys(r, d, whole())
	}
	for place, of := range places {
		if a := c.send(of()); a.status != http.StatusOK {
			c.differ("%s %s: answered %d %s", r.Path, place, a.status, a.body)
		}
		if n.spends {
			c.w.furnish(c.w.mine)
		}
	}
}

// checkWhoseKeys sends what is good with another client's credentials in the
// body, which count, and the right ones in headers.
func (c *checker) checkWhoseKeys(r api.Route, d document, whole request) {
	body := parseDocument(string(whole.body))
	body["client_id"] = c.w.theirs.id
	c.expect(r.Path+" another's client_id in the body", c.send(request{path: r.Path, body: body.json(), headerKeys: c.w.mine}), invalidKeys)
	body["secret"] = c.w.theirs.secret
	for _, ref := range d.references() {
		if kind := ref.kind(); kind != tokenKind(kind) {
			a := c.send(request{path: r.Path, body: body.json(), headerKeys: c.w.mine})
			c.expect(r.Path+" another's keys in the body", a, unknown(kind))
			return
		}
	}
}

// telling are members that name something of a client's wherever they occur.
var telling = []string{
	"access_token", "access_tokens", "public_token", "processor_token", "link_token", "user_token", "user_id",
	"account_id", "account_ids", "cursor", "item_id", "item_ids", "transaction_id", "stream_id", "asset_report_token",
	"options.account_id", "options.account_ids", "options.item_id", "options.item_ids", "options.access_token",
	"webhook_id", "webhook_ids", "fault_id", "snapshot_id", "transaction_ids", "options.cursor", "update.item_ids", "identity.account_ids", "options.user_id",
}

// checkNames finds members of a route that name something of a client's and that
// the table of needs doesn't know of.
func (c *checker) checkNames(r api.Route, n need) {
	var known []string
	for _, d := range n.documents() {
		for _, ref := range d.references() {
			known = append(known, ref.path, strings.TrimSuffix(ref.path, ".0"), strings.TrimSuffix(ref.path, ".1"))
		}
	}
	for _, path := range telling {
		d := parseDocument(string(c.w.with(n.documents()[0], reference{}, nil, c.w.mine).body))
		// No value is a boolean, so that a member that is known is refused for it.
		d.set(path, true)
		a := c.send(request{path: r.Path, body: d.json(), headerKeys: c.w.mine})
		taken := !strings.Contains(string(a.body), "UNKNOWN_FIELDS")
		switch {
		case taken && !slices.Contains(known, path) && !slices.Contains(n.ignores, path):
			c.differ("%s takes %s, which its line in needs_test.go doesn't have: %s", r.Path, path, a.body)
		case !taken && (slices.Contains(known, path) || slices.Contains(n.ignores, path)):
			c.differ("%s does not take %s, which its line in needs_test.go has", r.Path, path)
		}
	}
}
