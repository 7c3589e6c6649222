package conformance

import (
	"errors"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/plaid/plaid-go/v42/plaid"

	"github.com/gingham-dev/gingham/conformance/caller"
	"github.com/gingham-dev/gingham/conformance/receiver"
)

// people are users of several kinds with several products.
var people = []caller.Item{
	{Products: append([]plaid.Products{plaid.PRODUCTS_ASSETS}, everyProduct...)},
	{User: caller.Dynamic},
	{User: "user_yuppie", Products: []plaid.Products{plaid.PRODUCTS_TRANSACTIONS, plaid.PRODUCTS_AUTH, plaid.PRODUCTS_LIABILITIES}},
	{User: "user_custom", Password: `{"seed":"a"}`, Products: []plaid.Products{plaid.PRODUCTS_IDENTITY, plaid.PRODUCTS_TRANSACTIONS}},
	{Institution: royalBank, User: "user_small_business"},
}

// royalBank is a bank of the United Kingdom.
const royalBank = "ins_117650"

// fireables are the webhooks that /sandbox/item/fire_webhook sends.
var fireables = []string{
	"ASSETS ERROR",
	"ASSETS PRODUCT_READY",
	"AUTH DEFAULT_UPDATE",
	"AUTH SMS_MICRODEPOSITS_VERIFICATION",
	"HOLDINGS DEFAULT_UPDATE",
	"INVESTMENTS_TRANSACTIONS DEFAULT_UPDATE",
	"ITEM LOGIN_REPAIRED",
	"ITEM NEW_ACCOUNTS_AVAILABLE",
	"ITEM PENDING_DISCONNECT",
	"ITEM USER_ACCOUNT_REVOKED",
	"ITEM USER_PERMISSION_REVOKED",
	"LIABILITIES DEFAULT_UPDATE",
	"TRANSACTIONS DEFAULT_UPDATE",
	"TRANSACTIONS RECURRING_TRANSACTIONS_UPDATE",
	"TRANSACTIONS SYNC_UPDATES_AVAILABLE",
}

// TestFiredWebhooks fires every code with every type that the description has, for
// several Items.
func TestFiredWebhooks(t *testing.T) {
	t.Parallel()
	o := newOwn(t)
	for i, person := range people {
		item := o.link(t, person)
		o.settle(t)
		before := len(o.hooks.All())
		var fired []string
		request := description.Request("/sandbox/item/fire_webhook").Properties
		for _, kind := range request["webhook_type"].Value.Enum {
			for _, code := range request["webhook_code"].Value.Enum {
				_, _, err := o.Call(t.Context(), "/sandbox/item/fire_webhook", caller.Object{
					"access_token": item.access, "webhook_type": kind, "webhook_code": code,
				})
				switch {
				case err == nil:
					fired = append(fired, kind.(string)+" "+code.(string))
				case !caller.Is(err, "SANDBOX_PRODUCT_NOT_ENABLED") && !caller.Is(err, "INVALID_FIELD"):
					t.Errorf("%v %v: %v", kind, code, err)
				}
			}
		}
		// The description lacks this type, which Plaid's documentation has.
		if slices.Contains(person.Products, plaid.PRODUCTS_IDENTITY) {
			fired = append(fired, "IDENTITY DEFAULT_UPDATE")
			callAs(t, o.direct, "/sandbox/item/fire_webhook", caller.Object{
				"access_token": item.access, "webhook_type": "IDENTITY", "webhook_code": "DEFAULT_UPDATE",
			})
		}
		o.settle(t)
		var came []string
		for _, hook := range o.fresh(before) {
			came = append(came, hook.Type+" "+hook.Code)
			if hook.ItemID != item.id && hook.Type != "ASSETS" {
				t.Errorf("it is of another Item: %s", hook.Body)
			}
		}
		if !slices.Equal(came, fired) {
			t.Errorf("fired were %q, and it came %q", fired, came)
		}
		if i == 0 {
			want := append([]string{"IDENTITY DEFAULT_UPDATE"}, fireables...)
			if slices.Sort(came); !slices.Equal(came, slices.Sorted(slices.Values(want))) {
				t.Errorf("of an Item with every product it came %q", came)
			}
		}
	}
	o.audit(t)
}

