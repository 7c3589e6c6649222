package conformance

import (
	"regexp"
	"testing"

	"github.com/gingham-dev/gingham/conformance/caller"
)

var (
	unknownAccess = caller.Error{Status: 400, Type: "INVALID_INPUT", Code: "INVALID_ACCESS_TOKEN", Message: "could not find matching access token"}
	unknownPublic = caller.Error{Status: 400, Type: "INVALID_INPUT", Code: "INVALID_PUBLIC_TOKEN", Message: "could not find matching public token"}
	noAccount     = caller.Error{Status: 400, Type: "INVALID_INPUT", Code: "INVALID_ACCOUNT_ID", Message: "failed to find requested account ID for requested item"}
	itemGone      = caller.Error{
		Status: 400, Type: "ITEM_ERROR", Code: "ITEM_NOT_FOUND",
		Message: "The Item you requested cannot be found. This Item does not exist, has been previously removed via /item/remove, or has had access removed by the user.",
	}
	loginRequired = caller.Error{
		Status: 400, Type: "ITEM_ERROR", Code: "ITEM_LOGIN_REQUIRED",
		Message: "the login details of this item have changed (credentials, MFA, or required user action) and a user login is required to update this information. use Link's update mode to restore the item to a good state",
	}
)

const uuid = `-sandbox-[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$`

var (
	publicShape = regexp.MustCompile(`^public` + uuid)
	accessShape = regexp.MustCompile(`^access` + uuid)
	idShape     = regexp.MustCompile(`^[0-9A-Za-z]{37}$`)
)

func TestPublicTokenIsExchangedOnce(t *testing.T) {
	t.Parallel()
	public, err := app.PublicToken(t.Context(), caller.Item{})
	if err != nil {
		t.Fatal(err)
	}
	access, item, err := app.Exchange(t.Context(), public)
	if err != nil {
		t.Fatal(err)
	}
	if !publicShape.MatchString(public) || !accessShape.MatchString(access) || !idShape.MatchString(item) {
		t.Errorf("tokens %q and %q, Item %q", public, access, item)
	}
	refused(t, "/item/public_token/exchange", caller.Object{"public_token": public}, unknownPublic)
	got := call(t, "/item/get", caller.Object{"access_token": access})["item"].(caller.Object)
	if got["item_id"] != item {
		t.Errorf("/item/get has %v, exchange had %q", got["item_id"], item)
	}
}

// A second public token is for the same Item, and gives another key to it.
func TestPublicTokenOfAnItem(t *testing.T) {
	t.Parallel()
	access := newItem(t, caller.Item{})
	public, _ := call(t, "/item/public_token/create", caller.Object{"access_token": access})["public_token"].(string)
	if !publicShape.MatchString(public) {
		t.Errorf("the token is %q", public)
	}
	_, item, err := app.Exchange(t.Context(), public)
	if err != nil {
		t.Fatal(err)
	}
	if got := call(t, "/item/get", caller.Object{"access_token": access})["item"].(caller.Object); got["item_id"] != item {
		t.Errorf("/item/get has %v, exchange had %q", got["item_id"], item)
	}
}

func TestRotatedTokenDiesAtOnce(t *testing.T) {
	t.Parallel()
	old := newItem(t, caller.Item{})
	before := call(t, "/accounts/get", caller.Object{"access_token": old})
	fresh := call(t, "/item/access_token/invalidate", caller.Object{"access_token": old})["new_access_token"].(string)
	if !accessShape.MatchString(fresh) || fresh == old {
		t.Errorf("the new token is %q", fresh)
	}
	for _, path := range []string{"/accounts/get", "/item/get", "/item/remove", "/item/access_token/invalidate"} {
		refused(t, path, caller.Object{"access_token": old}, unknownAccess)
	}
	after := call(t, "/accounts/get", caller.Object{"access_token": fresh})
	if text(before["accounts"]) != text(after["accounts"]) {
		t.Error("the new token opens other accounts")
	}
}

func TestRemovedItemIsGone(t *testing.T) {
	t.Parallel()
	access := newItem(t, caller.Item{Products: everyProduct})
	processor := processorToken(t, access, accountIDs(t, access, "depository")[0])
	second := call(t, "/item/public_token/create", caller.Object{"access_token": access})["public_token"].(string)
	reply := call(t, "/item/remove", caller.Object{"access_token": access})
	if len(reply) != 1 || reply["request_id"] == nil {
		t.Errorf("/item/remove answers %v", reply)
	}
	for _, path := range []string{
		"/item/get", "/item/remove", "/item/access_token/invalidate", "/item/public_token/create",
		"/accounts/get", "/auth/get", "/transactions/sync", "/transactions/refresh", "/sandbox/item/reset_login",
	} {
		refused(t, path, caller.Object{"access_token": access}, itemGone)
	}
	refused(t, "/processor/auth/get", caller.Object{"processor_token": processor}, itemGone)
	if _, _, err := app.Exchange(t.Context(), second); err == nil {
		t.Error("a public token of a removed Item was exchanged")
	}
}

// The same login twice is two Items, with nothing in common.
func TestTwoItemsShareNoIDs(t *testing.T) {
	t.Parallel()
	seen := map[string]bool{}
	for range 2 {
		token := newItem(t, caller.Item{})
		rows, err := app.Transactions(t.Context(), token)
		if err != nil {
			t.Fatal(err)
		}
		ids := accountIDs(t, token, "")
		for _, row := range rows {
			ids = append(ids, row.TransactionId)
		}
		for _, id := range ids {
			if seen[id] || !idShape.MatchString(id) {
				t.Errorf("the id %q is not of the usual shape, or comes twice", id)
			}
			seen[id] = true
		}
	}
}

func TestWebhookUpdate(t *testing.T) {
	t.Parallel()
	token := newItem(t, caller.Item{Webhook: "https://app.example/first"})
	webhook := func() any {
		t.Helper()
		return call(t, "/item/get", caller.Object{"access_token": token})["item"].(caller.Object)["webhook"]
	}
	if got := webhook(); got != "https://app.example/first" {
		t.Errorf("the webhook is %v", got)
	}
	call(t, "/item/webhook/update", caller.Object{"access_token": token, "webhook": "https://app.example/second"})
	if got := webhook(); got != "https://app.example/second" {
		t.Errorf("the webhook is %v", got)
	}
}
