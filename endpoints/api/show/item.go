// Package show renders what several endpoints answer with, an Item and its
// accounts, so that they are the same wherever they appear.
package show

import (
	"slices"
	"time"

	"github.com/gingham-dev/gingham/models"
	"github.com/gingham-dev/gingham/models/plaid"
	"github.com/gingham-dev/gingham/models/plaid/wire"
	"github.com/gingham-dev/gingham/models/plaiderr"
	"github.com/gingham-dev/gingham/store"
)

// Item renders an Item's head.
func Item(h *store.Head) plaid.Item {
	it := &h.Item
	return plaid.Item{
		AuthMethod:            authMethod(it),
		AvailableProducts:     products(it.Available),
		BilledProducts:        products(it.Products),
		ConsentExpirationTime: TimeOrNull(it.ConsentExpiresAt),
		ConsentedProducts:     consented(it),
		Error:                 ItemError(it.Error),
		InstitutionID:         wire.Some(string(it.Institution)),
		InstitutionName:       wire.Some(it.InstitutionName),
		ItemID:                string(h.ID),
		Products:              products(it.Products),
		UpdateType:            it.UpdateType,
		Webhook:               webhook(it),
	}
}

// ItemWithConsent renders an Item's head as /item/get does.
func ItemWithConsent(h *store.Head) plaid.ItemWithConsentFields {
	it := Item(h)
	created := h.Item.CreatedAt
	return plaid.ItemWithConsentFields{
		AuthMethod: it.AuthMethod, AvailableProducts: it.AvailableProducts, BilledProducts: it.BilledProducts,
		ConsentExpirationTime: it.ConsentExpirationTime, ConsentedProducts: it.ConsentedProducts,
		CreatedAt: &created, Error: it.Error, InstitutionID: it.InstitutionID, InstitutionName: it.InstitutionName,
		ItemID: it.ItemID, Products: it.Products, UpdateType: it.UpdateType, Webhook: it.Webhook,
	}
}

// ItemError renders the error an Item is in, without a request id; nil for a healthy one.
func ItemError(e *models.ItemError) *plaid.PlaidError {
	if e == nil {
		return nil
	}
	return Error(plaiderr.OfItem(e))
}

// Error renders an error as it stands inside Items and Link sessions.
func Error(e *plaiderr.Error) *plaid.PlaidError {
	docs := e.DocumentationURL()
	out := &plaid.PlaidError{
		DisplayMessage: wire.NilIfEmpty(e.Display()), DocumentationURL: &docs,
		ErrorCode: e.Code(), ErrorMessage: e.Message(), ErrorType: e.Type(),
		Status:          wire.Some(int64(e.Status())),
		SuggestedAction: wire.OrNull(wire.NilIfEmpty(e.SuggestedAction())),
	}
	if e.Reason() != "" {
		out.ErrorCodeReason = wire.Some(e.Reason())
	}
	return out
}

// products renders products in alphabetical order, the same on every endpoint.
func products(list []models.Product) []string {
	out := make([]string, len(list))
	for i, p := range list {
		out[i] = string(p)
	}
	slices.Sort(out)
	return out
}

func consented(it *models.Item) []string {
	if it.Consented == nil {
		return nil
	}
	return products(it.Consented)
}

// authMethod is how account numbers were had: instantly, where Auth is in use.
func authMethod(it *models.Item) wire.Opt[string] {
	if it.HasProduct(models.ProductAuth) {
		return wire.Some("INSTANT_AUTH")
	}
	return wire.Null[string]()
}

// webhook is "" for an Item without one: Plaid answers so rather than null.
func webhook(it *models.Item) *string { return &it.Webhook }

// TimeOrNull is t, or nil for the zero time.
func TimeOrNull(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	return &t
}
