package institutions

import (
	"context"

	"github.com/gingham-dev/gingham/endpoints/api"
	"github.com/gingham-dev/gingham/models"
	"github.com/gingham-dev/gingham/models/plaid"
	"github.com/gingham-dev/gingham/models/plaiderr"
)

// getByID answers with one institution. It returns INVALID_INSTITUTION for one
// that doesn't exist or isn't in any of the countries.
func (g *Group) getByID(_ context.Context, _ *api.Caller, req *plaid.InstitutionsGetByIDRequest) (*plaid.InstitutionsGetByIDResponse, error) {
	if err := someCountry(req.CountryCodes); err != nil {
		return nil, err
	}
	in, ok := g.byID[models.InstitutionID(req.InstitutionID)]
	if !ok || !in.in(req.CountryCodes) {
		return nil, plaiderr.New(plaiderr.InvalidInstitution)
	}
	o := req.Options
	if o == nil {
		o = &plaid.InstitutionsGetByIDRequestOptions{}
	}
	with := with{
		metadata: isSet(o.IncludeOptionalMetadata), auth: isSet(o.IncludeAuthMetadata),
		payments: isSet(o.IncludePaymentInitiationMetadata), status: isSet(o.IncludeStatus),
	}
	return &plaid.InstitutionsGetByIDResponse{Institution: with.one(in)}, nil
}

// someCountry returns INVALID_FIELD for an empty list. /institutions/get is
// checked for it by the description, the other two are not.
func someCountry(codes []string) error {
	if len(codes) == 0 {
		return plaiderr.InvalidField("country_codes must be a non-empty array")
	}
	return nil
}
