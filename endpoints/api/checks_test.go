package api_test

import (
	"errors"
	"net/http"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/gingham-dev/gingham/models"
	"github.com/gingham-dev/gingham/store"
)

var requestID = regexp.MustCompile(`"request_id":"([0-9A-Za-z]{15})"`)

// plain replaces the request id, which differs every time.
func plain(body string) string { return requestID.ReplaceAllString(body, `"request_id":"R"`) }

// failure is the body of an error without a display message.
func failure(slug, errorType, code, message string) string {
	return `{"display_message":null,"documentation_url":"https://plaid.com/docs/?ref=error#` + slug +
		`","error_code":"` + code + `","error_message":"` + message + `","error_type":"` + errorType +
		`","request_id":"R","suggested_action":null}`
}

func invalidRequest(code, message string) string {
	return failure("invalid-request-errors", "INVALID_REQUEST", code, message)
}

func invalidInput(code, message string) string {
	return failure("invalid-input-errors", "INVALID_INPUT", code, message)
}

var (
	badJSON      = invalidRequest("INVALID_BODY", "body could not be parsed as JSON")
	badID        = invalidRequest("INVALID_FIELD", "client_id must be a properly formatted, non-empty string")
	badSecret    = invalidRequest("INVALID_FIELD", "secret must be a properly formatted, non-empty string")
	badKeys      = invalidInput("INVALID_API_KEYS", "invalid client_id or secret provided")
	notFound     = invalidRequest("NOT_FOUND", "not found")
	malformed    = invalidInput("INVALID_ACCESS_TOKEN", "provided access token is in an invalid format. expected format: access-<environment>-<identifier>")
	unknown      = invalidInput("INVALID_ACCESS_TOKEN", "could not find matching access token")
	badProcessor = invalidInput("INVALID_PROCESSOR_TOKEN", "provided processor token is in an invalid format. expected format: processor-<environment>-<identifier>")
	noProcessor  = invalidInput("INVALID_PROCESSOR_TOKEN", "could not find matching processor token")
	noToken      = invalidRequest("MISSING_FIELDS", "the following required fields are missing: access_token")
	internal     = failure("api-errors", "API_ERROR", "INTERNAL_SERVER_ERROR", "an unexpected error occurred")
	removed      = failure("item-errors", "ITEM_ERROR", "ITEM_NOT_FOUND", "The Item you requested cannot be found. This Item does not exist, has been previously removed via /item/remove, or has had access removed by the user.")
)

// TestOrder sends requests that are wrong in ever fewer ways.
func TestOrder(t *testing.T) {
	k := newKit(t, nil, routes()...)
	wrong := `"secret":"ffffffffffffffffffffffffffffff"`
	tests := []struct {
		name, body, want string
	}{
		{"no body", ``, badJSON},
		{"no JSON", `{"client_id":`, badJSON},
		{"no object", `[]`, badJSON},
		{"null", `null`, badJSON},
		{"twice a key", with(`"options":1,"options":1`), badJSON},
		{"no id", `{"nope":1}`, badID},
		{"null id", `{"client_id":null,"secret":"` + secret + `"}`, badID},
		{"id is a number", `{"client_id":1,"secret":"` + secret + `"}`, badID},
		{"short id", `{"client_id":"abc","secret":"x"}`, badID},
		{"no hexadecimal id", `{"client_id":"zzzzzzzzzzzzzzzzzzzzzzzz","secret":"x"}`, badID},
		{"no secret", `{"client_id":"` + clientID + `","nope":1}`, badSecret},
		{"short secret", `{"client_id":"` + clientID + `","secret":"x","nope":1}`, badSecret},
		{"wrong secret", `{"client_id":"` + clientID + `",` + wrong + `,"nope":1}`, badKeys},
		{"unknown id", `{"client_id":"bbbbbbbbbbbbbbbbbbbbbbbb","secret":"` + secret + `","nope":1}`, badKeys},
		{"missing", with(`"nope":1,"options":5`), noToken},
		{"null token", with(`"access_token":null`), noToken},
		{
			"unknown field", with(`"access_token":"x","nope":1,"options":{"x":1,"account_ids":5}`),
			invalidRequest("UNKNOWN_FIELDS", "the following fields are not recognized by this endpoint: nope, options.x"),
		},
		{
			"wrong value", with(`"access_token":"x","options":{"account_ids":5}`),
			invalidRequest("INVALID_FIELD", "options.account_ids must be an array"),
		},
		{
			"empty token", with(`"access_token":""`),
			invalidRequest("INVALID_FIELD", "access_token must be a non-empty string"),
		},
		{"token", with(`"access_token":"x"`), malformed},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			w := k.post("/accounts/get", tt.body)
			if got := plain(w.Body.String()); got != tt.want || w.Code != http.StatusBadRequest {
				t.Errorf("%d %s\nwant 400 %s", w.Code, got, tt.want)
			}
		})
	}
}

