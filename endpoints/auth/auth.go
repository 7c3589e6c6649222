// Package auth serves the numbers by which accounts are paid to and from.
package auth

import (
	"context"
	"slices"

	"github.com/gingham-dev/gingham/endpoints/api"
	"github.com/gingham-dev/gingham/endpoints/api/show"
	"github.com/gingham-dev/gingham/ledger"
	"github.com/gingham-dev/gingham/models"
	"github.com/gingham-dev/gingham/models/plaiderr"
	"github.com/gingham-dev/gingham/store"
)

// Group is the endpoints of this package.
type Group struct {
	ledger *ledger.Ledger
}

// New returns the group.
func New(l *ledger.Ledger) *Group { return &Group{ledger: l} }

// Routes lists the group's endpoints.
func (g *Group) Routes() []api.Route {
	return []api.Route{
		api.Handle("/auth/get", api.ItemAuth, g.get),
		api.Handle("/processor/auth/get", api.ProcessorAuth, g.processorGet),
	}
}

// payable is the accounts of an answer, each with the numbers at the same place.
type payable struct {
	head     *store.Head
	accounts show.Accounts
	numbers  []models.AccountNumbers
}

// read finds those of the accounts asked for that have numbers. The others, as
// credit cards, are left out, as long as one remains: apps pass on whatever
// accounts a person chose. Errors: INVALID_ACCOUNT_ID, NO_AUTH_ACCOUNTS where
// none remains, and what using the product gives.
func (g *Group) read(ctx context.Context, c *api.Caller, ids []string) (*payable, error) {
	asked, err := show.Select(c, c.Item, ids)
	if err != nil {
		return nil, err
	}
	// With the product in use, the numbers themselves tell who has some.
	used := c.Item.Item.HasProduct(models.ProductAuth)
	h, err := g.ledger.UseIf(ctx, c.Token, c.Item, models.ProductAuth, asked,
		func(a models.Account) bool { return used || a.HasNumbers() }, plaiderr.NoAuthAccounts)
	if err != nil {
		return nil, err
	}
	numbers, err := g.ledger.Numbers(ctx, h)
	if err != nil {
		return nil, err
	}
	out := &payable{head: h}
	for _, a := range asked {
		i := slices.IndexFunc(numbers, func(n models.AccountNumbers) bool { return n.AccountKey == a.Key })
		if i >= 0 && hasScheme(&numbers[i]) {
			out.accounts = append(out.accounts, a)
			out.numbers = append(out.numbers, numbers[i])
		}
	}
	if len(out.accounts) == 0 {
		return nil, plaiderr.New(plaiderr.NoAuthAccounts)
	}
	return out, nil
}

// hasScheme reports whether an account can be paid to; a number by which
// securities are moved is not enough.
func hasScheme(n *models.AccountNumbers) bool {
	return n.ACH != nil || n.EFT != nil || n.BACS != nil || n.International != nil
}
