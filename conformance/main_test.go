package conformance

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"net/http/httptest"
	"net/url"
	"os"
	"testing"

	"github.com/plaid/plaid-go/v42/plaid"

	"github.com/gingham-dev/gingham/conformance/caller"
	"github.com/gingham-dev/gingham/conformance/proxy"
	"github.com/gingham-dev/gingham/conformance/server"
)

// app is the client that the tests call as, through the proxy.
var app *caller.Caller

func TestMain(m *testing.M) {
	flag.Parse()
	code, err := run(m)
	if err != nil {
		fmt.Fprintln(os.Stderr, "conformance:", err)
		code = 1
	}
	os.Exit(code)
}

// run starts a server, the proxy before it and the tests before that. The store is
// what GINGHAM_CONFORMANCE_STORE says, or a file that is thrown away.
func run(m *testing.M) (code int, err error) {
	ctx := context.Background()
	dir, err := os.MkdirTemp("", "conformance")
	if err != nil {
		return 1, err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	bin, err := server.Binary(ctx, "", dir)
	if err != nil {
		return 1, err
	}
	description, err := proxy.Load(ctx)
	if err != nil {
		return 1, err
	}
	s, err := server.Start(ctx, server.Options{
		Binary: bin, Store: server.Store(os.Getenv("GINGHAM_CONFORMANCE_STORE"), dir),
	})
	if err != nil {
		return 1, err
	}
	defer func() { err = errors.Join(err, s.Stop()) }()
	target, err := url.Parse(s.URL)
	if err != nil {
		return 1, err
	}
	p := proxy.New(target, description)
	front := httptest.NewServer(p)
	defer front.Close()
	app = caller.New(front.URL, s.ClientID, s.Secret)

	code = m.Run()
	for _, v := range p.Violations() {
		fmt.Println("violation:", v)
		code = 1
	}
	if everything := flag.Lookup("test.run").Value.String() == "" && flag.Lookup("test.skip").Value.String() == ""; everything && code == 0 {
		code = unseen(p.Served())
	}
	if code != 0 {
		fmt.Printf("the server's log ends with:\n%s\n", s.Log())
	}
	return code, nil
}

// unseen names operations that no test had a good answer from, about whose form the
// proxy has thus said nothing.
func unseen(seen map[string]int) (code int) {
	for _, path := range served {
		if seen[path] == 0 {
			fmt.Println("no test had an answer from", path)
			code = 1
		}
	}
	return code
}

// served are the operations that this version serves.
var served = []string{
	"/accounts/balance/get",
	"/accounts/get",
	"/auth/get",
	"/categories/get",
	"/identity/get",
	"/institutions/get",
	"/institutions/get_by_id",
	"/institutions/search",
	"/investments/auth/get",
	"/investments/holdings/get",
	"/investments/refresh",
	"/investments/transactions/get",
	"/item/access_token/invalidate",
	"/item/get",
	"/item/import",
	"/item/public_token/create",
	"/item/public_token/exchange",
	"/item/remove",
	"/item/webhook/update",
	"/liabilities/get",
	"/link/token/create",
	"/link/token/get",
	"/processor/account/get",
	"/processor/apex/processor_token/create",
	"/processor/auth/get",
	"/processor/balance/get",
	"/processor/identity/get",
	"/processor/investments/auth/get",
	"/processor/investments/holdings/get",
	"/processor/investments/transactions/get",
	"/processor/liabilities/get",
	"/processor/stripe/bank_account_token/create",
	"/processor/token/create",
	"/processor/token/permissions/get",
	"/processor/token/permissions/set",
	"/processor/transactions/get",
	"/processor/transactions/recurring/get",
	"/processor/transactions/refresh",
	"/processor/transactions/sync",
	"/sandbox/item/reset_login",
	"/sandbox/item/set_verification_status",
	"/sandbox/processor_token/create",
	"/sandbox/public_token/create",
	"/sandbox/transactions/create",
	"/transactions/enrich",
	"/transactions/get",
	"/transactions/recurring/get",
	"/transactions/refresh",
	"/transactions/sync",
}

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
	reply, _, err := app.Call(t.Context(), path, request)
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
