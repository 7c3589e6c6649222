package conformance

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"

	"github.com/gingham-dev/gingham/conformance/caller"
)

// bad returns an error of type INVALID_REQUEST, wrong one of type INVALID_INPUT.
func bad(code, message string) caller.Error {
	return caller.Error{Status: 400, Type: "INVALID_REQUEST", Code: code, Message: message}
}

func wrong(code, message string) caller.Error {
	return caller.Error{Status: 400, Type: "INVALID_INPUT", Code: code, Message: message}
}

// Messages that Plaid's API is known to answer with.
const (
	noJSON    = "body could not be parsed as JSON"
	noID      = "client_id must be a properly formatted, non-empty string"
	noSecret  = "secret must be a properly formatted, non-empty string"
	badKeys   = "invalid client_id or secret provided"
	missing   = "the following required fields are missing: "
	unknown   = "the following fields are not recognized by this endpoint: "
	noPattern = "provided %s token is in an invalid format. expected format: %s-<environment>-<identifier>"
)

func misshapen(kind, code string) caller.Error {
	return wrong(code, strings.ReplaceAll(noPattern, "%s", kind))
}

func TestErrors(t *testing.T) {
	t.Parallel()
	token := newItem(t, caller.Item{})
	public, err := app.PublicToken(t.Context(), caller.Item{})
	if err != nil {
		t.Fatal(err)
	}
	const id = "-11111111-2222-4333-8444-555555555555"
	with := func(more string) string { return `{"access_token":"` + token + `"` + more + `}` }
	tests := []struct {
		name, path, body string
		want             caller.Error
	}{
		{"cut off", "/item/get", `{"access_token":`, bad("INVALID_BODY", noJSON)},
		{"nothing", "/item/get", ``, bad("INVALID_BODY", noJSON)},
		{"a list", "/item/get", `[]`, bad("INVALID_BODY", noJSON)},
		{"a text", "/item/get", `"access_token"`, bad("INVALID_BODY", noJSON)},
		{"two values", "/item/get", with(``) + `{}`, bad("INVALID_BODY", noJSON)},
		{"not UTF-8", "/item/get", "{\"access_token\":\"\xff\"}", bad("INVALID_BODY", noJSON)},
		{"a key twice", "/item/get", with(`,"access_token":"x"`), bad("INVALID_BODY", noJSON)},
		{"very deep", "/item/get", with(`,"x":` + strings.Repeat("[", 1000) + strings.Repeat("]", 1000)), bad("INVALID_BODY", noJSON)},

		{"nothing of an access token", "/accounts/get", `{}`, bad("MISSING_FIELDS", missing+"access_token")},
		{"null for an access token", "/accounts/get", `{"access_token":null}`, bad("MISSING_FIELDS", missing+"access_token")},
		{"nothing of a public token", "/item/public_token/exchange", `{}`, bad("MISSING_FIELDS", missing+"public_token")},
		{"nothing of a processor token", "/processor/auth/get", `{}`, bad("MISSING_FIELDS", missing+"processor_token")},
		{"nothing of a country", "/institutions/search", `{"query":"bank"}`, bad("MISSING_FIELDS", missing+"country_codes")},
		{"missing is told before unknown", "/accounts/get", `{"nope":1}`, bad("MISSING_FIELDS", missing+"access_token")},
		{"unknown", "/accounts/get", with(`,"nope":1`), bad("UNKNOWN_FIELDS", unknown+"nope")},
		{"unknown inside", "/accounts/get", with(`,"options":{"nope":1}`), bad("UNKNOWN_FIELDS", unknown+"options.nope")},
		{"another case", "/accounts/get", with(`,"Options":{}`), bad("UNKNOWN_FIELDS", unknown+"Options")},
		{"null for options", "/accounts/get", with(`,"options":null`), bad("INVALID_FIELD", "")},
		{"a number for a token", "/accounts/get", `{"access_token":1}`, bad("INVALID_FIELD", "")},
		{"a text for a count", "/transactions/sync", with(`,"count":"5"`), bad("INVALID_FIELD", "")},
		{"a fraction for a count", "/transactions/sync", with(`,"count":5.5`), bad("INVALID_FIELD", "")},
		{"too small", "/transactions/sync", with(`,"count":0`), bad("INVALID_FIELD", "")},
		{"too large", "/transactions/sync", with(`,"count":501`), bad("INVALID_FIELD", "")},
		{"huge", "/transactions/sync", with(`,"count":1e400`), bad("INVALID_FIELD", "")},
		{"no date", "/transactions/get", with(`,"start_date":"yesterday","end_date":"2026-01-01"`), bad("INVALID_FIELD", "")},
		{"no day", "/transactions/get", with(`,"start_date":"2026-02-30","end_date":"2026-03-01"`), bad("INVALID_FIELD", "")},
		{"no public token", "/item/public_token/exchange", `{"public_token":""}`, bad("INVALID_FIELD", "public_token must be a non-empty string")},
		{"no product", "/sandbox/public_token/create", `{"institution_id":"ins_109508","initial_products":["gold"]}`, bad("INVALID_FIELD", "")},

		{"misshapen access token", "/accounts/get", `{"access_token":"x"}`, misshapen("access", "INVALID_ACCESS_TOKEN")},
		{"public for access", "/accounts/get", `{"access_token":"` + public + `"}`, misshapen("access", "INVALID_ACCESS_TOKEN")},
		{"unknown access token", "/accounts/get", `{"access_token":"access-sandbox` + id + `"}`, unknownAccess},
		{"of production", "/accounts/get", `{"access_token":"access-production` + id + `"}`, unknownAccess},
		{"misshapen public token", "/item/public_token/exchange", `{"public_token":"x"}`, misshapen("public", "INVALID_PUBLIC_TOKEN")},
		{"access for public", "/item/public_token/exchange", `{"public_token":"` + token + `"}`, misshapen("public", "INVALID_PUBLIC_TOKEN")},
		{"unknown public token", "/item/public_token/exchange", `{"public_token":"public-sandbox` + id + `"}`, unknownPublic},
		{"misshapen processor token", "/processor/auth/get", `{"processor_token":"x"}`, misshapen("processor", "INVALID_PROCESSOR_TOKEN")},
		{"unknown processor token", "/processor/auth/get", `{"processor_token":"processor-sandbox` + id + `"}`, wrong("INVALID_PROCESSOR_TOKEN", "")},
		{"unknown link token", "/link/token/get", `{"link_token":"link-sandbox` + id + `"}`, wrong("INVALID_LINK_TOKEN", "invalid link_token provided")},
		{"unknown account", "/accounts/get", with(`,"options":{"account_ids":["nobody"]}`), noAccount},
		{"unknown institution", "/institutions/get_by_id", `{"institution_id":"ins_0","country_codes":["US"]}`, wrong("INVALID_INSTITUTION", "invalid institution_id provided")},
		{"unknown institution of an Item", "/sandbox/public_token/create", `{"institution_id":"ins_0","initial_products":["auth"]}`, wrong("INVALID_INSTITUTION", "invalid institution_id provided")},

		{"no such path", "/nowhere", `{}`, caller.Error{Status: 404, Type: "INVALID_REQUEST", Code: "NOT_FOUND", Message: "not found"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) { answered(t, tt.path, tt.body, app.Headers(), tt.want) })
	}
}

