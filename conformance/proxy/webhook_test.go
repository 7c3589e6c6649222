package proxy

import (
	"strings"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"
)

const (
	told    = `{"environment":"sandbox","historical_update_complete":true,"initial_update_complete":true,"item_id":"i","webhook_code":"SYNC_UPDATES_AVAILABLE","webhook_type":"TRANSACTIONS"}`
	failure = `{"display_message":null,"documentation_url":"u","error_code":"ITEM_LOGIN_REQUIRED","error_message":"m","error_type":"ITEM_ERROR","status":400,"suggested_action":null}`
	broken  = `{"environment":"sandbox","error":` + failure + `,"item_id":"i","webhook_code":"ERROR","webhook_type":"ITEM"}`
)

func TestWebhook(t *testing.T) {
	replace := strings.NewReplacer
	tests := []struct {
		name, body string
		want       []string
	}{
		{"good", told, nil},
		{"with a user", replace(`"item_id"`, `"user_id":"u","item_id"`).Replace(told), nil},
		{"of a processor", replace(`"item_id"`, `"account_id"`).Replace(told), nil},
		{"of nobody", replace(`"item_id":"i",`, ``).Replace(told), []string{"/"}},
		{"required key", replace(`"initial_update_complete":true,`, ``).Replace(told), []string{"/initial_update_complete: property"}},
		{"wrong type", replace(`"initial_update_complete":true`, `"initial_update_complete":1`).Replace(told), []string{"/initial_update_complete: value must be a boolean"}},
		{"unknown key", replace(`"item_id"`, `"extra":1,"item_id"`).Replace(told), []string{"/extra: is a key"}},
		{"key twice", replace(`"item_id":"i"`, `"item_id":"i","item_id":"i"`).Replace(told), []string{": is not JSON: the key"}},
		{"another environment", replace(`sandbox`, `development`).Replace(told), []string{"/environment: value is not one of"}},
		{"no such webhook", replace(`SYNC_UPDATES_AVAILABLE`, `SYNC_UPDATES`).Replace(told), []string{": the description has no such webhook"}},
		{"no object", `[]`, []string{": the description has no such webhook"}},
		{"error", broken, nil},
		{"no error", replace(failure, `null`).Replace(broken), nil},
		{"error without a status", replace(`"status":400,`, ``).Replace(broken), []string{"/error/status: is always"}},
		{"error of a request", replace(`"status"`, `"request_id":"`+id+`","status"`).Replace(broken), []string{"/error/request_id: is there although"}},
		{"error without a code", replace(`"error_code":"ITEM_LOGIN_REQUIRED",`, ``).Replace(broken), []string{"/error/error_code: property"}},
		{"error with a key too many", replace(`"status"`, `"extra":1,"status"`).Replace(broken), []string{"/error/extra: is a key"}},
	}
	c := Checker{Description: described}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) { match(t, c.Webhook([]byte(tt.body)), tt.want) })
	}
}

// TestWebhookSchemas looks for as many webhooks as Plaid's documentation has, so that
// none is missed for how it is described.
func TestWebhookSchemas(t *testing.T) {
	schemas := 0
	for _, list := range described.webhooks {
		schemas += len(list)
	}
	if names := len(described.webhooks); names < 80 || schemas < 90 {
		t.Errorf("%d webhooks with %d schemas were found", names, schemas)
	}
}

func TestAdd(t *testing.T) {
	const head, operation = `{"openapi":"3.0.3","info":{"title":"t","version":"1"},"paths":{"`, `":{"post":{"responses":{"200":{"description":"d"}}}}}}`
	d := &Description{doc: &openapi3.T{Paths: openapi3.NewPaths()}}
	if err := d.Add(t.Context(), []byte(head+"/there"+operation)); err != nil {
		t.Fatal(err)
	}
	if d.operation("/there") == nil {
		t.Error("the operation was not added")
	}
	for name, tt := range map[string]struct{ data, want string }{
		"no JSON":            {`{`, "read"},
		"no description":     {`{}`, "validate"},
		"an operation twice": {head + "/there" + operation, "/there is described twice"},
	} {
		t.Run(name, func(t *testing.T) {
			if err := d.Add(t.Context(), []byte(tt.data)); err == nil || !strings.HasPrefix(err.Error(), tt.want) {
				t.Errorf("got %v, want %s…", err, tt.want)
			}
		})
	}
}
