package institutions

import (
	"context"
	"slices"

	"github.com/gingham-dev/gingham/endpoints/api"
	"github.com/gingham-dev/gingham/models/plaid"
	"github.com/gingham-dev/gingham/models/plaiderr"
)

// get answers with a page of the institutions that fit, and how many fit.
func (g *Group) get(_ context.Context, _ *api.Caller, req *plaid.InstitutionsGetRequest) (*plaid.InstitutionsGetResponse, error) {
	o := req.Options
	if o == nil {
		o = &plaid.InstitutionsGetRequestOptions{}
	}
	routing, err := routingNumbers(o.RoutingNumbers.Or(nil))
	if err != nil {
		return nil, err
	}
	products := o.Products.Or(nil)
	var matches []*institution
	for _, in := range g.list {
		oauth := o.OAuth.Or(in.OAuth)
		if in.in(req.CountryCodes) && in.OAuth == oauth && in.supports(products) && in.hasAll(routing) {
			matches = append(matches, in)
		}
	}
	// Compared as they came, so that a huge offset can't overflow.
	from := min(req.Offset, int64(len(matches)))
	page := matches[from : from+min(req.Count, int64(len(matches))-from)]
	with := with{
		metadata: isSet(o.IncludeOptionalMetadata), auth: isSet(o.IncludeAuthMetadata),
		payments: isSet(o.IncludePaymentInitiationMetadata),
	}
	return &plaid.InstitutionsGetResponse{Institutions: with.all(page), Total: int64(len(matches))}, nil
}

// routingNumbers drops what is no routing number from a list. It returns
// INVALID_FIELD if nothing remains of one that wasn't empty.
func routingNumbers(list []string) ([]string, error) {
	out := slices.DeleteFunc(slices.Clone(list), func(n string) bool { return !isRouting(n) })
	if len(list) > 0 && len(out) == 0 {
		return nil, plaiderr.InvalidField("options.routing_numbers must contain at least one valid routing number")
	}
	return out, nil
}

// isRouting checks the length of a routing number and its last digit, which is
// chosen so that the digits weighed 3, 7, 1 sum to a multiple of ten.
func isRouting(n string) bool {
	if len(n) != 9 {
		return false
	}
	sum := 0
	for i, weight := range []int{3, 7, 1, 3, 7, 1, 3, 7, 1} {
		if n[i] < '0' || n[i] > '9' {
			return false
		}
		sum += int(n[i]-'0') * weight
	}
	return sum%10 == 0
}

// hasAll reports whether every one of routing is a number of the institution's.
func (in *institution) hasAll(routing []string) bool {
	for _, n := range routing {
		if !slices.Contains(in.RoutingNumbers, n) {
			return false
		}
	}
	return true
}