func TestErrorsOfCredentials(t *testing.T) {
	t.Parallel()
	other := strings.Repeat("0123456789abcdef", 2)
	tests := []struct {
		name, id, secret, body string
		want                   caller.Error
	}{
		{"none", "", "", `{}`, bad("INVALID_FIELD", noID)},
		{"no secret", app.ClientID, "", `{}`, bad("INVALID_FIELD", noSecret)},
		{"short id", "abc", app.Secret, `{}`, bad("INVALID_FIELD", noID)},
		{"short secret", app.ClientID, "abc", `{}`, bad("INVALID_FIELD", noSecret)},
		{"unknown id", other[:24], app.Secret, `{}`, wrong("INVALID_API_KEYS", badKeys)},
		{"wrong secret", app.ClientID, other[:30], `{}`, wrong("INVALID_API_KEYS", badKeys)},
		{"wrong secret in the body", "", "", `{"client_id":"` + app.ClientID + `","secret":"` + other[:30] + `"}`, wrong("INVALID_API_KEYS", badKeys)},
		{"a number", "", "", `{"client_id":1,"secret":2}`, bad("INVALID_FIELD", noID)},
		{"after the body", "abc", "abc", `{`, bad("INVALID_BODY", noJSON)},
		{"before the fields", "abc", app.Secret, `{"nope":1}`, bad("INVALID_FIELD", noID)},
		{"before the token", app.ClientID, other[:30], `{"access_token":"x"}`, wrong("INVALID_API_KEYS", badKeys)},
		{"good", "", "", `{"client_id":"` + app.ClientID + `","secret":"` + app.Secret + `"}`, bad("MISSING_FIELDS", missing+"access_token")},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			header := http.Header{"Content-Type": {"application/json"}}
			if tt.id != "" {
				header.Set("Plaid-Client-Id", tt.id)
			}
			if tt.secret != "" {
				header.Set("Plaid-Secret", tt.secret)
			}
			answered(t, "/accounts/get", tt.body, header, tt.want)
		})
	}
}

// answered fails unless a body gets the error. A message of "" is not compared,
// where Plaid's own is not known; it names the field that is wrong in any case.
func answered(t *testing.T, path, body string, header http.Header, want caller.Error) {
	t.Helper()
	status, reply, err := app.Send(t.Context(), path, []byte(body), header)
	if err != nil {
		t.Fatal(err)
	}
	got := caller.Error{Status: status}
	if err := json.Unmarshal(reply, &got); err != nil {
		t.Fatalf("%v in %s", err, reply)
	}
	if want.Message == "" && got.Message != "" {
		want.Message = got.Message
	}
	if got != want {
		t.Errorf("%s %.200s:\n got %v\nwant %v", path, body, &got, &want)
	}
}

// Several fields that are missing are all named, in whatever order.
func TestErrorsNameEveryField(t *testing.T) {
	t.Parallel()
	token := newItem(t, caller.Item{})
	for path, tt := range map[string]struct {
		request caller.Object
		prefix  string
		fields  []string
	}{
		"/sandbox/public_token/create": {caller.Object{}, missing, []string{"institution_id", "initial_products"}},
		"/transactions/get":            {caller.Object{"access_token": token}, missing, []string{"start_date", "end_date"}},
		"/accounts/get": {
			caller.Object{"access_token": token, "a": 1, "b": 1, "options": caller.Object{"c": 1}},
			unknown,
			[]string{"a", "b", "options.c"},
		},
	} {
		_, reply, err := app.Call(t.Context(), path, tt.request)
		if err == nil {
			t.Errorf("%s was answered with %.300s", path, reply)
			continue
		}
		_, named, _ := strings.Cut(err.Error(), tt.prefix)
		names := map[string]bool{}
		for name := range strings.SplitSeq(named, ", ") {
			names[name] = true
		}
		for _, field := range tt.fields {
			if !names[field] {
				t.Errorf("%s does not name %s: %v", path, field, err)
			}
		}
		if len(names) != len(tt.fields) {
			t.Errorf("%s names %v: %v", path, names, err)
		}
	}
}
