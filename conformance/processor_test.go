package conformance

import (
	"context"
	"encoding/json"
	"errors"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/plaid/plaid-go/v42/plaid"

	"github.com/gingham-dev/gingham/conformance/caller"
)

// processorToken opens one account of an Item to a partner.
func processorToken(t *testing.T, token, account string) string {
	t.Helper()
	resp, err := caller.Result(app.Plaid.ProcessorTokenCreate(t.Context()).ProcessorTokenCreateRequest(
		*plaid.NewProcessorTokenCreateRequest(token, account, "dwolla")).Execute()) //nolint:bodyclose // Result closes it
	if err != nil {
		t.Fatal(err)
	}
	if got := resp.GetProcessorToken(); !strings.HasPrefix(got, "processor-sandbox-") {
		t.Errorf("the processor token is %q", got)
	}
	return resp.GetProcessorToken()
}

// twin is a read by access token and the same one by processor token.
type twin struct {
	item, processor string
	// request is what both ask for, besides tokens and accounts.
	request caller.Object
	// flat is set if account_ids isn't within options.
	flat bool
}

func twins() []twin {
	now := time.Now().UTC()
	window := caller.Object{
		"start_date": now.AddDate(-1, 0, 0).Format(time.DateOnly), "end_date": now.Format(time.DateOnly),
	}
	return []twin{
		{item: "/accounts/get", processor: "/processor/account/get"},
		{item: "/accounts/balance/get", processor: "/processor/balance/get"},
		{item: "/auth/get", processor: "/processor/auth/get"},
		{item: "/identity/get", processor: "/processor/identity/get"},
		{item: "/transactions/get", processor: "/processor/transactions/get", request: window},
		{item: "/transactions/recurring/get", processor: "/processor/transactions/recurring/get", flat: true},
		{item: "/investments/holdings/get", processor: "/processor/investments/holdings/get"},
		{item: "/investments/transactions/get", processor: "/processor/investments/transactions/get", request: window},
		{item: "/investments/auth/get", processor: "/processor/investments/auth/get"},
		{item: "/liabilities/get", processor: "/processor/liabilities/get"},
	}
}

// A read over a processor token is the Item's, narrowed to the one account: the
// same rows, or the same error.
func TestProcessorReadsAreTheItems(t *testing.T) {
	t.Parallel()
	token := newItem(t, caller.Item{Products: everyProduct})
	good := map[string]int{}
	for _, account := range accountIDs(t, token, "") {
		processor := processorToken(t, token, account)
		for _, tw := range twins() {
			request := caller.Object{"access_token": token}
			for key, value := range tw.request {
				request[key] = value
			}
			if tw.flat {
				request["account_ids"] = []string{account}
			} else {
				request["options"] = caller.Object{"account_ids": []string{account}}
			}
			want, _, wantErr := app.Call(t.Context(), tw.item, request)
			delete(request, "access_token")
			delete(request, "account_ids")
			delete(request, "options")
			request["processor_token"] = processor
			got, _, gotErr := app.Call(t.Context(), tw.processor, request)
			if gotErr == nil {
				good[tw.processor]++
			}
			compareTwins(t, tw, account, got, want, gotErr, wantErr)
		}
	}
	for _, tw := range twins() {
		if good[tw.processor] == 0 {
			t.Errorf("%s answered for no account", tw.processor)
		}
	}
}

func compareTwins(t *testing.T, tw twin, account string, got, want caller.Object, gotErr, wantErr error) {
	t.Helper()
	if gotErr != nil {
		var g, w *caller.Error
		switch {
		case errors.As(gotErr, &g) && errors.As(wantErr, &w) && *g == *w:
		case wantErr == nil && errors.As(gotErr, &g) && noneOfThese(g) && !tells(want, account):
			// An Item of which nothing is left is not an error; an account that is
			// of another kind altogether is.
		default:
			t.Errorf("%s of %s: %v\n%s: %v", tw.processor, account, gotErr, tw.item, wantErr)
		}
		return
	}
	if wantErr != nil {
		t.Errorf("%s of %s answers, and %s: %v", tw.processor, account, tw.item, wantErr)
		return
	}
	for key, value := range got {
		expected, there := want[key]
		switch {
		case key == "institution_id":
			expected = caller.FirstPlatypusBank
		case key == "account" && !tw.flat:
			accounts := list(t, want, "accounts")
			if len(accounts) != 1 || accounts[0]["account_id"] != account {
				t.Errorf("%s shows %d accounts", tw.item, len(accounts))
				continue
			}
			if tw.item == "/investments/auth/get" {
				// The description gives this to the Item's account only.
				delete(accounts[0]["balances"].(caller.Object), "margin_loan_amount")
			}
			expected = any(accounts[0])
		case key == "numbers" && tw.item == "/auth/get":
			expected = narrowed(want[key].(caller.Object))
		case !there || key == "request_id" || key == "updated_datetime":
			continue
		}
		if !reflect.DeepEqual(value, expected) {
			t.Errorf("%s of %s: %s is\n%s\nand not\n%s", tw.processor, account, key, short(value), short(expected))
		}
	}
}

// noneOfThese reports whether an error says that there are no accounts of a kind.
func noneOfThese(e *caller.Error) bool {
	return e.Status == 400 && e.Type == "ITEM_ERROR" && strings.HasPrefix(e.Code, "NO_") && strings.HasSuffix(e.Code, "_ACCOUNTS")
}

// tells reports whether a reply has anything of an account besides the account
// itself and who owns it.
func tells(reply caller.Object, account string) bool {
	for key, value := range reply {
		if key != "accounts" && key != "owners" && strings.Contains(text(value), account) {
			return true
		}
	}
	return false
}

