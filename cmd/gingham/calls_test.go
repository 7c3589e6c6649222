package main

import (
	"net/http"
	"slices"
	"strings"

	"github.com/gingham-dev/gingham/endpoints/api"
)

// call is what a route of the APIs around Plaid's wants to be sent: those have methods,
// paths and errors of their own. As in a need, a text that begins with "@" stands for
// something that a client has.
type call struct {
	// target is the path with its parameters and a query.
	target, body string
	// also are bodies that do as well.
	also []string
	// as is how its client shows who he is: see sign. Default: in Plaid's headers.
	as string
	// ok is the status of what is good. Default: 200.
	ok int
	// refused is the status for credentials that are no good; 0 is for a route that asks for none.
	refused int
	// waits says that a good answer takes a worker that delivers, which a world has none of.
	waits bool
	// spends says that a good answer leaves the client without what it sent.
	spends bool
}

// Ways to show who calls, besides the one of Plaid's.
const (
	inBody         = "in the body" // or in the target: what is sent has it
	byUserToken    = "user's token"
	byGenericToken = "generic token"
	forUser        = "for a user" // in Plaid's headers, and whom for
)

// calls has a line for every route that the table of needs has none for, by method and
// path: those that aren't Plaid's, those that take one thing or another, and those of reports.
var calls = map[string]call{
	"POST /oauth/token": {
		body: `{"grant_type":"client_credentials","client_id":"@id","client_secret":"@secret","item_id":"@item"}`,
		as:   inBody, refused: http.StatusUnauthorized,
	},
	"GET /.well-known/jwks.json": {},
	"GET /api/authenticate": {
		target: "/api/authenticate?token=@user_token", as: inBody, ok: http.StatusSeeOther, refused: http.StatusBadRequest,
	},
	"GET /v2/plaid/transactions":  {target: "/v2/plaid/transactions?account_ids=@account:user", as: byUserToken, refused: 400},
	"POST /v2/plaid/transactions": {body: `{"account_ids":["@account:user"]}`, as: byUserToken, refused: 400},

	"GET /configuration":    {as: byGenericToken, refused: 400},
	"POST /configuration":   {body: `{"name":"app"}`, as: byGenericToken, ok: 400, refused: 400}, // there is one already
	"PATCH /configuration":  {body: `{"name":"app"}`, as: byGenericToken, refused: 400},
	"PUT /configuration":    {body: `{"name":"app"}`, as: byGenericToken, refused: 400},
	"DELETE /configuration": {as: byGenericToken, refused: 400, spends: true},

	"GET /configuration/webhooks":        {as: byGenericToken, refused: 400},
	"POST /configuration/webhooks":       {body: `{"callbackURL":"` + nowhere + `"}`, as: byGenericToken, refused: 400},
	"GET /configuration/webhooks/:id":    {target: "/configuration/webhooks/@callback", as: byGenericToken, refused: 400},
	"PATCH /configuration/webhooks/:id":  {target: "/configuration/webhooks/@callback", body: `{"eventName":"DATA_UPDATES"}`, as: byGenericToken, refused: 400},
	"DELETE /configuration/webhooks/:id": {target: "/configuration/webhooks/@callback", as: byGenericToken, refused: 400, spends: true},

	"GET /configuration/webhooks/retrievals":  {as: byGenericToken, refused: 400},
	"POST /configuration/webhooks/retrievals": {as: byGenericToken, refused: 400, waits: true},
	"POST /configuration/webhooks/retrievals/:eventId": {
		target: "/configuration/webhooks/retrievals/@retrieval", as: byGenericToken, refused: 400, waits: true,
	},

	"GET /api/plaid/link/token/new": {as: forUser, refused: 401},
	"POST /api/plaid/link/token/callback": {
		body: `{"publicToken":"@public","accountIds":["@account"]}`, as: forUser, refused: 401,
	},
	"PUT /api/plaid/link/update/:linkId": {target: "/api/plaid/link/update/@monetr", as: forUser, refused: 401},
	"POST /api/plaid/link/update/callback": {
		body: `{"linkId":"@monetr","publicToken":"@public:monetr","accountIds":["@account:monetr"]}`, as: forUser, refused: 401,
	},
	"POST /api/plaid/link/sync":              {body: `{"linkId":"@monetr"}`, as: forUser, ok: http.StatusAccepted, refused: 401},
	"GET /api/plaid/link/setup/wait/:linkId": {target: "/api/plaid/link/setup/wait/@monetr", as: forUser, refused: 401},
	"GET /api/links":                         {as: forUser, refused: 401},
	"POST /api/links":                        {body: `{"institutionName":"Cash"}`, as: forUser, refused: 401},
	"GET /api/links/:linkId":                 {target: "/api/links/@monetr", as: forUser, refused: 401},
	"DELETE /api/links/:linkId":              {target: "/api/links/@monetr", as: forUser, refused: 401, spends: true},
	"POST /asset_report/create":              {body: `{"access_tokens":["@access:assets"],"days_requested":10}`, refused: 400},
	"POST /asset_report/get":                 {body: `{"asset_report_token":"@assets"}`, refused: 400},
	"POST /asset_report/pdf/get":             {body: `{"asset_report_token":"@assets"}`, refused: 400},
	"POST /asset_report/refresh":             {body: `{"asset_report_token":"@assets"}`, refused: 400},
	"POST /asset_report/filter":              {body: `{"asset_report_token":"@assets","account_ids_to_exclude":["@account:assets"]}`, refused: 400},
	"POST /asset_report/remove":              {body: `{"asset_report_token":"@assets"}`, spends: true, refused: 400},
	"POST /asset_report/audit_copy/create":   {body: `{"asset_report_token":"@assets"}`, refused: 400},
	"POST /asset_report/audit_copy/get":      {body: `{"audit_copy_token":"@audit"}`, refused: 400},
	"POST /asset_report/audit_copy/pdf/get":  {body: `{"audit_copy_token":"@audit"}`, refused: 400},
	"POST /asset_report/audit_copy/remove":   {body: `{"audit_copy_token":"@audit"}`, spends: true, refused: 400},
	"POST /credit/audit_copy_token/create":   {body: `{"report_tokens":["@assets"]}`, refused: 400},
	"POST /credit/audit_copy_token/remove":   {body: `{"audit_copy_token":"@audit"}`, spends: true, refused: 400},
	"POST /credit/relay/create":              {body: `{"report_tokens":["@assets"],"secondary_client_id":"@id"}`, refused: 400},
	"POST /credit/relay/get":                 {body: `{"relay_token":"@relay","report_type":"asset"}`, refused: 400},
	"POST /credit/relay/pdf/get":             {body: `{"relay_token":"@relay","report_type":"asset"}`, refused: 400},
	"POST /credit/relay/refresh":             {body: `{"relay_token":"@relay","report_type":"asset"}`, refused: 400},
	"POST /credit/relay/remove":              {body: `{"relay_token":"@relay"}`, spends: true, refused: 400},

	"POST /statements/download": {body: `{"access_token":"@access:statements","statement_id":"@statement"}`, refused: 400},

	"POST /user/update":    {body: `{"user_id":"@user"}`, also: []string{`{"user_token":"@usertoken"}`}, refused: 400},
	"POST /user/items/get": {body: `{"user_id":"@user"}`, also: []string{`{"user_token":"@usertoken"}`}, refused: 400},
	"POST /user/remove":    {body: `{"user_id":"@user"}`, also: []string{`{"user_token":"@usertoken"}`}, refused: 400, spends: true},

	"POST /plaid/links": {body: `{"profile_id":"p"}`, refused: 401},
	"POST /plaid/items": {
		body: `{"profile_id":"p","plaid_public_token":"@public:program","plaid_institution":{"id":"ins_109508",` +
			`"name":"First Platypus Bank"},"plaid_account_ids":["@account:program"]}`, refused: 401,
	},
	"POST /plaid/items/:item_id/links": {
		target: "/plaid/items/@item:program/links", body: `{}`, as: byGenericToken, refused: 401,
	},
	"PATCH /plaid/items/:item_id": {
		target: "/plaid/items/@item:program", body: `{"plaid_bank_account_ids":["@account:program"]}`, refused: 401,
	},
	"GET /plaid/accounts/:account_id":       {target: "/plaid/accounts/@bank", refused: 401},
	"GET /profiles/:profile_id/plaid/items": {target: "/profiles/p/plaid/items", as: byGenericToken, refused: 401},

	"POST /api/authentication/register": {
		body: `{"email":"a\u0040example.com","password":"correct horse","firstName":"Ada"}`, as: inBody,
	},
	"POST /api/authentication/login": {body: `{"email":"a\u0040example.com","password":"correct horse"}`, as: inBody},
	"GET /api/authentication/logout": {as: forUser}, // whoever he is, he is nobody afterwards
}

// callOf is the line of a route.
func callOf(r api.Route) (call, bool) {
	c, ok := calls[r.Method+" "+r.Path]
	if c.target == "" {
		c.target = r.Path
	}
	if c.ok == 0 {
		c.ok = http.StatusOK
	}
	return c, ok
}

// things are the names of what is looked up for who calls; the rest shows who that is.
func (c call) things() []string {
	return slices.DeleteFunc(c.names(), func(name string) bool {
		return name == "@id" || name == "@secret" || name == "@user_token"
	})
}

// names are the texts in a call that begin with "@", each once.
func (c call) names() []string {
	var list []string
	seen := map[string]bool{}
	for _, text := range []string{c.target, c.body} {
		for rest := text; ; {
			at := strings.IndexByte(rest, '@')
			if at < 0 {
				break
			}
			rest = rest[at:]
			end := strings.IndexFunc(rest[1:], func(r rune) bool { return r != '_' && r != ':' && (r < 'a' || r > 'z') })
			name := rest
			if end >= 0 {
				name = rest[:end+1]
			}
			if !seen[name] {
				list = append(list, name)
			}
			seen[name] = true
			rest = rest[len(name):]
		}
	}
	return list
}
