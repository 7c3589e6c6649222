package conformance

import (
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/gingham-dev/gingham/conformance/caller"
)

// tally counts by path. It is safe for concurrent use.
type tally struct {
	mu     sync.Mutex
	counts map[string]int
}

func (t *tally) add(counts map[string]int) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.counts == nil {
		t.counts = map[string]int{}
	}
	for path, n := range counts {
		t.counts[path] += n
	}
}

// isControl reports whether an operation is of the control API.
func isControl(path string) bool { return strings.HasPrefix(path, "/gingham/") }

// unseen names operations that no test had a good answer from, about whose form the
// proxy has thus said nothing.
func unseen() (code int) {
	for _, path := range description.Paths() {
		if (isControl(path) || slices.Contains(served, path)) && seen.counts[path] == 0 {
			fmt.Println("no test had an answer from", path)
			code = 1
		}
	}
	return code
}

// served are the operations of Plaid's that this version serves.
var served = []string{
	"/accounts/balance/get",
	"/accounts/get",
	"/asset_report/audit_copy/create",
	"/asset_report/audit_copy/get",
	"/asset_report/audit_copy/pdf/get",
	"/asset_report/audit_copy/remove",
	"/asset_report/create",
	"/asset_report/filter",
	"/asset_report/get",
	"/asset_report/pdf/get",
	"/asset_report/refresh",
	"/asset_report/remove",
	"/auth/get",
	"/categories/get",
	"/credit/audit_copy_token/create",
	"/credit/audit_copy_token/remove",
	"/credit/relay/create",
	"/credit/relay/get",
	"/credit/relay/pdf/get",
	"/credit/relay/refresh",
	"/credit/relay/remove",
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
	"/sandbox/item/fire_webhook",
	"/sandbox/item/reset_login",
	"/sandbox/item/set_verification_status",
	"/sandbox/processor_token/create",
	"/sandbox/public_token/create",
	"/sandbox/transactions/create",
	"/statements/download",
	"/statements/list",
	"/statements/refresh",
	"/transactions/enrich",
	"/transactions/get",
	"/transactions/recurring/get",
	"/transactions/refresh",
	"/transactions/sync",
	"/user/create",
	"/user/get",
	"/user/items/get",
	"/user/remove",
	"/user/update",
	"/webhook_verification_key/get",
}

// TestServed holds the list to what the server says: every other operation is
// refused to all.
func TestServed(t *testing.T) {
	t.Parallel()
	var got []string
	for _, path := range description.Paths() {
		// Of Plaid's /oauth/token, which is for its partners, there is none; Link Money has
		// another at that path.
		if isControl(path) || path == "/oauth/token" {
			continue
		}
		switch _, _, err := app.Call(t.Context(), path, caller.Object{}); {
		case caller.Is(err, "INVALID_PRODUCT"), caller.Is(err, "UNAUTHORIZED_ROUTE_ACCESS"):
		default:
			got = append(got, path)
		}
	}
	slices.Sort(got)
	if !slices.Equal(got, served) {
		t.Errorf("served are %q", got)
	}
}
