package caller

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/plaid/plaid-go/v42/plaid"
)

// row and gone make the rows of pages.
func row(id string, amount float64) plaid.Transaction {
	return plaid.Transaction{TransactionId: id, Amount: amount}
}

func gone(id string) plaid.RemovedTransaction { return plaid.RemovedTransaction{TransactionId: id} }

// script is a Pager that plays pages by their cursors, and the first time an error.
func script(pages map[string]Page, mutateOnce string) Pager {
	return func(_ context.Context, cursor string, _ int32) (Page, error) {
		if cursor == mutateOnce && cursor != "" {
			mutateOnce = ""
			return Page{}, &Error{Status: 400, Code: Mutation}
		}
		page, ok := pages[cursor]
		if !ok {
			return Page{}, fmt.Errorf("no page at %q", cursor)
		}
		return page, nil
	}
}

func TestFollow(t *testing.T) {
	f := &Follower{Pages: script(map[string]Page{
		"":  {Added: []plaid.Transaction{row("a", 1), row("b", 2)}, NextCursor: "1", HasMore: true},
		"1": {Added: []plaid.Transaction{row("c", 3)}, NextCursor: "2"},
		"2": {Added: []plaid.Transaction{row("d", 4)}, Modified: []plaid.Transaction{row("a", 5)}, NextCursor: "3", HasMore: true},
		"3": {Removed: []plaid.RemovedTransaction{gone("b")}, NextCursor: "4"},
		"4": {NextCursor: "4"},
	}, "1")}
	for range 3 {
		if _, err := f.Follow(t.Context(), 2); err != nil {
			t.Fatal(err)
		}
	}
	want, err := PrintsOf([]plaid.Transaction{row("a", 5), row("c", 3), row("d", 4)})
	if err != nil {
		t.Fatal(err)
	}
	if d := Differences(f.Prints(), want); d != nil || f.Faults != nil {
		t.Errorf("differences %v, faults %v", d, f.Faults)
	}
	if f.Restarts != 1 || f.Updates != 3 || f.Cursor != "4" {
		t.Errorf("%d restarts, %d updates, cursor %q", f.Restarts, f.Updates, f.Cursor)
	}
}

// A Follower that found no fault with any of these would prove nothing.
func TestFollowFindsFaults(t *testing.T) {
	a := []plaid.Transaction{row("a", 1)}
	tests := []struct {
		name string
		page Page
		want string
	}{
		{"doubled", Page{Added: a}, "a was added, and was there already"},
		{"reordered", Page{Modified: []plaid.Transaction{row("z", 1)}}, "z was modified, and was not there"},
		{"never added", Page{Removed: []plaid.RemovedTransaction{gone("z")}}, "z was removed, and was not there"},
		{"twice", Page{Added: []plaid.Transaction{row("b", 1)}, Modified: []plaid.Transaction{row("b", 2)}}, "b comes twice in one update"},
		{"short page", Page{HasMore: true}, "a page of 1 has 0 changes, and has_more"},
		{"long page", Page{Added: []plaid.Transaction{row("b", 1), row("c", 1)}}, "a page of 1 was asked for, and has 2 changes"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			tt.page.NextCursor = "2"
			f := &Follower{Pages: script(map[string]Page{
				"": {Added: a, NextCursor: "1"}, "1": tt.page, "2": {NextCursor: "3"},
			}, "")}
			for range 2 {
				if _, err := f.Follow(t.Context(), 1); err != nil {
					t.Fatal(err)
				}
			}
			if !slices.Contains(f.Faults, tt.want) {
				t.Errorf("faults are %q", f.Faults)
			}
		})
	}
}

func TestFollowGivesUpOnACircle(t *testing.T) {
	f := &Follower{Pages: script(map[string]Page{"": {HasMore: true}}, "")}
	if _, err := f.Follow(t.Context(), 1); err == nil || !strings.Contains(err.Error(), "leads to itself") {
		t.Errorf("got %v", err)
	}
}

func TestDifferences(t *testing.T) {
	got := Differences(map[string]string{"a": "1", "b": "1", "d": "1"}, map[string]string{"a": "1", "b": "2", "c": "1"})
	slices.Sort(got)
	want := []string{"b is an old or wrong version", "c is lost", "d should not be there"}
	if !slices.Equal(got, want) {
		t.Errorf("got %q", got)
	}
	if _, err := PrintsOf([]plaid.Transaction{row("a", 1), row("a", 1)}); err == nil {
		t.Error("a row that comes twice is no error")
	}
}
