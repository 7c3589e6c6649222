package conformance

import (
	"fmt"
	"testing"
	"time"

	"github.com/plaid/plaid-go/v42/plaid"

	"github.com/gingham-dev/gingham/conformance/caller"
)

// made is one transaction as a test asks for it; days are before today.
func made(description string, transacted, posted int) caller.Object {
	day := func(ago int) string { return time.Now().UTC().AddDate(0, 0, -ago).Format(time.DateOnly) }
	return caller.Object{
		"date_transacted": day(transacted), "date_posted": day(posted), "amount": 7.89, "description": description,
	}
}

func TestCreatedTransactionsAreThere(t *testing.T) {
	t.Parallel()
	token := newItem(t, caller.Item{User: caller.Dynamic})
	f := follower(t, token, "", 500)
	var rows []caller.Object
	for i := range 10 {
		rows = append(rows, made(fmt.Sprintf("Row %d of the test", i), i+1, i))
	}
	call(t, "/sandbox/transactions/create", caller.Object{"access_token": token, "transactions": rows})
	update, err := f.Pages(t.Context(), f.Cursor, 500)
	if err != nil {
		t.Fatal(err)
	}
	depository := map[string]bool{}
	for _, id := range accountIDs(t, token, "depository") {
		depository[id] = true
	}
	found := map[string]int{}
	for _, row := range update.Added {
		if !depository[row.AccountId] {
			continue
		}
		for i := range 10 {
			if row.Name == fmt.Sprintf("Row %d of the test", i) && row.Amount == 7.89 && row.Date == rows[i]["date_posted"] {
				found[row.Name]++
			}
		}
	}
	for i := range 10 {
		if n := found[fmt.Sprintf("Row %d of the test", i)]; n != 1 {
			t.Errorf("row %d is there %d times", i, n)
		}
	}
	if _, err := f.Follow(t.Context(), 3); err != nil {
		t.Fatal(err)
	}
	agrees(t, f, token)
}

func TestCreatedTransactionsAreChecked(t *testing.T) {
	t.Parallel()
	token := newItem(t, caller.Item{User: caller.Dynamic})
	many := make([]caller.Object, 11)
	for i := range many {
		many[i] = made("One of eleven", 0, 0)
	}
	const dates = "Transaction and posted dates must be within the last 14 days. The posted date cannot be before the transaction date."
	for message, rows := range map[string][][]caller.Object{
		"The request contains too many transactions.": {many},
		dates: {{made("Too old", 15, 14)}, {made("In the future", 0, -1)}, {made("Posted before", 1, 2)}},
	} {
		for _, list := range rows {
			refused(t, "/sandbox/transactions/create", caller.Object{"access_token": token, "transactions": list},
				caller.Error{Status: 400, Type: "INVALID_REQUEST", Code: "INVALID_FIELD", Message: message})
		}
	}
	static := newItem(t, caller.Item{})
	_, _, err := app.Call(t.Context(), "/sandbox/transactions/create", caller.Object{
		"access_token": static, "transactions": []caller.Object{made("Not of this user", 0, 0)},
	})
	if err == nil {
		t.Error("a user that is not dynamic was given a transaction")
	}
}

func TestResetLogin(t *testing.T) {
	t.Parallel()
	token := newItem(t, caller.Item{Products: everyProduct})
	request := caller.Object{"access_token": token}
	if call(t, "/sandbox/item/reset_login", request)["reset_login"] != true {
		t.Error("reset_login is not true")
	}
	for _, path := range []string{"/auth/get", "/identity/get", "/transactions/sync", "/liabilities/get", "/investments/holdings/get"} {
		refused(t, path, request, loginRequired)
	}
	item := call(t, "/item/get", request)["item"].(caller.Object)
	failure, _ := item["error"].(caller.Object)
	if failure["error_code"] != "ITEM_LOGIN_REQUIRED" || failure["error_type"] != "ITEM_ERROR" {
		t.Errorf("the Item's error is %v", item["error"])
	}
	call(t, "/item/remove", request)
}

func TestSetVerificationStatus(t *testing.T) {
	t.Parallel()
	token := newItem(t, caller.Item{Products: []plaid.Products{plaid.PRODUCTS_AUTH}})
	account := accountIDs(t, token, "depository")[0]
	for _, status := range []string{"automatically_verified", "verification_expired"} {
		request := caller.Object{"access_token": token, "account_id": account, "verification_status": status}
		call(t, "/sandbox/item/set_verification_status", request)
		for _, a := range list(t, call(t, "/accounts/get", caller.Object{"access_token": token}), "accounts") {
			if a["account_id"] == account && a["verification_status"] != status {
				t.Errorf("the status is %v, not %s", a["verification_status"], status)
			}
		}
	}
}

// What plaid-go's own suite asks for, too, is asked here once, so that this run
// has seen every operation that is served.
func TestOtherReads(t *testing.T) {
	t.Parallel()
	token := newItem(t, caller.Item{Products: everyProduct})
	us := []string{"US"}
	for path, request := range map[string]caller.Object{
		"/categories/get":           {},
		"/institutions/get":         {"count": 500, "offset": 0, "country_codes": us, "options": caller.Object{"include_optional_metadata": true}},
		"/institutions/get_by_id":   {"institution_id": caller.FirstPlatypusBank, "country_codes": us, "options": caller.Object{"include_status": true, "include_auth_metadata": true}},
		"/institutions/search":      {"query": "Platypus", "products": []string{"auth"}, "country_codes": us},
		"/investments/refresh":      {"access_token": token},
		"/item/webhook/update":      {"access_token": token, "webhook": "https://app.example/webhook"},
		"/item/public_token/create": {"access_token": token},
		"/item/import":              {"products": []string{"auth"}, "user_auth": caller.Object{"user_id": "user_good", "auth_token": "pass_good"}},
		"/transactions/enrich": {"account_type": "depository", "transactions": []caller.Object{{
			"id": "1", "description": "UBER 063015 SF**POOL**", "amount": 5.4, "direction": "OUTFLOW", "iso_currency_code": "USD",
		}}},
	} {
		call(t, path, request)
	}
	link := call(t, "/link/token/create", caller.Object{
		"client_name": "An app", "language": "en", "country_codes": us, "products": []string{"auth"},
		"user": caller.Object{"client_user_id": "somebody"},
	})["link_token"]
	call(t, "/link/token/get", caller.Object{"link_token": link})
}
