package institutions

import (
	"context"
	"slices"

	"github.com/gingham-dev/gingham/endpoints/api"
	"github.com/gingham-dev/gingham/endpoints/api/names"
	"github.com/gingham-dev/gingham/models"
	"github.com/gingham-dev/gingham/models/plaid"
)

// maxFound is how many institutions a search finds at most.
const maxFound = 10

// search answers with the institutions whose names fit best.
func (g *Group) search(_ context.Context, _ *api.Caller, req *plaid.InstitutionsSearchRequest) (*plaid.InstitutionsSearchResponse, error) {
	if err := someCountry(req.CountryCodes); err != nil {
		return nil, err
	}
	o := req.Options
	if o == nil {
		o = &plaid.InstitutionsSearchRequestOptions{}
	}
	_, pays := o.PaymentInitiation.Get()
	products := req.Products.Or(nil)
	var found [names.Ranks][]*institution
	query := names.Fold(req.Query)
	for _, in := range g.list {
		rank, ok := names.Match(in.folded, query)
		if !ok || !in.in(req.CountryCodes) || in.OAuth != o.OAuth.Or(in.OAuth) || !in.canDo(products) {
			continue
		}
		// An institution that takes no payments takes none of any kind.
		if !pays || in.PaymentInitiation {
			found[rank] = append(found[rank], in)
		}
	}
	best := slices.Concat(found[:]...)
	with := with{
		metadata: isSet(o.IncludeOptionalMetadata), auth: o.IncludeAuthMetadata.Or(false),
		payments: o.IncludePaymentInitiationMetadata.Or(false),
	}
	return &plaid.InstitutionsSearchResponse{Institutions: with.all(best[:min(len(best), maxFound)])}, nil
}

// canDo is supports, apart from that account numbers had by matching or by
// micro-deposits count for Auth. /institutions/get wants them instantly.
func (in *institution) canDo(products []string) bool {
	slow := in.InstantMatch || in.AutomatedMicroDeposits
	for _, p := range products {
		if !slices.Contains(in.products, p) && (p != string(models.ProductAuth) || !slow) {
			return false
		}
	}
	return true
}
