package conformance

import (
	"slices"
	"testing"
	"time"

	"github.com/gingham-dev/gingham/conformance/caller"
)

// TestWebhooksOfAMonth moves the clock by 31 days, in steps, in which rows come and
// post, a consent nears its end, and logins expire. Signatures are of the machine's
// time all the while, as receivers are.
func TestWebhooksOfAMonth(t *testing.T) {
	t.Parallel()
	const day, days = 24 * time.Hour, 31
	o := newOwn(t)
	items := make([]linked, 0, len(people))
	cursors := map[linked]string{}
	for _, person := range people {
		item := o.link(t, person)
		items = append(items, item)
		_, cursors[item] = o.syncFrom(t, item, "")
		o.call(t, "/transactions/recurring/get", caller.Object{"access_token": item.access})
	}
	o.settle(t)
	began := o.now(t)
	// told are the days on which each Item told of something, by type and code.
	told := map[linked]map[string][]int{}
	for n := 1; n <= days; n++ {
		before := len(o.hooks.All())
		o.advance(t, day)
		came := o.fresh(before)
		for _, item := range items {
			if told[item] == nil {
				told[item] = map[string][]int{}
			}
			updates := false
			for _, hook := range came {
				if hook.ItemID == item.id {
					name := hook.Type + " " + hook.Code
					told[item][name] = append(told[item][name], n)
					updates = updates || hook.Code == "SYNC_UPDATES_AVAILABLE"
				}
			}
			if told[item]["ITEM ERROR"] != nil {
				if _, _, err := o.Call(t.Context(), "/transactions/sync", caller.Object{"access_token": item.access}); !caller.Is(err, "ITEM_LOGIN_REQUIRED") {
					t.Errorf("day %d: /transactions/sync of an Item in error: %v", n, err)
				}
				continue
			}
			var changes int
			if changes, cursors[item] = o.syncFrom(t, item, cursors[item]); (changes > 0) != updates {
				t.Errorf("day %d: updates were told of: %v, but /transactions/sync has %d", n, updates, changes)
			}
		}
		for _, state := range []string{"waiting", "failed"} {
			if left := list(t, o.call(t, "/gingham/webhooks/list", caller.Object{"state": state}), "webhooks"); len(left) > 0 {
				t.Errorf("day %d: %d webhooks are %s", n, len(left), state)
			}
		}
	}
	if went := o.now(t).Sub(began); went < days*day {
		t.Errorf("the clock went %v", went)
	}
	for i, item := range items {
		if got := told[item]["ITEM ERROR"]; !slices.Equal(got, []int{30}) {
			t.Errorf("Item %d told of an error on days %v", i, got)
		}
		if got, british := told[item]["ITEM PENDING_EXPIRATION"], people[i].Institution == royalBank; british != slices.Equal(got, []int{23}) || !british && got != nil {
			t.Errorf("Item %d told on days %v that its consent will expire", i, got)
		}
		for _, name := range []string{"TRANSACTIONS DEFAULT_UPDATE", "TRANSACTIONS SYNC_UPDATES_AVAILABLE", "TRANSACTIONS RECURRING_TRANSACTIONS_UPDATE"} {
			if lives := people[i].User != ""; lives != (told[item][name] != nil) {
				t.Errorf("Item %d told on days %v of %s", i, told[item][name], name)
			}
		}
	}
	o.audit(t)
}

// syncFrom returns how many changes an Item has since a cursor, and the next one.
func (o *own) syncFrom(t *testing.T, item linked, cursor string) (changes int, next string) {
	t.Helper()
	for {
		page := o.call(t, "/transactions/sync", caller.Object{"access_token": item.access, "cursor": cursor, "count": 500})
		for _, key := range []string{"added", "modified", "removed"} {
			changes += len(list(t, page, key))
		}
		cursor = page["next_cursor"].(string)
		if page["has_more"] != true {
			return changes, cursor
		}
	}
}
