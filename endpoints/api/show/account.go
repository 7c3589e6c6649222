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

// Select returns those of ids among the accounts that a caller's token opens, or
// all of them where ids is nil: an access token opens all of the Item's, a
// processor token one. It returns INVALID_ACCOUNT_ID if one of ids is none of
// them. What it returns holds at least one account, unless ids is empty.
func Select(c *api.Caller, h *store.Head, ids []string) (Accounts, error) {
	opened := Accounts(h.Accounts)
	if c.Account != "" {
		opened = nil
		if a, ok := Accounts(h.Accounts).ByID(c.Account); ok {
			opened = Accounts{*a}
		}
	}
	if ids == nil && len(opened) > 0 {
		return opened, nil
	}
	out := make(Accounts, 0, len(ids))
	for _, a := range opened {
		if slices.Contains(ids, string(a.ID)) {
			out = append(out, a)
		}
	}
	// A processor's account may be gone from its Item.
	if len(opened) == 0 {
		return nil, plaiderr.New(plaiderr.InvalidAccountID)
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
		HolderCategory:      wire.OrNull(wire.NilIfEmpty(a.Holder)),
		Mask:                wire.NilIfEmpty(a.Mask),
		Name:                a.Name,
		OfficialName:        wire.NilIfEmpty(a.OfficialName),
		PersistentAccountID: wire.NilIfEmpty(a.PersistentID),
		Subtype:             wire.NilIfEmpty(a.Subtype),
		Type:                a.Type,
		VerificationStatus:  wire.NilIfEmpty(a.Verification),
	}
}

// Balance renders balances.
func Balance(b *models.Balance) plaid.AccountBalance {
	out := plaid.AccountBalance{
		Available: b.Available, Current: b.Current, Limit: b.Limit,
		ISOCurrencyCode:        wire.NilIfEmpty(b.Currency.ISO),
		UnofficialCurrencyCode: wire.NilIfEmpty(b.Currency.Unofficial),
	}
	if b.LastUpdated != "" {
		if t, err := time.Parse(time.RFC3339, b.LastUpdated); err == nil {
			out.LastUpdatedDatetime = wire.Some(t)
		}
	}
	return out
}
