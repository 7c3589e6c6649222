package assetreport

import (
	"context"

	"github.com/gingham-dev/gingham/endpoints/api"
	"github.com/gingham-dev/gingham/models/plaid"
	"github.com/gingham-dev/gingham/models/plaid/wire"
	"github.com/gingham-dev/gingham/models/plaiderr"
)

// form is how much of a report is shown.
type form struct {
	// insights adds merchants, categories, places and how payments were made.
	insights bool
	// fast leaves out all history.
	fast bool
	// days limits the history, in days; nil is no limit.
	days *int
}

// days is the limit that a request sets.
func days(field wire.Opt[int64]) *int {
	n, ok := field.Get()
	if !ok {
		return nil
	}
	limit := int(n)
	return &limit
}

// get answers with a report. There are reports of access tokens only, so that none is
// known by a user's token.
func (g *Group) get(ctx context.Context, c *api.Caller, req *plaid.AssetReportGetRequest) (*api.Stream, error) {
	if req.AssetReportToken == nil {
		if req.UserToken != nil {
			return nil, plaiderr.New(plaiderr.InvalidUserToken)
		}
		return nil, plaiderr.MissingFields([]string{"asset_report_token"})
	}
	r, err := g.open(ctx, c.Client.ID, *req.AssetReportToken)
	if err != nil {
		return nil, err
	}
	f := form{insights: wire.ValueOr(req.IncludeInsights, false), fast: wire.ValueOr(req.FastReport, false)}
	if req.Options != nil {
		f.days = days(req.Options.DaysToInclude)
	}
	return g.answer(r, f)
}

// getPDF answers with a report as a document.
func (g *Group) getPDF(ctx context.Context, c *api.Caller, req *plaid.AssetReportPDFGetRequest) (*api.Stream, error) {
	r, err := g.open(ctx, c.Client.ID, req.AssetReportToken)
	if err != nil {
		return nil, err
	}
	var f form
	if req.Options != nil {
		f.days = days(req.Options.DaysToInclude)
	}
	return g.document(r, f)
}
