package sandbox_test

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/gingham-dev/gingham/endpoints/api/apitest"
	"github.com/gingham-dev/gingham/ledger"
	"github.com/gingham-dev/gingham/models"
	"github.com/gingham-dev/gingham/store"
)

const fire = "/sandbox/item/fire_webhook"

// told takes the one event that waits with an Item.
func told(t *testing.T, s *apitest.Server, h *store.Head) (store.Event, map[string]any) {
	t.Helper()
	ref := store.ItemRef{Client: h.Client, Item: h.ID}
	events, err := s.Store.TakeEvents(t.Context(), ref)
	if err != nil {
		t.Fatal(err)
	}
	if len(events) != 1 {
		t.Fatalf("%d events wait", len(events))
	}
	if err := s.Store.DropEvents(t.Context(), ref, []string{events[0].ID}); err != nil {
		t.Fatal(err)
	}
	var body map[string]any
	if err := json.Unmarshal(events[0].Body, &body); err != nil {
		t.Fatal(err)
	}
	return events[0], body
}

// forgetEvents leaves an Item without events.
func forgetEvents(t *testing.T, s *apitest.Server, h *store.Head) {
	t.Helper()
	ref := store.ItemRef{Client: h.Client, Item: h.ID}
	events, err := s.Store.TakeEvents(t.Context(), ref)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range events {
		if err := s.Store.DropEvents(t.Context(), ref, []string{e.ID}); err != nil {
			t.Fatal(err)
		}
	}
}

const hook = "https://app.example/hook"

func TestFireWebhook(t *testing.T) {
	s := serve(t, apitest.Options{})
	token, h := s.Link(ledger.LinkRequest{Webhook: hook, Products: []models.Product{
		models.ProductTransactions, models.ProductAuth, models.ProductIdentity, models.ProductLiabilities,
		models.ProductInvestments, models.ProductAssets,
	}})
	forgetEvents(t, s, h)
	length := func(v any) int {
		switch v := v.(type) {
		case []any:
			return len(v)
		case map[string]any:
			return len(v)
		}
		return -1
	}
	for _, tt := range []struct {
		kind, code string
		want       func(body map[string]any) bool
	}{
		{"TRANSACTIONS", "DEFAULT_UPDATE", func(b map[string]any) bool { return b["new_transactions"] == float64(394) }},
		{"AUTH", "DEFAULT_UPDATE", func(b map[string]any) bool { return length(b["account_ids_with_new_auth"]) == 3 }},
		{"IDENTITY", "DEFAULT_UPDATE", func(b map[string]any) bool { return length(b["account_ids_with_updated_identity"]) == 12 }},
		{"LIABILITIES", "DEFAULT_UPDATE", func(b map[string]any) bool { return length(b["account_ids_with_new_liabilities"]) == 4 }},
		{"HOLDINGS", "DEFAULT_UPDATE", func(b map[string]any) bool { return b["new_holdings"].(float64) > 1 }},
		{"INVESTMENTS_TRANSACTIONS", "DEFAULT_UPDATE", func(b map[string]any) bool { return b["new_investments_transactions"].(float64) > 1 }},
		{"TRANSACTIONS", "SYNC_UPDATES_AVAILABLE", func(b map[string]any) bool {
			return b["initial_update_complete"] == true && b["historical_update_complete"] == true
		}},
		{"TRANSACTIONS", "RECURRING_TRANSACTIONS_UPDATE", func(b map[string]any) bool { return length(b["account_ids"]) > 0 }},
		{"ITEM", "NEW_ACCOUNTS_AVAILABLE", nil},
		{"ITEM", "LOGIN_REPAIRED", nil},
		{"ITEM", "PENDING_DISCONNECT", func(b map[string]any) bool {
			return b["disconnect_time"] == s.Now().Add(7*24*time.Hour).Format("2006-01-02T15:04:05.000Z")
		}},
		{"ITEM", "USER_PERMISSION_REVOKED", nil},
		{"ITEM", "USER_ACCOUNT_REVOKED", func(b map[string]any) bool { return b["account_id"] == string(h.Accounts[0].ID) }},
		{"AUTH", "SMS_MICRODEPOSITS_VERIFICATION", func(b map[string]any) bool { return b["status"] == "MANUALLY_VERIFIED" }},
		{"ASSETS", "PRODUCT_READY", func(b map[string]any) bool { return len(b["asset_report_id"].(string)) == 36 }},
		{"ASSETS", "ERROR", func(b map[string]any) bool { return b["error"].(map[string]any)["error_type"] == "ASSET_REPORT_ERROR" }},
	} {
		t.Run(tt.kind+" "+tt.code, func(t *testing.T) {
			a := s.Post(fire, access(token)+`,"webhook_type":"`+tt.kind+`","webhook_code":"`+tt.code+`"`).OK()
			if a.At("webhook_fired") != true {
				t.Errorf("answered %s", a.Body)
			}
			e, body := told(t, s, h)
			if e.Type != tt.kind || e.Code != tt.code || e.URL != hook {
				t.Errorf("told %+v", e)
			}
			if tt.want != nil && !tt.want(body) {
				t.Errorf("told %s", e.Body)
			}
		})
	}
	// The code alone says which type, if there is but one; of updates, it is that of transactions.
	for code, kind := range map[string]string{"DEFAULT_UPDATE": "TRANSACTIONS", "LOGIN_REPAIRED": "ITEM", "ERROR": "ASSETS"} {
		s.Post(fire, access(token)+`,"webhook_code":"`+code+`"`).OK()
		if e, _ := told(t, s, h); e.Type != kind {
			t.Errorf("%s is of type %s", code, e.Type)
		}
	}
}

