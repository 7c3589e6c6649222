package conformance

import (
	"bytes"
	"encoding/base64"
	"slices"
	"strings"
	"testing"

	"github.com/plaid/plaid-go/v42/plaid"

	"github.com/gingham-dev/gingham/conformance/caller"
)

// badCursor is what a cursor that isn't this Item's gets.
var badCursor = caller.Error{
	Status: 400, Type: "INVALID_REQUEST", Code: "INVALID_FIELD", Message: "cursor not associated with access_token",
}

// follower returns a Follower of an Item that has caught up, fetching count at a time.
func follower(t *testing.T, token, account string, count int32) *caller.Follower {
	t.Helper()
	f := &caller.Follower{Pages: app.Pages(token, account)}
	if _, err := f.Follow(t.Context(), count); err != nil {
		t.Fatal(err)
	}
	return f
}

// agrees fails unless a Follower has exactly what /transactions/get has.
func agrees(t *testing.T, f *caller.Follower, token string) {
	t.Helper()
	rows, err := app.Transactions(t.Context(), token)
	if err != nil {
		t.Fatal(err)
	}
	there, err := caller.PrintsOf(rows)
	if err != nil {
		t.Error(err)
	}
	for _, d := range caller.Differences(f.Prints(), there) {
		t.Error(d)
	}
	for _, fault := range f.Faults {
		t.Error(fault)
	}
}

// replay returns the ids of all rows in the order in which pages of count have them.
func replay(t *testing.T, token string, count int32) []string {
	t.Helper()
	var ids []string
	for cursor := ""; ; {
		page, err := app.Pages(token, "")(t.Context(), cursor, count)
		if err != nil {
			t.Fatal(err)
		}
		for _, row := range page.Added {
			ids = append(ids, row.TransactionId)
		}
		if len(page.Modified)+len(page.Removed) > 0 {
			t.Errorf("from the beginning, %d are modified and %d removed", len(page.Modified), len(page.Removed))
		}
		if !page.HasMore {
			return ids
		}
		cursor = page.NextCursor
	}
}

func TestSyncReplaysEverything(t *testing.T) {
	t.Parallel()
	for _, user := range []string{caller.Good, caller.Dynamic} {
		token := newItem(t, caller.Item{User: user, Days: 730})
		var first []string
		for _, count := range []int32{500, 100, 17, 3} {
			ids := replay(t, token, count)
			if first == nil {
				first = ids
			}
			if !slices.Equal(ids, first) {
				t.Errorf("%s: pages of %d have another order or other rows than pages of 500", user, count)
			}
			agrees(t, follower(t, token, "", count), token)
		}
		if len(first) < 40 {
			t.Errorf("%s has %d rows", user, len(first))
		}
	}
}

func TestSyncFromItsEndIsEmpty(t *testing.T) {
	t.Parallel()
	token := newItem(t, caller.Item{})
	f := follower(t, token, "", 500)
	for range 2 {
		if changed, err := f.Follow(t.Context(), 500); err != nil || changed {
			t.Errorf("changed: %v, %v", changed, err)
		}
	}
	agrees(t, f, token)
}

func TestSyncCursorIsShortBase64(t *testing.T) {
	t.Parallel()
	token := newItem(t, caller.Item{})
	page, err := app.Pages(token, "")(t.Context(), "", 5)
	if err != nil {
		t.Fatal(err)
	}
	padded := page.NextCursor + strings.Repeat("=", (4-len(page.NextCursor)%4)%4)
	_, standard := base64.StdEncoding.DecodeString(padded)
	_, url := base64.URLEncoding.DecodeString(padded)
	if len(page.NextCursor) > 256 || standard != nil && url != nil {
		t.Errorf("the cursor is %q", page.NextCursor)
	}
}

