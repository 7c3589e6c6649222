package show

import (
	"slices"
	"time"

	"github.com/gingham-dev/gingham/endpoints/api"
	"github.com/gingham-dev/gingham/models"
	"github.com/gingham-dev/gingham/models/plaid"
	"github.com/gingham-dev/gingham/models/plaid/wire"
	"github.com/gingham-dev/gingham/models/plaiderr"
	"github.com/gingham-dev/gingham/store"
)

// Accounts are the accounts of an Item that a request is about, in the Item's order.
type Accounts []models.Account

// Select returns the accounts that a caller asks for: the one that a processor
// token opens; else those of ids, or all where ids is nil. It returns
// INVALID_ACCOUNT_ID if one of ids is not an account of the Item.
func Select(c *api.Caller, h *store.Head, ids []string) (Accounts, error) {
	if c.Account != "" {
		ids = []string{string(c.Account)}
	}
	if ids == nil {
		return h.Accounts, nil
	}
	out := make(Accounts, 0, len(ids))
	for _, a := range h.Accounts {
		if slices.Contains(ids, string(a.ID)) {
			out = append(out, a)
		}
	}
	for _, id := range ids {
		if _, ok := out.ByID(models.AccountID(id)); !ok {
			return nil, plaiderr.New(plaiderr.InvalidAccountID)
		}
	}
	return out, nil
}

// ByID finds an account by its id.
func (list Accounts) ByID(id models.AccountID) (*models.Account, bool) {
	for i := range list {
		if list[i].ID == id {
			return &list[i], true
		}
	}
	return nil, false
}

// ByKey finds an account by its provider's key.
func (list Accounts) ByKey(key string) (*models.Account, bool) {
	for i := range list {
		if list[i].Key == key {
			return &list[i], true
		}
	}
	return nil, false
}

// IDs lists the accounts' ids.
func (list Accounts) IDs() []models.AccountID {
	out := make([]models.AccountID, len(list))
	for i := range list {
		out[i] = list[i].ID
	}
	return out
}

// Wire renders the accounts.
func (list Accounts) Wire() []plaid.AccountBase {
	out := make([]plaid.AccountBase, len(list))
	for i := range list {
		out[i] = Account(&list[i])
	}
	return out
}

// Account renders one account.
func Account(a *models.Account) plaid.AccountBase {
	return plaid.AccountBase{
		AccountID:           string(a.ID),
		Balances:            Balance(&a.Balances),
		HolderCategory:      wire.OrNull(OrNull(a.Holder)),
		Mask:                OrNull(a.Mask),
		Name:                a.Name,
		OfficialName:        OrNull(a.OfficialName),
		PersistentAccountID: OrNull(a.PersistentID),
		Subtype:             OrNull(a.Subtype),
		Type:                a.Type,
		VerificationStatus:  OrNull(a.Verification),
	}
}

// Balance renders balances.
func Balance(b *models.Balance) plaid.AccountBalance {
	out := plaid.AccountBalance{
		Available: b.Available, Current: b.Current, Limit: b.Limit,
		ISOCurrencyCode:        OrNull(b.Currency.ISO),
		UnofficialCurrencyCode: OrNull(b.Currency.Unofficial),
	}
	if b.LastUpdated != "" {
		if t, err := time.Parse(time.RFC3339, b.LastUpdated); err == nil {
			out.LastUpdatedDatetime = wire.Some(t)
		}
	}
	return out
}