func TestFireWebhookErrors(t *testing.T) {
	s := serve(t, apitest.Options{})
	sandboxError := func(code, message string) apitest.Failure {
		return apitest.Failure{Type: "SANDBOX_ERROR", Code: code, Message: message}
	}
	notEnabled := sandboxError("SANDBOX_PRODUCT_NOT_ENABLED", "The product is not enabled on this item")
	noWebhook := sandboxError("SANDBOX_WEBHOOK_INVALID",
		"Webhook for this item is either not set up, or invalid. Please update the item's webhook and try again.")
	token, h := s.Link(ledger.LinkRequest{Webhook: hook})
	silent, _ := s.Link(ledger.LinkRequest{})
	foreign, _ := s.Link(ledger.LinkRequest{Client: apitest.Stranger, Webhook: hook})
	forgetEvents(t, s, h)
	for _, tt := range []struct {
		token, members string
		want           apitest.Failure
	}{
		{token, ``, apitest.MissingFields("webhook_code")},
		{token, `,"webhook_code":"TRANSACTIONS_REMOVED"`, apitest.InvalidField("webhook_code must be one of: DEFAULT_UPDATE, " +
			"NEW_ACCOUNTS_AVAILABLE, SMS_MICRODEPOSITS_VERIFICATION, AUTHORIZATION_GRANTED, USER_PERMISSION_REVOKED, USER_ACCOUNT_REVOKED, " +
			"PENDING_DISCONNECT, RECURRING_TRANSACTIONS_UPDATE, LOGIN_REPAIRED, SYNC_UPDATES_AVAILABLE, PRODUCT_READY, ERROR")},
		{token, `,"webhook_code":"AUTHORIZATION_GRANTED"`, apitest.InvalidField("there is no webhook with webhook_code AUTHORIZATION_GRANTED")},
		{
			token, `,"webhook_code":"SYNC_UPDATES_AVAILABLE","webhook_type":"ITEM"`,
			apitest.InvalidField("there is no webhook with webhook_code SYNC_UPDATES_AVAILABLE and webhook_type ITEM"),
		},
		{token, `,"webhook_code":"SYNC_UPDATES_AVAILABLE"`, notEnabled},
		{token, `,"webhook_code":"DEFAULT_UPDATE","webhook_type":"HOLDINGS"`, notEnabled},
		{token, `,"webhook_code":"PRODUCT_READY"`, notEnabled},
		{silent, `,"webhook_code":"LOGIN_REPAIRED"`, noWebhook},
		{silent, `,"webhook_code":"DEFAULT_UPDATE","webhook_type":"AUTH"`, noWebhook},
		{foreign, `,"webhook_code":"LOGIN_REPAIRED"`, apitest.UnknownAccess},
	} {
		s.Post(fire, access(tt.token)+tt.members).Is(tt.want)
	}
	// An Item whose login is broken can be told of all the same.
	s.Post("/sandbox/item/reset_login", access(token)).OK()
	forgetEvents(t, s, h)
	s.Post(fire, access(token)+`,"webhook_code":"LOGIN_REPAIRED"`).OK()
	if e, _ := told(t, s, h); e.Code != "LOGIN_REPAIRED" {
		t.Errorf("told %+v", e)
	}
}