// narrowed turns the numbers of an Item's one account, each kind a list, into an
// account's, each kind one or null.
func narrowed(numbers caller.Object) any {
	out := caller.Object{}
	for kind, rows := range numbers {
		out[kind] = nil
		if rows := rows.([]any); len(rows) == 1 {
			out[kind] = rows[0]
		}
	}
	return out
}

func short(v any) string {
	const enough = 1500
	s := text(v)
	return s[:min(len(s), enough)]
}

func text(v any) string {
	b, err := json.Marshal(v)
	if err != nil {
		return err.Error()
	}
	return string(b)
}

func TestProcessorSync(t *testing.T) {
	t.Parallel()
	token := newItem(t, caller.Item{User: caller.Dynamic})
	for _, account := range accountIDs(t, token, "") {
		processor := processorToken(t, token, account)
		whole := follower(t, token, account, 500)
		f := &caller.Follower{Pages: processorPages(processor)}
		for range 2 {
			if _, err := f.Follow(t.Context(), 6); err != nil {
				t.Fatal(err)
			}
			for _, d := range append(caller.Differences(f.Prints(), whole.Prints()), f.Faults...) {
				t.Errorf("account %s: %s", account, d)
			}
			call(t, "/processor/transactions/refresh", caller.Object{"processor_token": processor})
			if _, err := whole.Follow(t.Context(), 500); err != nil {
				t.Fatal(err)
			}
		}
	}
}

func processorPages(processor string) caller.Pager {
	return func(ctx context.Context, cursor string, count int32) (caller.Page, error) {
		r := plaid.NewProcessorTransactionsSyncRequest(processor)
		r.SetCursor(cursor)
		r.SetCount(count)
		resp, err := caller.Result(app.Plaid.ProcessorTransactionsSync(ctx).ProcessorTransactionsSyncRequest(*r).Execute()) //nolint:bodyclose // Result closes it
		return caller.Page{
			Added: resp.Added, Modified: resp.Modified, Removed: resp.Removed,
			NextCursor: resp.NextCursor, HasMore: resp.HasMore,
		}, err
	}
}

// A partner can't ask for other accounts, nor be given those of another Item.
func TestProcessorSeesOneAccount(t *testing.T) {
	t.Parallel()
	token := newItem(t, caller.Item{Products: everyProduct})
	accounts := accountIDs(t, token, "depository")
	processor := processorToken(t, token, accounts[0])
	for _, path := range []string{"/processor/balance/get", "/processor/transactions/sync"} {
		_, _, err := app.Call(t.Context(), path, caller.Object{
			"processor_token": processor, "options": caller.Object{"account_ids": accounts[1:]},
		})
		if !caller.Is(err, "UNKNOWN_FIELDS") {
			t.Errorf("%s with other accounts: %v", path, err)
		}
	}
	// The options of a sync can name an account; here it is always the token's own.
	reply, _, err := app.Call(t.Context(), "/processor/transactions/sync", caller.Object{
		"processor_token": processor, "options": caller.Object{"account_id": accounts[1]},
	})
	if err == nil {
		for _, row := range list(t, reply, "added") {
			if row["account_id"] != accounts[0] {
				t.Errorf("a partner was given a row of %v", row["account_id"])
			}
		}
	} else if !caller.Is(err, noAccount.Code) {
		t.Errorf("sync of another account: %v", err)
	}
	other := accountIDs(t, newItem(t, caller.Item{}), "depository")[0]
	refused(t, "/processor/token/create", caller.Object{
		"access_token": token, "account_id": other, "processor": "dwolla",
	}, noAccount)
}

func TestProcessorPermissions(t *testing.T) {
	t.Parallel()
	token := newItem(t, caller.Item{Products: everyProduct})
	processor := processorToken(t, token, accountIDs(t, token, "depository")[0])
	request := caller.Object{"processor_token": processor}
	set := func(products ...string) {
		t.Helper()
		if products == nil {
			products = []string{}
		}
		call(t, "/processor/token/permissions/set", caller.Object{"processor_token": processor, "products": products})
		got := call(t, "/processor/token/permissions/get", request)["products"].([]any)
		if len(got) != len(products) || len(got) > 0 && got[0] != products[0] {
			t.Errorf("the permissions are %v, not %v", got, products)
		}
	}
	set()
	call(t, "/processor/identity/get", request)
	set("auth")
	call(t, "/processor/auth/get", request)
	for _, path := range []string{"/processor/identity/get", "/processor/transactions/sync", "/processor/liabilities/get"} {
		var refusal *caller.Error
		if _, _, err := app.Call(t.Context(), path, request); !errors.As(err, &refusal) || refusal.Status != 400 {
			t.Errorf("%s without permission: %v", path, err)
		}
	}
	call(t, "/identity/get", caller.Object{"access_token": token}) // the Item's own token is not held to it
	set()
	call(t, "/processor/identity/get", request)
}

func TestProcessorTokensOfOtherKinds(t *testing.T) {
	t.Parallel()
	token := newItem(t, caller.Item{Products: []plaid.Products{plaid.PRODUCTS_AUTH}})
	request := caller.Object{"access_token": token, "account_id": accountIDs(t, token, "depository")[0]}
	apex := call(t, "/processor/apex/processor_token/create", request)["processor_token"]
	call(t, "/processor/auth/get", caller.Object{"processor_token": apex})
	if got, _ := call(t, "/processor/stripe/bank_account_token/create", request)["stripe_bank_account_token"].(string); !strings.HasPrefix(got, "btok_") {
		t.Errorf("the token for Stripe is %q", got)
	}
	sandbox := call(t, "/sandbox/processor_token/create", caller.Object{"institution_id": caller.FirstPlatypusBank})["processor_token"]
	call(t, "/processor/account/get", caller.Object{"processor_token": sandbox})
}