func TestSyncOfOneAccount(t *testing.T) {
	t.Parallel()
	token := newItem(t, caller.Item{})
	whole := follower(t, token, "", 500)
	together := &caller.Follower{Rows: map[string]plaid.Transaction{}}
	cursors := map[string]string{"": whole.Cursor}
	for _, account := range accountIDs(t, token, "") {
		f := follower(t, token, account, 9)
		for id, row := range f.Rows {
			if row.AccountId != account {
				t.Errorf("asked for %s and got a row of %s", account, row.AccountId)
			}
			together.Rows[id] = row
		}
		if len(f.Faults) > 0 {
			t.Error(f.Faults)
		}
		cursors[account] = f.Cursor
	}
	for _, d := range caller.Differences(together.Prints(), whole.Prints()) {
		t.Error(d)
	}
	for of, cursor := range cursors {
		for with := range cursors {
			_, err := app.Pages(token, with)(t.Context(), cursor, 10)
			if of == with && err != nil || of != with && !caller.Is(err, badCursor.Code) {
				t.Errorf("the cursor of account %q, used for %q: %v", of, with, err)
			}
		}
	}
}

func TestSyncAccounts(t *testing.T) {
	t.Parallel()
	token := newItem(t, caller.Item{Products: everyProduct})
	page, err := app.Pages(token, "")(t.Context(), "", 500)
	if err != nil {
		t.Fatal(err)
	}
	having := map[string]bool{}
	for _, row := range page.Added {
		having[row.AccountId] = true
	}
	for _, a := range page.Accounts {
		if a.Type == plaid.ACCOUNTTYPE_INVESTMENT {
			t.Errorf("%s is an investment account", a.Name)
		}
		delete(having, a.AccountId)
	}
	if len(having) > 0 {
		t.Errorf("accounts with rows are not shown: %v", having)
	}
}

func TestSyncOfTheSameCursorIsTheSame(t *testing.T) {
	t.Parallel()
	token := newItem(t, caller.Item{User: caller.Dynamic})
	f := follower(t, token, "", 500)
	if err := app.Refresh(t.Context(), token); err != nil {
		t.Fatal(err)
	}
	for _, cursor := range []string{"", f.Cursor} {
		var first []byte
		for range 3 {
			reply, body, err := app.Call(t.Context(), "/transactions/sync", caller.Object{
				"access_token": token, "cursor": cursor, "count": 3,
			})
			if err != nil {
				t.Fatal(err)
			}
			body = bytes.Replace(body, []byte(reply["request_id"].(string)), nil, 1)
			if first == nil {
				first = body
			}
			if !bytes.Equal(body, first) {
				t.Errorf("the cursor %q gave\n%s\nand then\n%s", cursor, first, body)
			}
		}
	}
}

func TestSyncOfAForeignCursor(t *testing.T) {
	t.Parallel()
	token := newItem(t, caller.Item{})
	own := follower(t, token, "", 500).Cursor
	other := follower(t, newItem(t, caller.Item{}), "", 500).Cursor
	middle := len(own) / 2
	changed := own[:middle] + string(own[middle]^1) + own[middle+1:]
	for name, cursor := range map[string]string{
		"another Item's": other,
		"garbage":        "garbage",
		"too long":       strings.Repeat("A", 257),
		"changed":        changed,
		"cut off":        own[:len(own)-4],
		"longer":         own + "AAAA",
		"not base64":     "\u00e9\u0000\"",
	} {
		t.Run(name, func(t *testing.T) {
			refused(t, "/transactions/sync", caller.Object{"access_token": token, "cursor": cursor}, badCursor)
		})
	}
}

func TestSyncOptions(t *testing.T) {
	t.Parallel()
	token := newItem(t, caller.Item{})
	for _, version := range []string{"v1", "v2"} {
		for _, original := range []bool{false, true} {
			reply := call(t, "/transactions/sync", caller.Object{"access_token": token, "options": caller.Object{
				"include_original_description": original, "personal_finance_category_version": version,
			}})
			for _, row := range list(t, reply, "added") {
				if (row["original_description"] != nil) != original {
					t.Fatalf("asked for original_description %v and got %v", original, row["original_description"])
				}
				if c, ok := row["personal_finance_category"].(caller.Object); !ok || c["version"] != version {
					t.Fatalf("asked for categories of %s and got %v", version, row["personal_finance_category"])
				}
			}
		}
	}
}