// TestWebhooksOfWhatHappens does what Plaid's documentation says is told.
func TestWebhooksOfWhatHappens(t *testing.T) {
	t.Parallel()
	o := newOwn(t)
	items := make([]linked, 0, len(people))
	for _, person := range people {
		items = append(items, o.link(t, person))
	}
	o.settle(t)
	all, dynamic := items[0], items[1]
	before := 0
	// expect looks at what came meanwhile about an Item.
	expect := func(what string, item linked, want ...string) []receiver.Webhook {
		t.Helper()
		o.settle(t)
		var about []receiver.Webhook
		for _, hook := range o.fresh(before) {
			if hook.ItemID == item.id {
				about = append(about, hook)
			}
		}
		before = len(o.hooks.All())
		got := slices.Sorted(maps.Keys(toldBy(about)))
		if slices.Sort(want); !slices.Equal(got, want) {
			t.Errorf("%s is told by %q, not %q", what, got, want)
		}
		return about
	}
	expect("an Item with every product", all, "HOLDINGS DEFAULT_UPDATE",
		"INVESTMENTS_TRANSACTIONS HISTORICAL_UPDATE", "LIABILITIES DEFAULT_UPDATE",
		"TRANSACTIONS HISTORICAL_UPDATE", "TRANSACTIONS INITIAL_UPDATE")

	if err := o.Refresh(t.Context(), dynamic.access); err != nil {
		t.Fatal(err)
	}
	expect("a refresh", dynamic, "TRANSACTIONS DEFAULT_UPDATE", "TRANSACTIONS SYNC_UPDATES_AVAILABLE", "TRANSACTIONS TRANSACTIONS_REMOVED")

	account := o.account(t, all, "depository")
	for status, told := range map[string]string{
		"automatically_verified": "AUTH AUTOMATICALLY_VERIFIED", "verification_expired": "AUTH VERIFICATION_EXPIRED",
	} {
		o.call(t, "/sandbox/item/set_verification_status", caller.Object{
			"access_token": all.access, "account_id": account, "verification_status": status,
		})
		expect(status, all, told)
	}

	o.call(t, "/item/webhook/update", caller.Object{"access_token": dynamic.access, "webhook": o.hooks.URL + "/second"})
	for _, hook := range expect("another webhook", dynamic, "ITEM WEBHOOK_UPDATE_ACKNOWLEDGED") {
		if hook.Path != "/second" {
			t.Errorf("it came to %s", hook.Path)
		}
	}
	for _, item := range items {
		o.call(t, "/sandbox/item/reset_login", caller.Object{"access_token": item.access})
	}
	for _, hook := range expect("a login that is reset", dynamic, "ITEM ERROR") {
		if !strings.Contains(string(hook.Body), `"error_code": "ITEM_LOGIN_REQUIRED"`) || hook.Path != "/second" {
			t.Errorf("to %s came %s", hook.Path, hook.Body)
		}
		last := o.call(t, "/item/get", caller.Object{"access_token": dynamic.access})["status"].(caller.Object)["last_webhook"]
		if code := last.(caller.Object)["code_sent"]; code != hook.Code {
			t.Errorf("/item/get says that %v was sent", code)
		}
	}
	o.audit(t)
}

// account returns an account of a type.
func (o *own) account(t *testing.T, item linked, kind string) string {
	t.Helper()
	for _, a := range list(t, o.call(t, "/accounts/get", caller.Object{"access_token": item.access}), "accounts") {
		if a["type"] == kind {
			return a["account_id"].(string)
		}
	}
	t.Fatalf("the Item has no account of type %q", kind)
	return ""
}

// TestWebhookIsFiredOrRefused checks the errors of /sandbox/item/fire_webhook.
func TestWebhookIsFiredOrRefused(t *testing.T) {
	t.Parallel()
	token := newItem(t, caller.Item{})
	refused(t, "/sandbox/item/fire_webhook", caller.Object{"access_token": token, "webhook_code": "DEFAULT_UPDATE"},
		caller.Error{Status: 400, Type: "SANDBOX_ERROR", Code: "SANDBOX_WEBHOOK_INVALID", Message: "Webhook for this item is either not set up, or invalid. Please update the item's webhook and try again."})
	_, _, err := app.Call(t.Context(), "/sandbox/item/fire_webhook", caller.Object{
		"access_token": token, "webhook_type": "HOLDINGS", "webhook_code": "DEFAULT_UPDATE",
	})
	var got *caller.Error
	if !errors.As(err, &got) || got.Code != "SANDBOX_PRODUCT_NOT_ENABLED" || got.Status != 400 {
		t.Errorf("without the product: %v", err)
	}
}
