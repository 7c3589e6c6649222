package ledger

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"

	"github.com/gingham-dev/gingham/models"
	"github.com/gingham-dev/gingham/models/plaiderr"
	"github.com/gingham-dev/gingham/store"
)

// Use makes sure that the holder of a token may use a product of an Item, and
// that the Item has it (see Ensure). It returns the newest head. Errors: *plaiderr.Error, the
// provider's, or the store's.
func (l *Ledger) Use(ctx context.Context, token store.Token, h *store.Head, p models.Product) (*store.Head, error) {
	return l.UseFor(ctx, token, h, p, 0)
}

// UseFor is Use that asks for days of transaction history where this starts it.
func (l *Ledger) UseFor(ctx context.Context, token store.Token, h *store.Head, p models.Product, days int) (*store.Head, error) {
	if err := l.Permit(ctx, token, p); err != nil {
		return nil, err
	}
	return l.Ensure(ctx, h, p, days)
}

// UseIf is Use for a product that only some accounts have: if none of accounts
// suits, it returns the error none, and the Item does not get the product.
func (l *Ledger) UseIf(ctx context.Context, token store.Token, h *store.Head, p models.Product,
	accounts []models.Account, suits func(models.Account) bool, none *plaiderr.Code,
) (*store.Head, error) {
	if err := l.Permit(ctx, token, p); err != nil {
		return nil, err
	}
	// That the institution lacks the product is the better answer, and Ensure's.
	offered := h.Item.HasProduct(p) || slices.Contains(h.Item.Available, p)
	if offered && !slices.ContainsFunc(accounts, suits) {
		return nil, plaiderr.New(none)
	}
	return l.Ensure(ctx, h, p, 0)
}

const permissionsKind = "processor_permissions"

// Permissions are the products that a processor token may read; none is all.
func (l *Ledger) Permissions(ctx context.Context, token store.Token) ([]models.Product, error) {
	r, err := l.store.Record(ctx, token.Client, permissionsKind, token.Hash)
	if errors.Is(err, store.ErrNotFound) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	var list []models.Product
	if err := json.Unmarshal(r.Body, &list); err != nil {
		return nil, fmt.Errorf("permissions of a processor token: %w", err)
	}
	return list, nil
}

// SetPermissions replaces the products that a processor token may read; none is all.
func (l *Ledger) SetPermissions(ctx context.Context, token store.Token, list []models.Product) error {
	body, err := json.Marshal(list)
	if err != nil {
		return err
	}
	for range attempts {
		r, err := l.store.Record(ctx, token.Client, permissionsKind, token.Hash)
		if errors.Is(err, store.ErrNotFound) {
			err = l.store.CreateRecord(ctx, store.Record{
				Kind: permissionsKind, ID: token.Hash, Client: token.Client, Body: body,
			})
		} else if err == nil {
			r.Body = body
			err = l.store.UpdateRecord(ctx, r)
		}
		if !errors.Is(err, store.ErrConflict) && !errors.Is(err, store.ErrExists) {
			return err
		}
	}
	return fmt.Errorf("permissions of a processor token: %w", store.ErrConflict)
}

// Permit returns INVALID_PRODUCT for a processor token that may not read a
// product. Any other token may.
func (l *Ledger) Permit(ctx context.Context, token store.Token, p models.Product) error {
	if token.Kind != store.ProcessorToken {
		return nil
	}
	list, err := l.Permissions(ctx, token)
	if err != nil || len(list) == 0 || slices.Contains(list, p) {
		return err
	}
	return plaiderr.ProductsNotAuthorized(p)
}
