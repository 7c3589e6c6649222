package ginghamtest_test

import (
	"fmt"
	"net/http"
	"testing"
	"time"

	"github.com/gingham-dev/gingham/ginghamtest"
)

// An app's test links an Item, lets time pass, and looks at what its webhook was told.
func TestExampleTimePasses(t *testing.T) {
	t.Parallel()
	srv := ginghamtest.New(t)
	item := srv.Link(ginghamtest.Login{Username: "user_transactions_dynamic", Products: []string{"transactions"}})
	srv.Advance(ginghamtest.Grace)
	srv.Webhooks.Wait("INITIAL_UPDATE")
	if hook := srv.Webhooks.Wait("HISTORICAL_UPDATE"); hook.ItemID != item.ItemID {
		t.Errorf("the webhook is about %s", hook.ItemID)
	}
	first := srv.Post("/transactions/sync", map[string]any{"access_token": item.AccessToken, "count": 500})

	srv.Post("/transactions/refresh", map[string]any{"access_token": item.AccessToken})
	srv.Webhooks.Wait("SYNC_UPDATES_AVAILABLE")
	second := srv.Post("/transactions/sync", map[string]any{"access_token": item.AccessToken, "cursor": first["next_cursor"]})
	if len(second["added"].([]any)) == 0 {
		t.Error("a refresh brought nothing")
	}

	// After 30 days a sandbox's person must sign in again.
	srv.Advance(30 * 24 * time.Hour)
	if hook := srv.Webhooks.Wait("ERROR"); hook.Fields["error"].(map[string]any)["error_code"] != "ITEM_LOGIN_REQUIRED" {
		t.Errorf("webhook %s", hook.Body)
	}
}

// An app's test has its webhook fail, and sees that it is told again.
func TestExampleRetries(t *testing.T) {
	t.Parallel()
	srv := ginghamtest.New(t)
	fails := 2
	srv.Webhooks.Answer(func(ginghamtest.Webhook) int {
		if fails--; fails >= 0 {
			return http.StatusServiceUnavailable
		}
		return http.StatusOK
	})
	srv.Link(ginghamtest.Login{Products: []string{"transactions"}})
	srv.Advance(time.Hour)
	byID := map[string]int{}
	for _, hook := range srv.Webhooks.All() {
		byID[hook.ID]++
	}
	if len(byID) != 2 || len(srv.Webhooks.All()) != 4 {
		t.Errorf("webhooks by id: %v", byID)
	}
	srv.Webhooks.Reset()
	srv.Advance(time.Hour)
	if codes := srv.Webhooks.Codes(); len(codes) != 0 {
		t.Errorf("after they were delivered came %q", codes)
	}
}

// An app's test has calls fail, each in its own way.
func TestExampleFaults(t *testing.T) {
	t.Parallel()
	srv := ginghamtest.New(t)
	item := srv.Link(ginghamtest.Login{})
	other := srv.Link(ginghamtest.Login{})
	sync := func(i ginghamtest.Item) string {
		_, err := srv.Try("/transactions/sync", map[string]any{"access_token": i.AccessToken})
		return fmt.Sprint(err)
	}
	remove := srv.Fault(ginghamtest.Fault{Route: "/transactions/sync", AccessToken: item.AccessToken, ErrorCode: "INTERNAL_SERVER_ERROR"})
	if got := sync(item); got != "500 INTERNAL_SERVER_ERROR: an unexpected error occurred" {
		t.Errorf("the faulty Item: %s", got)
	}
	if got := sync(other); got != "<nil>" {
		t.Errorf("another Item: %s", got)
	}
	remove()
	if got := sync(item); got != "<nil>" {
		t.Errorf("after the fault was removed: %s", got)
	}
	srv.Fault(ginghamtest.Fault{Route: "*", Count: 1, Drop: true})
	if got := sync(item); got == "<nil>" {
		t.Error("a dropped connection answered")
	}
	if got := sync(item); got != "<nil>" {
		t.Errorf("after the one fault: %s", got)
	}
}

// An app's test adds the rows that it wants to see.
func TestExampleTransactions(t *testing.T) {
	t.Parallel()
	srv := ginghamtest.New(t)
	item := srv.Link(ginghamtest.Login{})
	first := srv.Post("/transactions/sync", map[string]any{"access_token": item.AccessToken, "count": 500})
	account := first["accounts"].([]any)[0].(map[string]any)["account_id"].(string)
	tomorrow := srv.Now().Add(24 * time.Hour).Format(time.DateOnly)
	srv.AddTransactions(item, ginghamtest.Transaction{AccountID: account, Amount: 12.34, Description: "CORNER SHOP", Posted: tomorrow})
	answer := srv.Post("/transactions/sync", map[string]any{"access_token": item.AccessToken, "cursor": first["next_cursor"]})
	rows := answer["added"].([]any)
	if len(rows) != 1 || rows[0].(map[string]any)["amount"] != 12.34 || rows[0].(map[string]any)["pending"] != true {
		t.Fatalf("added: %v", rows)
	}
	srv.Advance(24 * time.Hour)
	answer = srv.Post("/transactions/sync", map[string]any{"access_token": item.AccessToken, "cursor": answer["next_cursor"]})
	if rows := answer["added"].([]any); len(rows) != 1 || rows[0].(map[string]any)["pending"] != false {
		t.Errorf("added when it posted: %v", rows)
	}
}
