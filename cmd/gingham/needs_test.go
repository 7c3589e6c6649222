package main

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// need is what a route wants to be sent. A text that begins with "@" stands for
// something that a client has (see holder), so that a test can put another
// client's in its place: "@access" is a token of that kind, and what follows a
// colon only says which.
type need struct {
	// body is the smallest one that is answered with 200.
	body string
	// also are members that can be added to it, which name something else of the
	// client's. Each is tried alone.
	also []string
	// ignores are members that look as if they named something of the client's,
	// and are read and not used.
	ignores []string
	// spends says that a 200 leaves the client without what it sent.
	spends bool
}

const (
	// nowhere is a receiver of webhooks that a server that allows only public
	// addresses does not connect to.
	nowhere = "http://127.0.0.1:1/hook"

	someAccounts = `{"options":{"account_ids":["@account"]}}`
	someDays     = `,"start_date":"2026-01-01","end_date":"2026-11-20"}`
)

// someFile is a bank's file, in Base64.
var someFile = base64.StdEncoding.EncodeToString([]byte("OFXHEADER:100\nDATA:OFXSGML\n\n<OFX><BANKMSGSRSV1><STMTTRNRS><STMTRS><CURDEF>USD" +
	"<BANKACCTFROM><BANKID>1<ACCTID>2<ACCTTYPE>CHECKING</BANKACCTFROM><BANKTRANLIST><DTSTART>20261101<DTEND>20261120" +
	"<STMTTRN><TRNTYPE>DEBIT<DTPOSTED>20261110<TRNAMT>-5.00<FITID>1<NAME>COFFEE</STMTTRN></BANKTRANLIST>" +
	"<LEDGERBAL><BALAMT>10.00<DTASOF>20261120</LEDGERBAL></STMTRS></STMTTRNRS></BANKMSGSRSV1></OFX>"))

