package conformance

import (
	"testing"
	"time"

	"github.com/gingham-dev/gingham/conformance/caller"
)

// TestControl asks for every operation of the control API, whose answers the proxy
// holds to the description that the server has of it.
func TestControl(t *testing.T) {
	t.Parallel()
	o := newOwn(t)
	o.call(t, "/gingham/readiness/set", caller.Object{"initial_delay_seconds": 3600, "historical_delay_seconds": 7200.5})
	if got := o.call(t, "/gingham/readiness/get", caller.Object{}); text(got["historical_delay_seconds"]) != "7200.5" {
		t.Errorf("readiness is %v", got)
	}
	item := o.link(t, caller.Item{User: "user_yuppie"})
	if _, _, err := o.Call(t.Context(), "/transactions/get", caller.Object{
		"access_token": item.access, "start_date": "2020-01-01", "end_date": "2030-01-01",
	}); !caller.Is(err, "PRODUCT_NOT_READY") {
		t.Errorf("before it is ready: %v", err)
	}
	ready := o.now(t).Add(2*time.Hour + time.Second)
	if moved := o.call(t, "/gingham/clock/set", caller.Object{"now": ready}); moved["reached"] != true || o.now(t).Before(ready) {
		t.Errorf("the clock is at %v", moved)
	}

	snapshot := o.call(t, "/gingham/snapshot/create", caller.Object{"name": "one Item"})
	if text(snapshot["items"]) != "1" || snapshot["name"] != "one Item" {
		t.Errorf("the snapshot is %v", snapshot)
	}
	o.edit(t, item)
	o.befall(t, item)

	o.call(t, "/item/remove", caller.Object{"access_token": item.access})
	restored := o.call(t, "/gingham/snapshot/restore", caller.Object{"snapshot_id": snapshot["snapshot_id"]})
	if text(restored["restored"]) != "1" || text(restored["removed"]) != "0" {
		t.Errorf("the snapshot restored %v", restored)
	}
	o.call(t, "/accounts/get", caller.Object{"access_token": item.access})
	o.settle(t)
	o.audit(t)
	if reset := o.call(t, "/gingham/snapshot/reset", caller.Object{}); text(reset["removed"]) != "1" {
		t.Errorf("the reset removed %v", reset["removed"])
	}
	if _, _, err := o.Call(t.Context(), "/accounts/get", caller.Object{"access_token": item.access}); !caller.Is(err, "ITEM_NOT_FOUND") {
		t.Errorf("after the reset: %v", err)
	}
	if left := o.sent(t); len(left) > 0 {
		t.Errorf("%d webhooks are left", len(left))
	}
}

// edit adds a transaction, changes it and removes it, which /transactions/sync tells.
func (o *own) edit(t *testing.T, item linked) {
	t.Helper()
	_, cursor := o.syncFrom(t, item, "")
	for _, step := range []struct {
		path string
		edit func(row any) caller.Object
		told string
	}{
		{"/gingham/transactions/add", func(any) caller.Object {
			return caller.Object{"transactions": []caller.Object{{
				"account_id": o.account(t, item, "depository"), "amount": 42.17, "description": "GREEN BASKET 118",
				"date_transacted": o.now(t).Format(time.DateOnly), "iso_currency_code": "USD",
			}}}
		}, "added"},
		{"/gingham/transactions/modify", func(row any) caller.Object {
			return caller.Object{"transactions": []caller.Object{{"transaction_id": row, "amount": 45.17}}}
		}, "modified"},
		{"/gingham/transactions/remove", func(row any) caller.Object {
			return caller.Object{"transaction_ids": []any{row}}
		}, "removed"},
	} {
		page := o.call(t, "/transactions/sync", caller.Object{"access_token": item.access, "cursor": cursor})
		cursor = page["next_cursor"].(string)
		var row any
		for _, key := range []string{"added", "modified"} {
			for _, r := range list(t, page, key) {
				row = r["transaction_id"]
			}
		}
		request := step.edit(row)
		request["access_token"] = item.access
		if done := o.call(t, step.path, request); text(done[step.told]) != "1" {
			t.Errorf("%s did %v", step.path, done)
		}
	}
	page := o.call(t, "/transactions/sync", caller.Object{"access_token": item.access, "cursor": cursor})
	if rows := list(t, page, "removed"); len(rows) != 1 {
		t.Errorf("removed are %v", rows)
	}
}

// befall has a call fail, and takes back another fault.
func (o *own) befall(t *testing.T, item linked) {
	t.Helper()
	o.call(t, "/gingham/faults/create", caller.Object{"route": "/accounts/get", "error_code": "ACCOUNTS_LIMIT", "count": 1})
	other := o.call(t, "/gingham/faults/create", caller.Object{
		"route": "*", "latency_seconds": 0.001, "probability": 0.5, "access_token": item.access,
	})
	if faults := list(t, o.call(t, "/gingham/faults/list", caller.Object{}), "faults"); len(faults) != 2 {
		t.Errorf("the faults are %v", faults)
	}
	if _, _, err := o.Call(t.Context(), "/accounts/get", caller.Object{"access_token": item.access}); !caller.Is(err, "ACCOUNTS_LIMIT") {
		t.Errorf("the fault is %v", err)
	}
	o.call(t, "/accounts/get", caller.Object{"access_token": item.access})
	if gone := o.call(t, "/gingham/faults/remove", caller.Object{"fault_id": other["fault_id"]}); text(gone["removed"]) != "1" {
		t.Errorf("removed are %v", gone)
	}
	for path, request := range map[string]caller.Object{
		"/gingham/clock/set":           {"now": "2020-01-01T00:00:00Z"},
		"/gingham/clock/advance":       {},
		"/gingham/faults/create":       {"route": "*", "error_code": "NO_SUCH_CODE"},
		"/gingham/faults/remove":       {"fault_id": "nothing"},
		"/gingham/webhooks/replay":     {"webhook_id": "nothing"},
		"/gingham/snapshot/restore":    {"snapshot_id": "nothing"},
		"/gingham/transactions/remove": {"access_token": item.access, "transaction_ids": []string{"nothing"}},
	} {
		if _, _, err := o.Call(t.Context(), path, request); !caller.Is(err, "INVALID_FIELD") {
			t.Errorf("%s %v: %v", path, request, err)
		}
	}
}
