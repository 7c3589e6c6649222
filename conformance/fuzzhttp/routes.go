package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"time"

	"github.com/plaid/plaid-go/v42/plaid"

	"github.com/gingham-dev/gingham/conformance/caller"
)

// findRoutes finds out which operations of the description are served: those that
// are not refused to everybody.
func (f *fuzzer) findRoutes(ctx context.Context) error {
	for _, path := range f.description.Paths() {
		// Plaid's /oauth/token is not there; Link Money has another at that path, with OAuth's errors.
		if f.description.Request(path) == nil || path == "/oauth/token" {
			continue
		}
		f.paths = append(f.paths, path)
		_, _, err := f.app.Call(ctx, path, caller.Object{})
		var refusal *caller.Error
		switch {
		case err == nil:
			f.served = append(f.served, path)
		case !errors.As(err, &refusal):
			return fmt.Errorf("%s: %w", path, err)
		case refusal.Code != "INVALID_PRODUCT" && refusal.Code != "UNAUTHORIZED_ROUTE_ACCESS" && refusal.Code != "NOT_FOUND":
			f.served = append(f.served, path)
		}
	}
	if len(f.served) == 0 {
		return errors.New("no operation is served")
	}
	return nil
}

// fill makes new Items and takes from them what requests can name.
func (f *fuzzer) fill(ctx context.Context) error {
	today := time.Now().UTC().Format(time.DateOnly)
	p := pool{
		"institution_id": {"ins_109508", "ins_127287", "ins_132361"},
		"cursor":         {"", "now"},
		"start_date":     {"2025-01-01"},
		"end_date":       {today},
		"date_posted":    {today}, "date_transacted": {today},
		"override_username": {"user_good", "user_transactions_dynamic", "user_custom"},
		"override_password": {"pass_good", "{}", `{"override_accounts":[{"type":"depository","subtype":"checking"}]}`},
		"query":             {"bank"},
		"processor":         {"dwolla"},
		"key_id":            {"6c5516e1-92dc-479e-a8ff-5a51992e0001"}, // a sandbox's first
	}
	every := []plaid.Products{
		plaid.PRODUCTS_AUTH, plaid.PRODUCTS_IDENTITY, plaid.PRODUCTS_INVESTMENTS,
		plaid.PRODUCTS_LIABILITIES, plaid.PRODUCTS_TRANSACTIONS,
	}
	for _, user := range []string{caller.Good, caller.Dynamic} {
		if err := f.addItem(ctx, p, caller.Item{User: user, Products: every}); err != nil {
			return err
		}
	}
	for range 3 {
		token, err := f.app.NewItem(ctx, caller.Item{})
		if err != nil {
			return err
		}
		p[doomed] = append(p[doomed], token)
	}
	public, err := f.app.PublicToken(ctx, caller.Item{})
	if err != nil {
		return err
	}
	p["public_token"] = []string{public}
	f.pool.Store(&p)
	return nil
}

func (f *fuzzer) addItem(ctx context.Context, p pool, i caller.Item) error {
	token, err := f.app.NewItem(ctx, i)
	if err != nil {
		return err
	}
	add := func(key, value string) { p[key] = append(p[key], value) }
	add("access_token", token)
	accounts, _, err := f.app.Call(ctx, "/accounts/get", caller.Object{"access_token": token})
	if err != nil {
		return err
	}
	for _, a := range accounts["accounts"].([]any) {
		add("account_id", a.(caller.Object)["account_id"].(string))
	}
	page, err := f.app.Pages(token, "")(ctx, "", 10)
	if err != nil {
		return err
	}
	add("cursor", page.NextCursor)
	processor, _, err := f.app.Call(ctx, "/processor/token/create", caller.Object{
		"access_token": token, "account_id": page.Added[0].AccountId, "processor": "dwolla",
	})
	if err != nil {
		return err
	}
	add("processor_token", processor["processor_token"].(string))
	return nil
}

// post sends a request as it is.
func (f *fuzzer) post(ctx context.Context, r request) (status int, header http.Header, reply []byte, err error) {
	q, err := http.NewRequestWithContext(ctx, http.MethodPost, f.server.URL+r.path, bytes.NewReader(r.body))
	if err != nil {
		return 0, nil, nil, err
	}
	q.Header = r.header
	resp, err := http.DefaultClient.Do(q)
	if err != nil {
		return 0, nil, nil, err
	}
	defer func() { err = errors.Join(err, resp.Body.Close()) }()
	reply, err = io.ReadAll(resp.Body)
	return resp.StatusCode, resp.Header, reply, err
}

// count keeps what is told at the end.
func (f *fuzzer) count(status int, reply []byte) {
	var e struct {
		Code string `json:"error_code"`
	}
	if status != http.StatusOK {
		_ = json.Unmarshal(reply, &e) // or there is no code to count
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	f.statuses[status]++
	f.codes[e.Code]++
}
