package linkmoney

import (
	"context"
	"slices"
	"time"

	"github.com/gingham-dev/gingham/endpoints/api"
	"github.com/gingham-dev/gingham/models"
	"github.com/gingham-dev/gingham/models/plaid"
	"github.com/gingham-dev/gingham/models/plaid/wire"
)

// Link Money's clients ask for institutions without saying of which countries, and
// are told how an institution fares.

const countryCodes = "country_codes"

// countries are all that there are institutions in.
func countries(list []models.Institution) []string {
	var out []string
	for i := range list {
		out = append(out, list[i].Countries...)
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// some is codes, or where there are none, those of all countries.
func (g *Group) some(codes []string) []string {
	if len(codes) == 0 {
		return g.countries
	}
	return codes
}

func (g *Group) listInstitutions(r api.Route) api.Route {
	return r.ForTokens(api.Handle(r.Path, api.AnyAuth,
		func(ctx context.Context, c *api.Caller, req *plaid.InstitutionsGetRequest) (api.Response, error) {
			req.CountryCodes = g.some(req.CountryCodes)
			if req.Count == 0 {
				req.Count = defaultCount
			}
			return r.Call(ctx, c, req)
		}).Optional("count", countryCodes, "offset"))
}

func (g *Group) searchInstitutions(r api.Route) api.Route {
	return r.ForTokens(api.Handle(r.Path, api.AnyAuth,
		func(ctx context.Context, c *api.Caller, req *plaid.InstitutionsSearchRequest) (api.Response, error) {
			req.CountryCodes = g.some(req.CountryCodes)
			return r.Call(ctx, c, req)
		}).Optional(countryCodes))
}

func (g *Group) tellInstitution(r api.Route) api.Route {
	return r.ForTokens(api.Handle(r.Path, api.AnyAuth,
		func(ctx context.Context, c *api.Caller, req *plaid.InstitutionsGetByIDRequest) (api.Response, error) {
			req.CountryCodes = g.some(req.CountryCodes)
			o := plaid.InstitutionsGetByIDRequestOptions{}
			if req.Options != nil {
				o = *req.Options
			}
			with := true
			o.IncludeOptionalMetadata, o.IncludeStatus = &with, &with
			req.Options = &o
			resp, err := r.Call(ctx, c, req)
			if err != nil {
				return nil, err
			}
			told := resp.(*plaid.InstitutionsGetByIDResponse)
			return answer{"institution": withStatus(&told.Institution)}, nil
		}).Optional(countryCodes))
}

// withStatus is an institution whose status is the guide's.
func withStatus(in *plaid.Institution) []byte {
	fares := answer{"status": statusOf(in)}
	in.Status = wire.Opt[plaid.InstitutionStatus]{}
	text := in.AppendJSON(nil)
	return append(append(text[:len(text)-1], ','), fares.AppendJSON(nil)[1:]...)
}

// status is how an institution fares, by kind of work. Everything is where Plaid has
// it, and what Link Money's guide has elsewhere (its example lacks a brace) is there too.
type status struct {
	ItemLogins          health           `json:"item_logins"`
	TransactionsUpdates health           `json:"transactions_updates"`
	Auth                health           `json:"auth"`
	Balance             health           `json:"balance"`
	Identity            health           `json:"identity"`
	Investments         investmentHealth `json:"investments"`
	InvestmentsUpdates  health           `json:"investments_updates"`
	Liabilities         liabilityHealth  `json:"liabilities"`
	LiabilitiesUpdates  health           `json:"liabilities_updates"`
	PrimaryColor        *string          `json:"primary_color"`
	URL                 *string          `json:"url"`
	// Logo is null here: the institution has it, and it is large.
	Logo *string `json:"logo"`
}

// health is how one kind of work fares.
type health struct {
	Status           string    `json:"status"`
	LastStatusChange time.Time `json:"last_status_change"`
	Breakdown        breakdown `json:"breakdown"`
}

// investmentHealth has that of liabilities in it, as the guide does.
type investmentHealth struct {
	health

	Liabilities liabilityHealth `json:"liabilities"`
}

// liabilityHealth has its breakdown a second time, by the guide's name for it.
type liabilityHealth struct {
	health

	ErrorLinkMoney breakdown `json:"error_link_money"`
}

// breakdown is what part of the attempts ended how. Our own failures have Plaid's name
// for them as well as Link Money's.
type breakdown struct {
	Success          float64 `json:"success"`
	ErrorLinkMoney   float64 `json:"error_link_money"`
	ErrorPlaid       float64 `json:"error_plaid"`
	ErrorInstitution float64 `json:"error_institution"`
	// RefreshInterval is of updates only.
	RefreshInterval string `json:"refresh_interval,omitzero"`
}

// statusOf is how an institution fares, or nil where nobody knows.
func statusOf(in *plaid.Institution) *status {
	told := in.Status.Ptr()
	if told == nil {
		return nil
	}
	work, updates := healthOf(told.ItemLogins.Ptr()), healthOf(told.TransactionsUpdates.Ptr())
	liabilities := liabilityHealth{work, work.Breakdown}
	return &status{
		ItemLogins: work, TransactionsUpdates: updates, Auth: work, Balance: work, Identity: work,
		Investments: investmentHealth{work, liabilities}, InvestmentsUpdates: updates,
		Liabilities: liabilities, LiabilitiesUpdates: updates,
		PrimaryColor: in.PrimaryColor.Ptr(), URL: in.URL.Ptr(),
	}
}

// healthOf is what Plaid's clients are told of a kind of work, in the guide's words too.
func healthOf(told *plaid.ProductStatus) health {
	b := told.Breakdown
	h := health{Status: told.Status, LastStatusChange: told.LastStatusChange, Breakdown: breakdown{
		Success: b.Success.InexactFloat64(), ErrorLinkMoney: b.ErrorPlaid.InexactFloat64(),
		ErrorPlaid: b.ErrorPlaid.InexactFloat64(), ErrorInstitution: b.ErrorInstitution.InexactFloat64(),
	}}
	if b.RefreshInterval != nil {
		h.Breakdown.RefreshInterval = *b.RefreshInterval
	}
	return h
}
