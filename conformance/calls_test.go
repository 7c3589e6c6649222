package conformance

import (
	"errors"
	"testing"

	"github.com/plaid/plaid-go/v42/plaid"

	"github.com/gingham-dev/gingham/conformance/caller"
)

// newItem makes an Item and returns its access token.
func newItem(t *testing.T, i caller.Item) string {
	t.Helper()
	token, err := app.NewItem(t.Context(), i)
	if err != nil {
		t.Fatal(err)
	}
	return token
}

// call posts a request that has to succeed.
func call(t *testing.T, path string, request any) caller.Object {
	t.Helper()
	return callAs(t, app, path, request)
}

// callAs does the same as another client.
func callAs(t *testing.T, c *caller.Caller, path string, request any) caller.Object {
	t.Helper()
	reply, _, err := c.Call(t.Context(), path, request)
	if err != nil {
		t.Fatalf("%s %v: %v", path, request, err)
	}
	return reply
}

// refused posts a request that has to fail with the error.
func refused(t *testing.T, path string, request any, want caller.Error) {
	t.Helper()
	_, reply, err := app.Call(t.Context(), path, request)
	var got *caller.Error
	switch {
	case err == nil:
		t.Errorf("%s %v was answered with %.300s", path, request, reply)
	case !errors.As(err, &got):
		t.Errorf("%s %v: %v", path, request, err)
	case *got != want:
		t.Errorf("%s %v:\n got %v\nwant %v", path, request, got, &want)
	}
}

// list returns a reply's array of objects.
func list(t *testing.T, reply caller.Object, key string) []caller.Object {
	t.Helper()
	array, ok := reply[key].([]any)
	if !ok {
		t.Fatalf("%s is %v", key, reply[key])
	}
	objects := make([]caller.Object, 0, len(array))
	for _, v := range array {
		objects = append(objects, v.(caller.Object))
	}
	return objects
}

// accountIDs returns the ids of an Item's accounts of a type, or of all for "".
func accountIDs(t *testing.T, token, kind string) []string {
	t.Helper()
	var ids []string
	for _, a := range list(t, call(t, "/accounts/get", caller.Object{"access_token": token}), "accounts") {
		if kind == "" || a["type"] == kind {
			ids = append(ids, a["account_id"].(string))
		}
	}
	if len(ids) == 0 {
		t.Fatalf("the Item has no account of type %q", kind)
	}
	return ids
}

// everyProduct is what an Item needs to answer every read.
var everyProduct = []plaid.Products{
	plaid.PRODUCTS_AUTH, plaid.PRODUCTS_IDENTITY, plaid.PRODUCTS_INVESTMENTS,
	plaid.PRODUCTS_INVESTMENTS_AUTH, plaid.PRODUCTS_LIABILITIES, plaid.PRODUCTS_TRANSACTIONS,
}
