package assetreport

import (
	"context"
	"errors"

	"github.com/gingham-dev/gingham/endpoints/api"
	"github.com/gingham-dev/gingham/models"
	"github.com/gingham-dev/gingham/models/plaid"
	"github.com/gingham-dev/gingham/models/plaid/wire"
	"github.com/gingham-dev/gingham/models/plaiderr"
	"github.com/gingham-dev/gingham/store"
)

// createAuditCopy gives a token by which the caller, and the client whose id the
// auditor's is, read a report.
func (g *Group) createAuditCopy(ctx context.Context, c *api.Caller, req *plaid.AssetReportAuditCopyCreateRequest) (*plaid.AssetReportAuditCopyCreateResponse, error) {
	text, err := g.giveCopy(ctx, c, req.AssetReportToken, models.ClientID(wire.ValueOr(req.AuditorID, "")))
	if err != nil {
		return nil, err
	}
	return &plaid.AssetReportAuditCopyCreateResponse{AuditCopyToken: text}, nil
}

// createAuditCopyToken is createAuditCopy without an auditor.
func (g *Group) createAuditCopyToken(ctx context.Context, c *api.Caller, req *plaid.CreditAuditCopyTokenCreateRequest) (*plaid.CreditAuditCopyTokenCreateResponse, error) {
	report, err := only(req.ReportTokens)
	if err != nil {
		return nil, err
	}
	text, err := g.giveCopy(ctx, c, report, "")
	if err != nil {
		return nil, err
	}
	return &plaid.CreditAuditCopyTokenCreateResponse{AuditCopyToken: text}, nil
}

// only is the one token of a list of reports, of which there can be one of a kind, and
// the one kind is Asset Reports.
func only(tokens []string) (string, error) {
	if len(tokens) != 1 {
		return "", plaiderr.InvalidField("report_tokens must contain exactly one asset report token")
	}
	return tokens[0], nil
}

func (g *Group) giveCopy(ctx context.Context, c *api.Caller, token string, auditor models.ClientID) (string, error) {
	r, err := g.open(ctx, c.Client.ID, token)
	if err != nil {
		return "", err
	}
	if r.State == failed {
		return "", plaiderr.New(plaiderr.AssetInvalidParent)
	}
	return g.give(ctx, r, auditKind, store.AuditCopyToken, auditor)
}

// getAuditCopy answers with the report that an audit copy opens.
func (g *Group) getAuditCopy(ctx context.Context, c *api.Caller, req *plaid.AssetReportAuditCopyGetRequest) (*api.Stream, error) {
	r, err := g.openCopy(ctx, c, req.AuditCopyToken)
	if err != nil {
		return nil, err
	}
	return g.answer(r, form{})
}

// getAuditCopyPDF answers with the same report as a document.
func (g *Group) getAuditCopyPDF(ctx context.Context, c *api.Caller, req *plaid.AssetReportAuditCopyPDFGetRequest) (*api.Stream, error) {
	r, err := g.openCopy(ctx, c, req.AuditCopyToken)
	if err != nil {
		return nil, err
	}
	var f form
	if req.Options != nil {
		f.days = days(req.Options.DaysToInclude)
	}
	return g.document(r, f)
}

// openCopy finds the report of an audit copy that the caller may read.
func (g *Group) openCopy(ctx context.Context, c *api.Caller, text string) (*report, error) {
	id, err := g.tokens.Name(c.Client.ID, store.AuditCopyToken, text)
	if err != nil {
		return nil, err
	}
	gr, err := g.granted(ctx, c.Client.ID, auditKind, id)
	if err != nil {
		return nil, unknownCopy(err)
	}
	r, err := g.load(ctx, gr.Owner, gr.Report)
	return r, unknownCopy(err)
}

// unknownCopy is what a client is told of what isn't there.
func unknownCopy(err error) error {
	if errors.Is(err, store.ErrNotFound) {
		return plaiderr.UnknownAuditCopyToken()
	}
	return err
}

// removeAuditCopy takes back an audit copy that the caller gave.
func (g *Group) removeAuditCopy(ctx context.Context, c *api.Caller, req *plaid.AssetReportAuditCopyRemoveRequest) (*plaid.AssetReportAuditCopyRemoveResponse, error) {
	return &plaid.AssetReportAuditCopyRemoveResponse{Removed: true}, g.takeCopy(ctx, c, req.AuditCopyToken)
}

// removeAuditCopyToken is removeAuditCopy by its other name.
func (g *Group) removeAuditCopyToken(ctx context.Context, c *api.Caller, req *plaid.CreditAuditCopyTokenRemoveRequest) (*plaid.CreditAuditCopyTokenRemoveResponse, error) {
	return &plaid.CreditAuditCopyTokenRemoveResponse{Removed: true}, g.takeCopy(ctx, c, req.AuditCopyToken)
}

func (g *Group) takeCopy(ctx context.Context, c *api.Caller, text string) error {
	id, err := g.tokens.Name(c.Client.ID, store.AuditCopyToken, text)
	if err != nil {
		return err
	}
	_, err = g.take(ctx, c.Client.ID, auditKind, id)
	return unknownCopy(err)
}
