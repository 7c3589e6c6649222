package proxy

import (
	"context"
	"fmt"
	"net/http"
	"os"
	"strings"
	"testing"
)

// described is the description, which takes a second to read.
var described *Description

func TestMain(m *testing.M) {
	var err error
	if described, err = Load(context.Background()); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	os.Exit(m.Run())
}

const (
	id      = "m8MDnv9okwxFNBV"
	removed = `{"transaction_id":"t","account_id":"a"}`
	page    = `{"accounts":[],"added":[],"modified":[],"removed":[],"next_cursor":"","has_more":false,` +
		`"transactions_update_status":"NOT_READY","request_id":"` + id + `"}`
	holdings = `{"accounts":[],"holdings":[],"item":{"available_products":[],"billed_products":[],"consent_expiration_time":null,"error":null,"item_id":"i","update_type":"background","webhook":null},"securities":[%s],"request_id":"` + id + `"}`
	refused  = `{"display_message":null,"documentation_url":"u","error_code":"INVALID_BODY","error_message":"m",` +
		`"error_type":"INVALID_REQUEST","request_id":"` + id + `","suggested_action":null}`
)

func TestResponse(t *testing.T) {
	replace := strings.NewReplacer
	tests := []struct {
		name, path string
		status     int
		body       string
		want       []string // the beginnings of what is found; more may be found after "…"
	}{
		{"good", "/transactions/sync", 200, page, nil},
		{"good error", "/transactions/sync", 400, refused, nil},
		{"removed rows", "/transactions/sync", 200, replace(`"removed":[]`, `"removed":[`+removed+`]`).Replace(page), nil},
		{"required key", "/transactions/sync", 200, replace(`"added":[],`, ``).Replace(page), []string{"/added: property"}},
		{"null", "/transactions/sync", 200, replace(`"added":[]`, `"added":null`).Replace(page), []string{"/added: Value is not nullable"}},
		{"wrong type", "/transactions/sync", 200, replace(`false`, `"no"`).Replace(page), []string{"/has_more: value must be a boolean"}},
		{"unknown enum value", "/transactions/sync", 200, replace(`NOT_READY`, `SOON`).Replace(page), []string{"/transactions_update_status: value is not one of"}},
		{"unknown key", "/transactions/sync", 200, replace(`"removed":[]`, `"removed":[{"transaction_id":"t","account_id":"a","extra":1}]`).Replace(page), []string{"/removed/0/extra: is a key"}},
		{"the same in many rows", "/transactions/sync", 200, replace(`"removed":[]`, `"removed":[{"transaction_id":"t"},{"transaction_id":"u"}]`).Replace(page), []string{"/removed/0/account_id: property"}},
		{"key twice", "/transactions/sync", 200, replace(`"added":[]`, `"added":[],"added":[]`).Replace(page), []string{": is not JSON: the key", "/request_id"}},
		{"two values", "/transactions/sync", 200, page + page, []string{": has something after", "/request_id"}},
		{"not UTF-8", "/transactions/sync", 200, replace(`""`, "\"\xff\"").Replace(page), []string{": is not UTF-8", "/request_id"}},
		{"request_id", "/transactions/sync", 200, replace(id, `short`).Replace(page), []string{"/request_id: is not 15"}},
		{"another request_id", "/transactions/sync", 200, replace(id, `000000000000000`).Replace(page), []string{"/request_id: is not the header's"}},
		{"no description", "/nowhere", 200, `{}`, []string{": the description has no such operation"}},
		{"created", "/item/remove", 201, refused, []string{": the status is 201"}},
		{"error without a key", "/item/get", 400, replace(`"suggested_action":null`, `"error_code_reason":null`).Replace(refused), []string{"/suggested_action: is always there"}},
		{"error with a key too many", "/item/get", 400, replace(`"suggested_action"`, `"status":400,"suggested_action"`).Replace(refused), []string{"/status: is in the errors of webhooks"}},
		{"error of no type", "/item/get", 400, replace(`INVALID_REQUEST`, `BAD`).Replace(refused), []string{"/error_type: value is not one of"}},
		{"error of another server", "/item/get", 404, `{"message":"Not Found"}`, []string{
			"/display_message: property", "/error_code", "/error_message", "/error_type", "/message: is a key", "/request_id: is not 15", "/documentation_url", "/suggested_action",
		}},
		{"integer with decimals", "/institutions/get", 200, `{"institutions":[],"total":12.0,"request_id":"` + id + `"}`, []string{"/total: an integer is written as 12.0"}},
		{"date-time without a zone", "/link/token/create", 200, `{"link_token":"l","expiration":"2026-11-20T10:00:00","request_id":"` + id + `"}`, []string{"/expiration: string doesn't match"}},
		{"no day of the calendar", "/investments/holdings/get", 200, fmt.Sprintf(holdings, `{"close_price_as_of":"2026-02-30"}`), []string{"/securities/0/close_price_as_of: string doesn't match", "…"}},
		{"a field of newer SDKs", "/investments/holdings/get", 200, fmt.Sprintf(holdings, `{}`), []string{"/securities/0/figi: property", "…"}},
	}
	c := Checker{Description: described}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			header := http.Header{"Content-Type": {"application/json"}, "Plaid-Request-Id": {id}}
			got := c.Response(tt.path, Reply{Status: tt.status, Header: header, Body: []byte(tt.body)})
			match(t, got, tt.want)
		})
	}
}

