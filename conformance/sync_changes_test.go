package conformance

import (
	"context"
	"errors"
	"fmt"
	"math"
	"slices"
	"testing"

	"github.com/plaid/plaid-go/v42/plaid"

	"github.com/gingham-dev/gingham/conformance/caller"
)

var mutation = caller.Error{
	Status: 400, Type: "TRANSACTIONS_ERROR", Code: caller.Mutation,
	Message: "Underlying transaction data changed since last page was fetched. Please restart pagination from last update.",
}

// refresh asks for what is new.
func refresh(t *testing.T, token string) {
	t.Helper()
	if err := app.Refresh(t.Context(), token); err != nil {
		t.Fatal(err)
	}
}

func TestSyncFromNow(t *testing.T) {
	t.Parallel()
	token := newItem(t, caller.Item{User: caller.Dynamic})
	whole := follower(t, token, "", 500)
	now := call(t, "/transactions/sync", caller.Object{"access_token": token, "cursor": "now"})
	for _, key := range []string{"added", "modified", "removed"} {
		if rows := list(t, now, key); len(rows) > 0 {
			t.Errorf("%s has %d rows", key, len(rows))
		}
	}
	cursor, _ := now["next_cursor"].(string)
	if now["has_more"] != false || cursor == "" || cursor == "now" {
		t.Errorf("has_more %v, next_cursor %q", now["has_more"], cursor)
	}
	refresh(t, token)
	later, err := app.Pages(token, "")(t.Context(), cursor, 500)
	if err != nil {
		t.Fatal(err)
	}
	if len(later.Modified) > 0 {
		t.Errorf("%d rows from before are modified; they were never added", len(later.Modified))
	}
	older := 0
	for _, row := range later.Added {
		if _, ok := whole.Rows[row.TransactionId]; ok {
			older++
		}
	}
	if older == 0 || older == len(later.Added) {
		t.Errorf("of %d added, %d are changes of older ones", len(later.Added), older)
	}
}

func TestSyncMutationFromTheBeginning(t *testing.T) {
	t.Parallel()
	token := newItem(t, caller.Item{User: caller.Dynamic})
	first, err := app.Pages(token, "")(t.Context(), "", 10)
	if err != nil || !first.HasMore {
		t.Fatalf("has_more %v, %v", first.HasMore, err)
	}
	refresh(t, token)
	for range 3 { // to ask again does not help
		refused(t, "/transactions/sync", caller.Object{"access_token": token, "cursor": first.NextCursor, "count": 10}, mutation)
	}
	agrees(t, follower(t, token, "", 10), token)
}

func TestSyncMutationOfAnUpdate(t *testing.T) {
	t.Parallel()
	token := newItem(t, caller.Item{User: caller.Dynamic})
	f := follower(t, token, "", 100)
	refresh(t, token)
	first, err := f.Pages(t.Context(), f.Cursor, 1)
	if err != nil || !first.HasMore {
		t.Fatalf("has_more %v, %v", first.HasMore, err)
	}
	second, err := f.Pages(t.Context(), first.NextCursor, 1)
	if err != nil || !second.HasMore {
		t.Fatalf("has_more %v, %v", second.HasMore, err)
	}
	if err := app.Create(t.Context(), token, "Between two pages", 12.34); err != nil {
		t.Fatal(err)
	}
	for _, cursor := range []string{first.NextCursor, second.NextCursor} {
		refused(t, "/transactions/sync", caller.Object{"access_token": token, "cursor": cursor, "count": 1}, mutation)
	}
	if _, err := f.Follow(t.Context(), 1); err != nil {
		t.Fatal(err)
	}
	agrees(t, f, token)
}

// The mutation between the pages is met by the Follower itself, which begins again.
func TestSyncRestart(t *testing.T) {
	t.Parallel()
	token := newItem(t, caller.Item{User: caller.Dynamic})
	f := follower(t, token, "", 100)
	refresh(t, token)
	pages, calls := f.Pages, 0
	f.Pages = func(ctx context.Context, cursor string, count int32) (caller.Page, error) {
		if calls++; calls == 2 {
			if err := app.Refresh(ctx, token); err != nil {
				return caller.Page{}, err
			}
		}
		return pages(ctx, cursor, count)
	}
	if _, err := f.Follow(t.Context(), 2); err != nil {
		t.Fatal(err)
	}
	if f.Restarts != 1 {
		t.Errorf("%d restarts", f.Restarts)
	}
	agrees(t, f, token)
}