// needs has a line for every route of the server. A new route needs one too: its
// smallest body, everything in it that names a token, account or cursor, and
// whether it can be sent twice.
var needs = map[string]need{
	"/accounts/get":         {body: `{"access_token":"@access"}`, also: []string{someAccounts}},
	"/accounts/balance/get": {body: `{"access_token":"@access"}`, also: []string{someAccounts}},
	"/auth/get":             {body: `{"access_token":"@access"}`, also: []string{someAccounts}},
	"/categories/get":       {body: `{}`},
	"/identity/get":         {body: `{"access_token":"@access"}`, also: []string{someAccounts}},

	"/institutions/get":       {body: `{"count":3,"offset":0,"country_codes":["US"]}`},
	"/institutions/get_by_id": {body: `{"institution_id":"ins_109508","country_codes":["US"]}`},
	"/institutions/search":    {body: `{"query":"Platypus","products":null,"country_codes":["US"]}`},

	"/investments/holdings/get":     {body: `{"access_token":"@access"}`, also: []string{someAccounts}},
	"/investments/transactions/get": {body: `{"access_token":"@access"` + someDays, also: []string{someAccounts}},
	"/investments/refresh":          {body: `{"access_token":"@access"}`},
	"/investments/auth/get":         {body: `{"access_token":"@access"}`, also: []string{someAccounts}},

	"/item/get":                     {body: `{"access_token":"@access"}`},
	"/item/remove":                  {body: `{"access_token":"@access"}`, spends: true},
	"/item/webhook/update":          {body: `{"access_token":"@access","webhook":"` + nowhere + `"}`},
	"/item/import":                  {body: `{"products":["auth"],"user_auth":{"user_id":"user_good","auth_token":"pass_good"}}`},
	"/item/public_token/create":     {body: `{"access_token":"@access"}`},
	"/item/public_token/exchange":   {body: `{"public_token":"@public"}`},
	"/item/access_token/invalidate": {body: `{"access_token":"@access"}`, spends: true},

	"/liabilities/get": {body: `{"access_token":"@access"}`, also: []string{someAccounts}},

	"/link/token/create": {
		body: `{"client_name":"App","language":"en","country_codes":["US"],"user":{"client_user_id":"u"},"products":["auth"]}`,
		also: []string{
			`{"access_token":"@access"}`, `{"access_tokens":["@access"]}`, `{"access_tokens":["@access","@access"]}`,
			`{"user_id":"@user"}`, `{"user_token":"@usertoken"}`,
		},
		// Update mode goes by access tokens.
		ignores: []string{"update.item_ids", "identity.account_ids"},
	},
	"/link/token/get": {body: `{"link_token":"@link"}`},

	"/processor/token/create":                     {body: `{"access_token":"@access","account_id":"@account","processor":"dwolla"}`},
	"/processor/apex/processor_token/create":      {body: `{"access_token":"@access","account_id":"@account"}`},
	"/processor/stripe/bank_account_token/create": {body: `{"access_token":"@access","account_id":"@account"}`},
	"/processor/token/permissions/get":            {body: `{"processor_token":"@processor"}`},
	"/processor/token/permissions/set":            {body: `{"processor_token":"@processor","products":[]}`},

	"/processor/account/get":              {body: `{"processor_token":"@processor"}`},
	"/processor/balance/get":              {body: `{"processor_token":"@processor"}`},
	"/processor/auth/get":                 {body: `{"processor_token":"@processor"}`},
	"/processor/identity/get":             {body: `{"processor_token":"@processor"}`},
	"/processor/liabilities/get":          {body: `{"processor_token":"@processor:owed"}`},
	"/processor/investments/auth/get":     {body: `{"processor_token":"@processor:invested"}`},
	"/processor/investments/holdings/get": {body: `{"processor_token":"@processor:invested"}`},
	"/processor/investments/transactions/get": {
		body: `{"processor_token":"@processor:invested"` + someDays,
		// The token opens one account; others that are asked for are not looked at.
		ignores: []string{"options.account_ids"},
	},
	"/processor/transactions/get": {body: `{"processor_token":"@processor"` + someDays},
	"/processor/transactions/sync": {
		body:    `{"processor_token":"@processor"}`,
		also:    []string{`{"cursor":"@cursor:processor"}`},
		ignores: []string{"options.account_id"},
	},
	"/processor/transactions/refresh":       {body: `{"processor_token":"@processor"}`},
	"/processor/transactions/recurring/get": {body: `{"processor_token":"@processor"}`},

	"/sandbox/public_token/create": {
		body: `{"institution_id":"ins_109508","initial_products":["auth"]}`,
		also: []string{`{"user_id":"@user"}`, `{"user_token":"@usertoken"}`},
	},
	"/sandbox/processor_token/create": {body: `{"institution_id":"ins_109508"}`},
	"/sandbox/item/reset_login":       {body: `{"access_token":"@access"}`, spends: true},
	"/sandbox/item/fire_webhook":      {body: `{"access_token":"@access","webhook_code":"DEFAULT_UPDATE"}`},
	"/sandbox/item/set_verification_status": {
		body: `{"access_token":"@access","account_id":"@account","verification_status":"automatically_verified"}`,
	},
	"/sandbox/transactions/create": {body: `{"access_token":"@access:dynamic","transactions":[{"amount":1.5,` +
		`"date_posted":"2026-11-20","date_transacted":"2026-11-19","description":"x"}]}`},

	"/statements/list":    {body: `{"access_token":"@access:statements"}`},
	"/statements/refresh": {body: `{"access_token":"@access:statements"` + someDays},

	"/transactions/get": {body: `{"access_token":"@access"` + someDays, also: []string{someAccounts}},
	"/transactions/sync": {
		body: `{"access_token":"@access"}`,
		also: []string{`{"cursor":"@cursor"}`, `{"options":{"account_id":"@account"}}`},
	},
	"/transactions/refresh":       {body: `{"access_token":"@access"}`},
	"/transactions/recurring/get": {body: `{"access_token":"@access"}`, also: []string{`{"account_ids":["@account"]}`}},
	"/transactions/enrich": {
		body: `{"account_type":"depository","transactions":[{"id":"1","description":"PURCHASE WM SUPERCENTER","amount":72.1,` +
			`"direction":"OUTFLOW","iso_currency_code":"USD"}]}`,
	},

	// Who a user is can be anything.
	"/user/create": {body: `{"client_user_id":"u"}`, ignores: []string{"identity.account_ids"}},
	"/user/get":    {body: `{"user_id":"@user"}`},

	"/webhook_verification_key/get": {body: `{"key_id":"6c5516e1-92dc-479e-a8ff-5a51992e0001"}`},
	"/webhook__verification_key":    {body: `{"key_id":"6c5516e1-92dc-479e-a8ff-5a51992e0001"}`},

	"/gingham/files/link":   {body: `{"file":"` + someFile + `"}`, also: []string{`{"user_id":"@user"}`}},
	"/gingham/files/upload": {body: `{"access_token":"@access:files","file":"` + someFile + `"}`},

	"/gingham/clock/get":     {body: `{}`},
	"/gingham/clock/advance": {body: `{"seconds":0.001}`},
	"/gingham/clock/set":     {body: `{"now":"2026-11-20T12:10:00Z"}`},
	// A fault that befalls nobody: there is no client in these calls.
	"/gingham/faults/create": {body: `{"route":"/categories/get","drop":true}`, also: []string{`{"access_token":"@access"}`}},
	"/gingham/faults/list":   {body: `{}`},
	"/gingham/faults/remove": {body: `{}`, also: []string{`{"fault_id":"@fault"}`}, spends: true},
	"/gingham/transactions/add": {body: `{"access_token":"@access","transactions":[{"account_id":"@account","amount":1.5,` +
		`"date_transacted":"2026-11-20","description":"x"}]}`},
	"/gingham/transactions/modify": {
		body: `{"access_token":"@access","transactions":[{"transaction_id":"@transaction","amount":2.5}]}`,
	},
	"/gingham/transactions/remove": {body: `{"access_token":"@access","transaction_ids":["@transaction"]}`, spends: true},
	"/gingham/webhooks/list": {
		body: `{}`, also: []string{`{"item_id":"@item"}`},
		// A place in the client's own list.
		ignores: []string{"cursor"},
	},
	"/gingham/webhooks/replay": {
		body: `{"failed":true}`,
		also: []string{`{"failed":false,"webhook_id":"@webhook"}`, `{"failed":false,"webhook_ids":["@webhook"]}`},
	},
	"/gingham/webhooks/drill":      {body: `{}`},
	"/gingham/webhooks/rotate_key": {body: `{}`},
	"/gingham/readiness/set":       {body: `{"initial_delay_seconds":0,"historical_delay_seconds":0}`},
	"/gingham/readiness/get":       {body: `{}`},
	"/gingham/snapshot/create":     {body: `{}`},
	"/gingham/snapshot/restore":    {body: `{"snapshot_id":"@snapshot"}`},
	"/gingham/snapshot/reset":      {body: `{}`, spends: true},
}

