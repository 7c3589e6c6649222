package program

import (
	"context"
	"fmt"
	"slices"

	"github.com/gingham-dev/gingham/models"
	"github.com/gingham-dev/gingham/models/plaiderr"
	"github.com/gingham-dev/gingham/store"
)

// registrable reports whether an account is of a kind that can be registered.
func registrable(a *models.Account) bool {
	return a.Type == models.Depository && bankTypes[a.Subtype] != ""
}

// payable are the accounts of an Item that can be registered, by their ids: those of the
// kind that have an account and a routing number.
func (g *Group) payable(ctx context.Context, h *store.Head) (map[models.AccountID]account, error) {
	numbers, err := g.ledger.Numbers(ctx, h)
	if err != nil {
		return nil, err
	}
	out := map[models.AccountID]account{}
	for i := range numbers {
		n := numbers[i].ACH
		j := slices.IndexFunc(h.Accounts, func(a models.Account) bool { return a.Key == numbers[i].AccountKey })
		if n == nil || n.Account == "" || n.Routing == "" || j < 0 || !registrable(&h.Accounts[j]) {
			continue
		}
		a := &h.Accounts[j]
		out[a.ID] = account{
			ID: a.ID, LastFour: n.Account[max(0, len(n.Account)-4):], Routing: n.Routing, Type: a.Subtype,
		}
	}
	return out, nil
}

// selected are the accounts of an Item that a field names, by their own ids or as bank
// accounts, each once and in its order, and the newest head. The Item gets its numbers
// where it has none yet. Errors: INVALID_FIELD that names one which can't be registered;
// the provider's, or the store's.
func (g *Group) selected(ctx context.Context, h *store.Head, field string, names []string) (*store.Head, []account, error) {
	refused := func(name string) error {
		return plaiderr.InvalidField(fmt.Sprintf(
			"%s: %q is not a checking or savings account of the Item with an account and a routing number", field, name))
	}
	chosen := make([]models.AccountID, len(names))
	for i, name := range names {
		j := slices.IndexFunc(h.Accounts, func(a models.Account) bool {
			return name == string(a.ID) || name == bankAccountID(h.ID, a.ID)
		})
		if j < 0 || !registrable(&h.Accounts[j]) {
			return nil, nil, refused(name)
		}
		chosen[i] = h.Accounts[j].ID
	}
	if len(names) == 0 {
		return h, nil, nil
	}
	h, err := g.ledger.Ensure(ctx, h, models.ProductAuth, 0)
	if err != nil {
		return nil, nil, err
	}
	now, err := g.payable(ctx, h)
	if err != nil {
		return nil, nil, err
	}
	var out []account
	for i, id := range chosen {
		a, ok := now[id]
		if !ok {
			return nil, nil, refused(names[i])
		}
		if !slices.Contains(out, a) {
			out = append(out, a)
		}
	}
	return h, out, nil
}