func TestTokens(t *testing.T) {
	k := newKit(t, nil, routes()...)
	const id = "11111111-2222-3333-4444-555555555555"
	access := k.item(clientID, store.AccessToken, nil)
	processor := k.item(clientID, store.ProcessorToken, nil)
	public := k.item(clientID, store.PublicToken, nil)
	foreign := k.item(stranger, store.AccessToken, nil)
	gone := k.item(clientID, store.AccessToken, func(h *store.Head) { h.Item.RemovedAt = today })
	goneToo := k.item(clientID, store.ProcessorToken, func(h *store.Head) { h.Item.RemovedAt = today })
	broken := k.item(clientID, store.AccessToken, func(h *store.Head) {
		h.Item.Error = &models.ItemError{Code: "INSTANT_MATCH_FAILED"}
	})
	brokenError := failure("item-errors", "ITEM_ERROR", "INSTANT_MATCH_FAILED",
		"Item cannot be verified through Instant Match. Ensure you are correctly enabling all auth features in Link.")
	answer := func(item, account string) string {
		return `{"account":"` + account + `","item":"` + item + `","request_id":"R"}`
	}
	tests := []struct {
		name, path, token, want string
	}{
		{"good", "/accounts/get", access, answer("item0", "")},
		{"unknown", "/accounts/get", "access-sandbox-" + id, unknown},
		{"foreign", "/accounts/get", foreign, unknown},
		{"other environment", "/accounts/get", "access-production-" + id, unknown},
		{"no environment", "/accounts/get", "access-home-" + id, malformed},
		{"no id", "/accounts/get", "access-sandbox-", malformed},
		{"short id", "/accounts/get", "access-sandbox-1111", malformed},
		{"id is not hexadecimal", "/accounts/get", "access-sandbox-z" + id[1:], malformed},
		{"dashes elsewhere", "/accounts/get", "access-sandbox-1-111111" + id[8:], malformed},
		{"only the kind", "/accounts/get", "access", malformed},
		{"a processor token", "/accounts/get", processor, malformed},
		{"a public token", "/accounts/get", public, malformed},
		{"public token renamed", "/accounts/get", "access" + strings.TrimPrefix(public, "public"), unknown},
		{"removed", "/accounts/get", gone, removed},
		{"removed, managed", "/item/get", gone, removed},
		{"broken", "/accounts/get", broken, brokenError},
		{"broken, managed", "/item/get", broken, answer("item6", "")},
		{"processor good", "/processor/auth/get", processor, answer("item1", "account")},
		{"processor removed", "/processor/auth/get", goneToo, removed},
		{"processor unknown", "/processor/auth/get", "processor-sandbox-" + id, noProcessor},
		{"an access token", "/processor/auth/get", access, badProcessor},
	}
	for _, tt := range tests {
		field := "access_token"
		if strings.HasPrefix(tt.path, "/processor") {
			field = "processor_token"
		}
		send := map[string]func() (int, string){
			"body": func() (int, string) {
				w := k.post(tt.path, with(`"`+field+`":"`+tt.token+`"`))
				return w.Code, plain(w.Body.String())
			},
			"bearer": func() (int, string) {
				w := k.post(tt.path, with(""), "Authorization: Bearer "+tt.token)
				return w.Code, plain(w.Body.String())
			},
		}
		for how, do := range send {
			t.Run(tt.name+" in "+how, func(t *testing.T) {
				status := http.StatusBadRequest
				if strings.HasPrefix(tt.want, `{"account"`) {
					status = http.StatusOK
				}
				if code, got := do(); got != tt.want || code != status {
					t.Errorf("%d %s\nwant %d %s", code, got, status, tt.want)
				}
			})
		}
	}
}

