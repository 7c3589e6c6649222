package link

import (
	"slices"
	"strings"

	"github.com/gingham-dev/gingham/endpoints/api/linksession"
	"github.com/gingham-dev/gingham/models"
	"github.com/gingham-dev/gingham/models/plaid"
	"github.com/gingham-dev/gingham/models/plaiderr"
)

// inUpdate are the products that update mode can add to an Item, apart from
// those of consumer reports; auth and identity are for updating what the person
// typed in.
var inUpdate = []models.Product{
	models.ProductAssets, models.ProductAuth, models.ProductIdentity, models.ProductStatements,
	plaid.ProductEmployment, plaid.ProductIncomeVerification,
}

// setProducts sets the lists of products and what they want to know.
func (g *Group) setProducts(t *linksession.Token, req *plaid.LinkTokenCreateRequest) error {
	lists := []struct {
		field string
		names []string
		to    *[]models.Product
	}{
		{"products", req.Products.Or(nil), &t.Products},
		{"required_if_supported_products", req.RequiredIfSupportedProducts.Or(nil), &t.RequiredIfSupported},
		{"optional_products", req.OptionalProducts.Or(nil), &t.Optional},
		{"additional_consented_products", req.AdditionalConsentedProducts.Or(nil), &t.Consented},
	}
	for i, list := range lists {
		var err error
		if *list.to, err = linksession.Products(list.names); err != nil {
			return err
		}
		for _, before := range lists[:i] {
			if overlap(*before.to, *list.to) {
				return plaiderr.InvalidField(before.field + " and " + list.field + " must not overlap")
			}
		}
		if err := g.checkOffered(*list.to); err != nil {
			return err
		}
	}
	if err := checkMode(t); err != nil {
		return err
	}
	if req.Transactions != nil && req.Transactions.DaysRequested != nil {
		t.DaysRequested = int(*req.Transactions.DaysRequested)
	}
	return setStatements(t, req.Statements)
}

// checkMode checks that products are asked for in a session that makes an Item,
// and in update mode only those that it can add.
func checkMode(t *linksession.Token) error {
	if t.Update == nil {
		if len(t.Products) == 0 {
			return plaiderr.InvalidField("must provide at least one product")
		}
		return nil
	}
	for _, p := range t.Products {
		if !slices.Contains(inUpdate, p) && !strings.HasPrefix(string(p), "cra_") {
			return plaiderr.InvalidField("products must not be set in update mode, which cannot add " + string(p))
		}
	}
	return nil
}

// checkOffered returns INVALID_PRODUCT for products that no institution has.
func (g *Group) checkOffered(products []models.Product) error {
	var refused []models.Product
	for _, p := range products {
		if !g.offered[p] {
			refused = append(refused, p)
		}
	}
	if refused != nil {
		return plaiderr.ProductsNotAuthorized(refused...)
	}
	return nil
}

// setStatements sets which statements to have; the product wants to be told.
func setStatements(t *linksession.Token, days *plaid.LinkTokenCreateRequestStatements) error {
	if days == nil {
		if slices.Contains(t.Products, models.ProductStatements) {
			return plaiderr.InvalidField("statements must be set to use the statements product")
		}
		return nil
	}
	d, err := linksession.CheckStatements("statements.", days.StartDate, days.EndDate)
	t.Statements = &d
	return err
}

func overlap(a, b []models.Product) bool {
	return slices.ContainsFunc(a, func(p models.Product) bool { return slices.Contains(b, p) })
}
