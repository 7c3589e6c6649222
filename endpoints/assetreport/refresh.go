package assetreport

import (
	"context"
	"slices"

	"github.com/gingham-dev/gingham/endpoints/api"
	"github.com/gingham-dev/gingham/models"
	"github.com/gingham-dev/gingham/models/plaid"
	"github.com/gingham-dev/gingham/models/plaiderr"
)

// refresh asks for a new report about the same Items, with the same filters, as they
// are now.
func (g *Group) refresh(ctx context.Context, c *api.Caller, req *plaid.AssetReportRefreshRequest) (*plaid.AssetReportRefreshResponse, error) {
	old, err := g.open(ctx, c.Client.ID, req.AssetReportToken)
	if err != nil {
		return nil, err
	}
	who, err := g.applicant(old)
	if err != nil {
		return nil, err
	}
	r := &report{Terms: old.Terms}
	r.Terms.Days = int(req.DaysRequested.Or(int64(old.Terms.Days)))
	if o := req.Options; o != nil {
		if err := r.Terms.set(o.ClientReportID, o.Webhook); err != nil {
			return nil, err
		}
		if err := who.set(o.User); err != nil {
			return nil, err
		}
	}
	text, err := g.start(ctx, c, r, who)
	if err != nil {
		return nil, err
	}
	return &plaid.AssetReportRefreshResponse{AssetReportID: r.ID, AssetReportToken: text}, nil
}

// filter asks for a new report that has what another has, without some accounts.
func (g *Group) filter(ctx context.Context, c *api.Caller, req *plaid.AssetReportFilterRequest) (*plaid.AssetReportFilterResponse, error) {
	old, err := g.open(ctx, c.Client.ID, req.AssetReportToken)
	if err != nil {
		return nil, err
	}
	if err := old.usable(); err != nil {
		return nil, err
	}
	who, err := g.applicant(old)
	if err != nil {
		return nil, err
	}
	r := &report{Terms: old.Terms, Parent: old.record.ID}
	r.Terms.Excluded = slices.Clone(old.Terms.Excluded)
	if err := g.exclude(ctx, old, &r.Terms, req.AccountIDsToExclude); err != nil {
		return nil, err
	}
	text, err := g.start(ctx, c, r, who)
	if err != nil {
		return nil, err
	}
	return &plaid.AssetReportFilterResponse{AssetReportID: r.ID, AssetReportToken: text}, nil
}

// usable returns the error that a request to make something of the report is answered
// with, or nil.
func (r *report) usable() error {
	if r.State == failed {
		return plaiderr.New(plaiderr.AssetInvalidParent)
	}
	return r.readable()
}

// exclude adds accounts of a report to those that are filtered out. It returns
// INVALID_ACCOUNT_ID if one is none of them.
func (g *Group) exclude(ctx context.Context, r *report, t *terms, ids []string) error {
	wanted := make(map[models.AccountID]bool, len(ids))
	for _, id := range ids {
		wanted[models.AccountID(id)] = true
	}
	in := g.reader(r, r.Full.Heads)
	for range r.Full.accounts() {
		h, err := in.head(ctx)
		if err != nil {
			return err
		}
		if id := h.Account.ID; wanted[id] {
			delete(wanted, id)
			t.Excluded = append(t.Excluded, id)
		}
	}
	if len(wanted) > 0 {
		return plaiderr.New(plaiderr.InvalidAccountID)
	}
	return nil
}