func TestResponseHeaders(t *testing.T) {
	tests := []struct {
		name, path, kind, id string
		want                 []string
	}{
		{"good", "/transactions/sync", "application/json", id, nil},
		{"with a charset", "/transactions/sync", "application/json; charset=UTF-8", id, []string{": Content-Type is"}},
		{"without an id", "/transactions/sync", "application/json", "", []string{"/request_id: is not the header's"}},
		{"PDF", "/asset_report/pdf/get", "application/pdf", id, nil},
		{"PDF without an id", "/asset_report/pdf/get", "application/pdf", "", []string{": the header Plaid-Request-ID"}},
	}
	c := Checker{Description: described}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			header := http.Header{}
			header.Set("Content-Type", tt.kind)
			header.Set("Plaid-Request-ID", tt.id)
			match(t, c.Response(tt.path, Reply{Status: 200, Header: header, Body: []byte(page)}), tt.want)
		})
	}
}

func TestRequest(t *testing.T) {
	tests := []struct {
		name, path, body string
		want             []string
	}{
		{"good", "/item/get", `{"access_token":"a"}`, nil},
		{"credentials", "/item/get", `{"access_token":"a","client_id":"c","secret":"s"}`, nil},
		{"missing", "/item/get", `{}`, []string{"/access_token: property"}},
		{"unknown", "/item/get", `{"access_token":"a","verbose":true}`, []string{"/verbose: is a key"}},
		{"unknown inside", "/transactions/sync", `{"access_token":"a","options":{"days":1}}`, []string{"/options/days: is a key"}},
		{"out of range", "/transactions/sync", `{"access_token":"a","count":501}`, []string{"/count: number must be at most 500"}},
		{"no operation", "/nowhere", `{}`, []string{": the description has no such operation"}},
	}
	c := Checker{Description: described}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			match(t, c.Request(tt.path, http.Header{"Content-Type": {"application/json"}}, []byte(tt.body)), tt.want)
		})
	}
}

func match(t *testing.T, got []Violation, want []string) {
	t.Helper()
	more := len(want) > 0 && want[len(want)-1] == "…"
	if more {
		want = want[:len(want)-1]
	}
	left := map[string]bool{}
	for _, v := range got {
		left[v.Pointer+": "+v.Message] = true
	}
	for _, w := range want {
		found := false
		for text := range left {
			if strings.HasPrefix(text, w) {
				found = true
				delete(left, text)
				break
			}
		}
		if !found {
			t.Errorf("%q was not found, but %v", w, got)
		}
	}
	if len(left) > 0 && !more {
		t.Errorf("found besides: %v", left)
	}
}