func TestSyncPendingIsPosted(t *testing.T) {
	t.Parallel()
	token := newItem(t, caller.Item{User: caller.Dynamic})
	f := follower(t, token, "", 500)
	// The first refresh makes pending rows in any case; the second posts them.
	refresh(t, token)
	if _, err := f.Follow(t.Context(), 500); err != nil {
		t.Fatal(err)
	}
	before := f.Rows
	pending := map[string]plaid.Transaction{}
	for id, row := range before {
		if row.Pending {
			pending[id] = row
		}
	}
	if len(pending) == 0 {
		t.Fatal("nothing is pending after a refresh")
	}
	refresh(t, token)
	update, err := f.Pages(t.Context(), f.Cursor, 500)
	if err != nil {
		t.Fatal(err)
	}
	if err := posted(pending, update); err != nil {
		t.Error(err)
	}
	if !slices.ContainsFunc(update.Added, func(row plaid.Transaction) bool { return row.Pending }) {
		t.Error("nothing new is pending")
	}
	if len(update.Modified) != 1 {
		t.Fatalf("%d are modified", len(update.Modified))
	}
	row := update.Modified[0]
	if grown := row.Amount - before[row.TransactionId].Amount; math.Abs(grown-1) > 1e-9 {
		t.Errorf("%s grew by %v", row.TransactionId, grown)
	}
	if _, err := f.Follow(t.Context(), 7); err != nil {
		t.Fatal(err)
	}
	agrees(t, f, token)
}

// posted reports whether an update removes every pending row and adds a posted one for it.
func posted(pending map[string]plaid.Transaction, update caller.Page) error {
	var errs []error
	by := map[string]plaid.Transaction{}
	for _, row := range update.Added {
		if id := row.PendingTransactionId.Get(); id != nil {
			by[*id] = row
		}
	}
	removed := map[string]bool{}
	for _, row := range update.Removed {
		removed[row.TransactionId] = true
		if was, ok := pending[row.TransactionId]; ok && was.AccountId != row.AccountId {
			errs = append(errs, fmt.Errorf("%s was removed from account %s, and was in %s", row.TransactionId, row.AccountId, was.AccountId))
		}
	}
	for id, was := range pending {
		row, ok := by[id]
		switch {
		case !removed[id]:
			errs = append(errs, fmt.Errorf("%s is not removed", id))
		case !ok:
			errs = append(errs, fmt.Errorf("%s was not posted", id))
		case row.Pending || row.AccountId != was.AccountId || row.TransactionId == id:
			errs = append(errs, fmt.Errorf("%s was posted as %s, pending %v", id, row.TransactionId, row.Pending))
		}
	}
	return errors.Join(errs...)
}

func TestSyncRemovedRowsAreShort(t *testing.T) {
	t.Parallel()
	token := newItem(t, caller.Item{User: caller.Dynamic})
	f := follower(t, token, "", 500)
	for range 2 {
		refresh(t, token)
		if _, err := f.Follow(t.Context(), 500); err != nil {
			t.Fatal(err)
		}
	}
	cursor := f.Cursor
	refresh(t, token)
	removed := list(t, call(t, "/transactions/sync", caller.Object{"access_token": token, "cursor": cursor}), "removed")
	if len(removed) == 0 {
		t.Fatal("nothing is removed")
	}
	for _, row := range removed {
		if len(row) != 2 || row["account_id"] == nil || row["transaction_id"] == nil {
			t.Errorf("a removed row is %v", row)
		}
	}
}

// What was added and went again between two syncs is no news.
func TestSyncFoldsChanges(t *testing.T) {
	t.Parallel()
	token := newItem(t, caller.Item{User: caller.Dynamic})
	f := follower(t, token, "", 500)
	for range 4 {
		refresh(t, token)
	}
	if _, err := f.Follow(t.Context(), 5); err != nil {
		t.Fatal(err)
	}
	agrees(t, f, token)
}
