package plaid_test

import (
	"errors"
	"testing"

	"github.com/gingham-dev/gingham/providers"
)

// FuzzAnswers checks that whatever an upstream answers is data or an error of a provider's.
func FuzzAnswers(f *testing.F) {
	for _, text := range []string{
		people, routing, twoBanks, exchanged, hosted, `{"added":[` + row("1", "2026-11-01") + `]}`, apiError("ITEM_ERROR", "ITEM_LOGIN_REQUIRED"),
		`{"liabilities":{"credit":[{"aprs":[{"apr_percentage":12.5}]}],"mortgage":[{"property_address":null}],"student":[{"pslf_status":null}]}}`,
		`{"holdings":[{"quantity":1}],"securities":[{"fixed_income":{"yield_rate":null},"option_contract":{}}],"investment_transactions":[{}],"total_investment_transactions":1}`,
		``, `null`, `[]`, `{"accounts":[null]}`, `{"numbers":{"ach":[{}],"eft":[{}],"bacs":[{}],"international":[{}]}}`,
	} {
		f.Add(200, text)
	}
	f.Add(400, `{"error_code":"`)
	f.Fuzz(func(t *testing.T, status int, text string) {
		p, up := newProvider(t, nil)
		for _, path := range []string{
			"/accounts/get", "/identity/get", "/auth/get", "/investments/holdings/get", "/investments/transactions/get",
			"/liabilities/get", "/transactions/sync", "/item/get", "/item/remove", "/link/token/create",
			"/webhook_verification_key/get",
		} {
			up.answers[path] = []answer{{status: status, body: text}, {body: `{"has_more":false}`}}
		}
		check := func(err error) {
			t.Helper()
			var e *providers.Error
			if err != nil && !errors.As(err, &e) {
				t.Errorf("%d %q: %v", status, text, err)
			}
		}
		c := conn("")
		_, err := p.Accounts(t.Context(), c)
		check(err)
		_, err = p.Owners(t.Context(), c)
		check(err)
		_, err = p.Numbers(t.Context(), c)
		check(err)
		_, err = p.Investments(t.Context(), c, "2026-01-01")
		check(err)
		_, err = p.Liabilities(t.Context(), c)
		check(err)
		_, err = p.SyncTransactions(t.Context(), c, providers.SyncRequest{From: "2026-01-01"})
		check(err)
		check(p.Status(t.Context(), c))
		check(p.Disconnect(t.Context(), c))
		_, err = begin(t, p, nil)
		check(err)
		_, _ = p.WebhookKey(t.Context(), "k")
	})
}