func TestCredentialsInHeaders(t *testing.T) {
	k := newKit(t, nil, routes()...)
	token := k.item(clientID, store.AccessToken, nil)
	id, key, bearer := "PLAID-CLIENT-ID: "+clientID, "PLAID-SECRET: "+secret, "Authorization: bearer "+token
	body := `{"access_token":"` + token + `"}`
	tests := []struct {
		name, body string
		headers    []string
		want       string
	}{
		{"both", body, []string{id, key}, ""},
		{"half", body, []string{id}, badSecret},
		{"all three", `{}`, []string{id, key, bearer}, ""},
		{"null in the body", `{"client_id":null,"secret":null,"access_token":null}`, []string{id, key, bearer}, ""},
		{
			"the body wins", with(`"access_token":"` + token + `"`),
			[]string{"PLAID-CLIENT-ID: " + stranger, "Authorization: Bearer x"},
			"",
		},
		{"id of a wrong kind", `{"client_id":1,"access_token":"` + token + `"}`, []string{id, key}, badID},
		{"no bearer", `{}`, []string{id, key, "Authorization: Basic eA=="}, noToken},
		{"empty bearer", `{}`, []string{id, key, "Authorization: Bearer "}, noToken},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			w := k.post("/accounts/get", tt.body, tt.headers...)
			want := tt.want
			if want == "" {
				want = `{"account":"","item":"item0","request_id":"R"}`
			}
			if got := plain(w.Body.String()); got != want {
				t.Errorf("got  %s\nwant %s", got, want)
			}
		})
	}
}

func TestClientIsRemembered(t *testing.T) {
	k := newKit(t, nil, routes()...)
	token := with(`"access_token":"` + k.item(clientID, store.AccessToken, nil) + `"`)
	for range 3 {
		if w := k.post("/accounts/get", token); w.Code != http.StatusOK {
			t.Fatal(w.Body)
		}
	}
	if k.store.reads != 1 {
		t.Errorf("the client was read %d times", k.store.reads)
	}
	// A rotated secret works at once, and the old one until it expires.
	const fresh = "ffffffffffffffffffffffffffffff"
	c := k.store.clients[clientID]
	c.Secrets = []store.SecretHash{
		{Hash: c.Secrets[0].Hash, ExpiresAt: today.Add(time.Hour)}, {Hash: k.tokens.SecretHash(clientID, fresh)},
	}
	k.store.clients[clientID] = c
	if w := k.post("/accounts/get", strings.Replace(token, secret, fresh, 1)); w.Code != http.StatusOK {
		t.Errorf("new secret: %s", w.Body)
	}
	if w := k.post("/accounts/get", token); w.Code != http.StatusOK {
		t.Errorf("old secret: %s", w.Body)
	}
	k.now = today.Add(time.Hour)
	if w := k.post("/accounts/get", token); plain(w.Body.String()) != badKeys {
		t.Errorf("expired secret: %s", w.Body)
	}
}

func TestStoreTrouble(t *testing.T) {
	k := newKit(t, nil, routes()...)
	token := k.item(clientID, store.AccessToken, nil)
	k.store.fail = errors.New("connection refused by 10.0.0.1")
	w := k.post("/accounts/get", with(`"access_token":"`+token+`"`))
	if got := plain(w.Body.String()); got != internal || w.Code != http.StatusInternalServerError {
		t.Errorf("%d %s", w.Code, got)
	}
	if log := k.log.String(); !strings.Contains(log, "connection refused") || !strings.Contains(log, w.Header().Get("Plaid-Request-Id")) {
		t.Errorf("the log tells nothing: %s", log)
	}
}

func TestOneTimeTokens(t *testing.T) {
	k := newKit(t, nil)
	text, err := k.tokens.Issue(t.Context(), store.Token{
		Client: clientID, Kind: store.PublicToken, Item: "item", ExpiresAt: today.Add(30 * time.Minute),
	})
	if err != nil {
		t.Fatal(err)
	}
	late, _ := k.tokens.Issue(t.Context(), store.Token{Client: clientID, Kind: store.PublicToken, ExpiresAt: today})
	take := func(text string) string {
		if _, err := k.tokens.Take(t.Context(), clientID, store.PublicToken, text); err != nil {
			return err.Error()
		}
		return ""
	}
	if got := take(text); got != "" {
		t.Errorf("first: %s", got)
	}
	if got := take(text); !strings.HasSuffix(got, "could not find matching public token") {
		t.Errorf("second: %s", got)
	}
	for range 2 {
		if got := take(late); !strings.Contains(got, "is expired") {
			t.Errorf("late: %s", got)
		}
	}
	if got := take("access-sandbox-x"); !strings.Contains(got, "expected format: public-") {
		t.Errorf("malformed: %s", got)
	}
}
