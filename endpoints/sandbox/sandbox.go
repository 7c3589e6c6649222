// Package sandbox is what testers have and nobody else: Items without Link, and
// what would otherwise have to be waited for. The kit serves none of it outside
// the sandbox environment.
package sandbox

import (
	"github.com/gingham-dev/gingham/endpoints/api"
	"github.com/gingham-dev/gingham/ledger"
	"github.com/gingham-dev/gingham/models/plaid/wire"
)

// Group is the endpoints of this package.
type Group struct {
	ledger *ledger.Ledger
	tokens *api.Tokens
}

// New returns the group.
func New(l *ledger.Ledger, tokens *api.Tokens) *Group {
	return &Group{ledger: l, tokens: tokens}
}

// maxCustomUser is the largest request that makes a custom user, in bytes: some
// 200,000 transactions.
const maxCustomUser = 32 << 20

// Routes lists the group's endpoints. Adding transactions refreshes the Item,
// which one whose login is broken can't be.
func (g *Group) Routes() []api.Route {
	return []api.Route{
		api.Handle("/sandbox/public_token/create", api.ClientAuth, g.createPublicToken).TakesUpTo(maxCustomUser),
		api.Handle("/sandbox/processor_token/create", api.ClientAuth, g.createProcessorToken).TakesUpTo(maxCustomUser),
		api.Handle("/sandbox/item/reset_login", api.ItemAuth, g.resetLogin).AnswersBroken(),
		api.Handle("/sandbox/item/fire_webhook", api.ItemAuth, g.fireWebhook).AnswersBroken(),
		api.Handle("/sandbox/item/set_verification_status", api.ItemAuth, g.setVerificationStatus).AnswersBroken(),
		api.Handle("/sandbox/transactions/create", api.ItemAuth, g.createTransactions),
	}
}

// credentials are those of the test user that a request asks for, or the default ones.
func credentials(username, password wire.Opt[string]) map[string]string {
	return map[string]string{"username": username.Or("user_good"), "password": password.Or("pass_good")}
}
