package program_test

import (
	"net/http"
	"slices"
	"testing"
	"time"

	"github.com/gingham-dev/gingham/endpoints/api/apitest"
	"github.com/gingham-dev/gingham/store"
)

// TestLife follows a profile from its first link token: Link, registration, a login that
// breaks and is mended, accounts chosen anew, and the end.
func TestLife(t *testing.T) {
	t.Parallel()
	w := newWorld(t, apitest.Options{})
	token, offered := w.walk(w.token(w.post("/plaid/links", `{"profile_id":"`+profile+`"}`)), "0000", "1111")
	if !slices.Equal(offered, []string{"0000", "1111"}) {
		t.Fatalf("Link offers %v", offered)
	}
	_, h, err := w.Tokens.Resolve(t.Context(), mine, store.PublicToken, token)
	must(t, err)
	checking, savings := accountOf(t, h, "checking"), accountOf(t, h, "savings")
	made := w.post("/plaid/items", register(profile, token, checking, savings)).ok()
	first, second := made.text("bank_accounts.0.id"), made.text("bank_accounts.1.id")
	status := func() (string, []string) {
		t.Helper()
		got := w.list(profile)
		return got.text("items.0.is_login_required"), got.statuses("items.0.bank_accounts")
	}
	expect := func(required string, accounts ...string) {
		t.Helper()
		if r, list := status(); r != required || !slices.Equal(list, accounts) {
			t.Errorf("is_login_required is %q, the accounts are %v; want %q and %v", r, list, required, accounts)
		}
	}
	expect("false", "0000 OPEN", "1111 OPEN")

	w.resetLogin(h)
	expect("true", "0000 OPEN", "1111 OPEN")
	links := "/plaid/items/" + string(h.ID) + "/links"
	if _, offered := w.walk(w.token(w.post(links, `{"select_accounts":"false"}`))); offered != nil {
		t.Errorf("who signs in again is offered %v", offered)
	}
	expect("false", "0000 OPEN", "1111 OPEN")

	// The person shares one of them no longer.
	public, _ := w.walk(w.token(w.post(links, `{"select_accounts":"true"}`)), "1111")
	expect("false", "0000 CLOSED", "1111 OPEN")
	if got := w.get("/plaid/accounts/" + first).ok(); got.text("bank_account.status") != "CLOSED" {
		t.Errorf("it is %s", got.Body)
	}
	path := "/plaid/items/" + string(h.ID)
	for _, gone := range []string{checking, first} {
		w.patch(path, choosing(gone, second)).fails(http.StatusBadRequest, refusal("plaid_bank_account_ids", gone))
	}
	w.patch(path, choosing(savings)).ok()
	expect("false", "1111 OPEN")

	// Link's update mode hands out a public token too, and it is as good as the first.
	w.walk(w.token(w.post(links, `{"select_accounts":true}`)), "0000", "1111")
	again := w.post("/plaid/items", register(profile, public, checking)).ok()
	if again.text("bank_accounts.0.id") != first || again.text("plaid_item_id") != string(h.ID) {
		t.Errorf("registered again it is %s", again.Body)
	}
	expect("false", "0000 OPEN")

	must(t, w.Ledger.Remove(t.Context(), w.head(h)))
	w.patch(path, choosing(savings)).fails(http.StatusNotFound, "there is no Item of this id")
	w.post(links, `{}`).fails(http.StatusNotFound, "there is no Item of this id")
	w.get("/plaid/accounts/"+first).fails(http.StatusNotFound, "there is no bank account of this id")
	w.list(profile).is(`{"items":[]}`)
}

// TestForgetting shows that what was registered of an Item is kept for a while after it was
// removed, and no longer.
func TestForgetting(t *testing.T) {
	t.Parallel()
	w := newWorld(t, apitest.Options{})
	h, made := w.registered(mine, profile)
	must(t, w.Ledger.Remove(t.Context(), h))
	kept := func() bool {
		t.Helper()
		w.list(profile).is(`{"items":[]}`)
		_, item := w.Store.Record(t.Context(), mine, "program_item", string(h.ID))
		_, account := w.Store.Record(t.Context(), mine, "program_account", made.text("bank_accounts.0.id"))
		if (item == nil) != (account == nil) {
			t.Errorf("the item's record: %v, the account's: %v", item, account)
		}
		return item == nil
	}
	if w.Advance(30 * 24 * time.Hour); !kept() {
		t.Error("it is forgotten too early")
	}
	if w.Advance(time.Second); kept() {
		t.Error("it is not forgotten")
	}
	w.list(profile).is(`{"items":[]}`)
}