// document is a JSON object whose members are reached by dotted paths, as
// "options.account_ids.0".
type document map[string]any

func parseDocument(text string) document {
	d := document{}
	if err := json.Unmarshal([]byte(text), &d); err != nil {
		panic(fmt.Sprintf("%v in %s", err, text))
	}
	return d
}

// documents are the smallest body and those with more, each new.
func (n need) documents() []document {
	if n.body == "" {
		return nil
	}
	list := []document{parseDocument(n.body)}
	for _, more := range n.also {
		d := parseDocument(n.body)
		for key, value := range parseDocument(more) {
			d[key] = value
		}
		list = append(list, d)
	}
	return list
}

// set puts a value at a path, making the objects on the way.
func (d document) set(path string, value any) {
	keys := strings.Split(path, ".")
	var at any = map[string]any(d)
	for i, key := range keys {
		last := i == len(keys)-1
		switch box := at.(type) {
		case map[string]any:
			if last {
				box[key] = value
			} else if _, ok := box[key]; !ok {
				box[key] = map[string]any{}
			}
			at = box[key]
		case []any:
			n, err := strconv.Atoi(key)
			if err != nil || n >= len(box) {
				panic("no element at " + path)
			}
			if last {
				box[n] = value
			}
			at = box[n]
		}
	}
}

// reference is a place in a document that names something of a client's.
type reference struct{ path, name string }

// kind is what is named, as "access".
func (r reference) kind() string {
	kind, _, _ := strings.Cut(strings.TrimPrefix(r.name, "@"), ":")
	return kind
}

// references lists those of a document in the order of their paths.
func (d document) references() []reference {
	var list []reference
	var walk func(path string, v any)
	walk = func(path string, v any) {
		switch v := v.(type) {
		case map[string]any:
			for key, value := range v {
				walk(path+"."+key, value)
			}
		case []any:
			for i, value := range v {
				walk(path+"."+strconv.Itoa(i), value)
			}
		case string:
			if strings.HasPrefix(v, "@") {
				list = append(list, reference{path[1:], v})
			}
		}
	}
	walk("", map[string]any(d))
	slices.SortFunc(list, func(a, b reference) int { return strings.Compare(a.path, b.path) })
	return list
}

func (d document) json() []byte {
	b, err := json.Marshal(d)
	if err != nil {
		panic(err)
	}
	return b
}
