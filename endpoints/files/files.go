// Package files links Items by bank files and adds further files to them, for scripts
// that have no browser. The routes are under /gingham/files/, as Plaid has nothing like
// them, and their description is models/gingham. Unlike the sandbox's own, they are in
// every environment.
package files

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"time"

	"github.com/gingham-dev/gingham/endpoints/api"
	"github.com/gingham-dev/gingham/endpoints/api/linksession"
	"github.com/gingham-dev/gingham/ledger"
	"github.com/gingham-dev/gingham/models"
	"github.com/gingham-dev/gingham/models/gingham"
	"github.com/gingham-dev/gingham/models/plaid/wire"
	"github.com/gingham-dev/gingham/models/plaiderr"
	"github.com/gingham-dev/gingham/providers"
	"github.com/gingham-dev/gingham/store"
)

// Group is the endpoints of this package.
type Group struct {
	ledger *ledger.Ledger
	tokens *api.Tokens
}

// New returns the group.
func New(l *ledger.Ledger, tokens *api.Tokens) *Group { return &Group{ledger: l, tokens: tokens} }

const (
	// maxBody is the largest request, in bytes: a file of 16 MiB is 21.4 in Base64.
	maxBody = 24 << 20
	// long is what a large file may take.
	long = 100 * time.Second
	// institution is whose file it is where a request doesn't say.
	institution = "ins_files"
)

// Routes lists the group's endpoints.
func (g *Group) Routes() []api.Route {
	return []api.Route{
		api.Handle("/gingham/files/link", api.ClientAuth, g.link).TakesUpTo(maxBody).Within(long),
		api.Handle("/gingham/files/upload", api.ItemAuth, g.upload).TakesUpTo(maxBody).Within(long),
	}
}

// link makes an Item of a file.
func (g *Group) link(ctx context.Context, c *api.Caller, req *gingham.FilesLinkRequest) (*gingham.FilesLinkResponse, error) {
	f, err := file(req.File, req.Name, req.Mapping)
	if err != nil {
		return nil, err
	}
	link := ledger.LinkRequest{
		Client: c.Client.ID, Institution: models.InstitutionID(wire.ValueOr(req.InstitutionID, institution)), Webhook: wire.ValueOr(req.Webhook, ""),
		Products: []models.Product{models.ProductTransactions},
	}
	if link.Webhook != "" {
		if err := linksession.CheckWebhook("webhook", link.Webhook); err != nil {
			return nil, err
		}
	}
	if req.Products != nil {
		if link.Products, err = linksession.Products(req.Products); err != nil {
			return nil, err
		}
	}
	if link.UserID, err = linksession.User(ctx, g.tokens, c, req.UserID, nil); err != nil {
		return nil, err
	}
	h, report, err := g.ledger.LinkFile(ctx, link, f)
	if err != nil {
		return nil, err
	}
	access, err := g.tokens.Issue(ctx, store.Token{Client: h.Client, Kind: store.AccessToken, Item: h.ID})
	if err != nil {
		return nil, err
	}
	public, _, err := linksession.IssuePublic(ctx, g.tokens, h, c.Now)
	if err != nil {
		return nil, err
	}
	return &gingham.FilesLinkResponse{
		AccessToken: access, ItemID: string(h.ID), PublicToken: public,
		Format: report.Format, Accounts: int64(report.Accounts), Transactions: int64(report.Transactions), Warnings: report.Warnings,
	}, nil
}

// upload adds a file to an Item.
func (g *Group) upload(ctx context.Context, c *api.Caller, req *gingham.FilesUploadRequest) (*gingham.FilesUploadResponse, error) {
	f, err := file(req.File, req.Name, req.Mapping)
	if err != nil {
		return nil, err
	}
	_, report, sum, err := g.ledger.Upload(ctx, c.Item, f)
	if err != nil {
		return nil, err
	}
	return &gingham.FilesUploadResponse{
		Format: report.Format, Accounts: int64(report.Accounts), Transactions: int64(report.Transactions), Warnings: report.Warnings,
		Added: int64(sum.Added), Modified: int64(sum.Modified), Removed: int64(sum.Removed),
	}, nil
}

// file is the file of a request. It returns INVALID_FIELD for one that isn't in Base64.
func file(text string, name *string, mapping map[string]json.RawMessage) (providers.File, error) {
	f := providers.File{Name: wire.ValueOr(name, "")}
	var err error
	if f.Data, err = base64.StdEncoding.DecodeString(text); err != nil {
		return f, plaiderr.InvalidField("file must be in Base64")
	}
	if mapping != nil {
		if f.Mapping, err = json.Marshal(mapping); err != nil {
			return f, fmt.Errorf("files: mapping: %w", err)
		}
	}
	return f, nil
}
