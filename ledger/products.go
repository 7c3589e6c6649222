package ledger

import (
	"context"
	"slices"

	"github.com/gingham-dev/gingham/models"
	"github.com/gingham-dev/gingham/models/plaiderr"
	"github.com/gingham-dev/gingham/providers"
	"github.com/gingham-dev/gingham/store"
)

// addable are the products that an Item gets by using them, as Plaid's do; all
// others must be asked for when linking.
var addable = []models.Product{
	models.ProductAuth, models.ProductIdentity, models.ProductInvestments,
	models.ProductLiabilities, models.ProductTransactions,
}

// Ensure makes sure that an Item has a product, adding it with its data where
// using it does so. It returns the newest head. days is how much transaction
// history to ask for if this starts it; 0 leaves that as it is. Errors: *plaiderr.Error
// PRODUCTS_NOT_SUPPORTED or PRODUCT_NOT_ENABLED, the provider's, or the store's.
func (l *Ledger) Ensure(ctx context.Context, h *store.Head, p models.Product, days int) (*store.Head, error) {
	if h.Item.HasProduct(p) {
		return h, nil
	}
	if !slices.Contains(h.Item.Available, p) {
		return nil, plaiderr.ProductsNotSupported(p)
	}
	if !slices.Contains(addable, p) {
		return nil, plaiderr.New(plaiderr.ProductNotEnabled)
	}
	var want wanted
	want.add(p)
	head, err := l.Update(ctx, h.Client, h.ID, func(next *store.Head) error {
		switch {
		case next.Item.Removed():
			return ErrRemoved
		case next.Item.HasProduct(p):
			return nil
		}
		if err := addProduct(&next.Item, p); err != nil {
			return err
		}
		if p == models.ProductTransactions {
			if days > 0 {
				next.Item.DaysRequested = days
			}
			want.transactions = l.begin(next)
			next.Due = l.due(next)
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	if want == (wanted{}) {
		return head, nil
	}
	head, _, err = l.pull(ctx, h.Client, h.ID, want)
	return head, err
}

// addProduct moves a product from those that an Item could have to those that it has.
func addProduct(it *models.Item, p models.Product) error {
	if it.HasProduct(p) {
		return nil
	}
	at := slices.Index(it.Available, p)
	if at < 0 {
		return plaiderr.ProductsNotSupported(p)
	}
	it.Available = slices.Delete(it.Available, at, at+1)
	it.Products = append(it.Products, p)
	slices.Sort(it.Products)
	return nil
}

// part reads a part of an Item's data, asking the provider for it if the Item
// never had it.
func part[T any](ctx context.Context, l *Ledger, h *store.Head, name string, want wanted) (T, error) {
	return fresh(ctx, l, h, func(h *store.Head) (v T, err error) {
		found, err := l.readPart(ctx, h, name, &v)
		if err != nil || found {
			return v, err
		}
		if h, _, err = l.pull(ctx, h.Client, h.ID, want); err != nil {
			return v, err
		}
		if found, err = l.readPart(ctx, h, name, &v); err == nil && !found && l.tells(h.Provider, name) {
			err = ErrNotReady
		}
		return v, err
	})
}

// tells reports whether a provider is one that has a part: the others have an empty one.
func (l *Ledger) tells(provider, name string) bool {
	p, _ := l.providers.Provider(provider)
	var ok bool
	switch name {
	case partOwners:
		_, ok = p.(providers.IdentityProvider)
	case partNumbers:
		_, ok = p.(providers.NumbersProvider)
	case partInvestments:
		_, ok = p.(providers.InvestmentsProvider)
	case partLiabilities:
		_, ok = p.(providers.LiabilitiesProvider)
	}
	return ok
}

// Owners reads who owns an Item's accounts.
func (l *Ledger) Owners(ctx context.Context, h *store.Head) ([]models.AccountOwners, error) {
	return part[[]models.AccountOwners](ctx, l, h, partOwners, wanted{owners: true})
}

// Numbers reads account and routing numbers.
func (l *Ledger) Numbers(ctx context.Context, h *store.Head) ([]models.AccountNumbers, error) {
	return part[[]models.AccountNumbers](ctx, l, h, partNumbers, wanted{numbers: true})
}

// Investments reads securities, holdings and investment transactions.
func (l *Ledger) Investments(ctx context.Context, h *store.Head) (models.Investments, error) {
	return part[models.Investments](ctx, l, h, partInvestments, wanted{investments: true})
}

// Liabilities reads the terms of cards and loans.
func (l *Ledger) Liabilities(ctx context.Context, h *store.Head) (models.Liabilities, error) {
	return part[models.Liabilities](ctx, l, h, partLiabilities, wanted{liabilities: true})
}
