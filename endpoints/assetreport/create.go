package assetreport

import (
	"context"
	"errors"
	"slices"

	"github.com/gingham-dev/gingham/endpoints/api"
	"github.com/gingham-dev/gingham/endpoints/api/linksession"
	"github.com/gingham-dev/gingham/models"
	"github.com/gingham-dev/gingham/models/plaid"
	"github.com/gingham-dev/gingham/models/plaid/wire"
	"github.com/gingham-dev/gingham/models/plaiderr"
	"github.com/gingham-dev/gingham/store"
)

// investmentsAddOn is its name as an add-on, and as one of the older products.
const investmentsAddOn = "investments"

// create asks for a report about some Items. Each must have been linked with assets;
// whether each can be used now is found out when the report is made.
func (g *Group) create(ctx context.Context, c *api.Caller, req *plaid.AssetReportCreateRequest) (*plaid.AssetReportCreateResponse, error) {
	if req.AccessTokens == nil {
		return nil, plaiderr.MissingFields([]string{"access_tokens"})
	}
	r := &report{Terms: terms{Days: int(req.DaysRequested), AllItems: true}}
	if err := g.setItems(ctx, c.Client.ID, &r.Terms, req.AccessTokens); err != nil {
		return nil, err
	}
	who := &applicant{}
	if o := req.Options; o != nil {
		for _, p := range o.Products {
			if p != investmentsAddOn {
				return nil, plaiderr.InvalidField("options.products must be one of: " + investmentsAddOn)
			}
		}
		r.Terms.Investments = len(o.Products) > 0 || slices.Contains(o.AddOns, investmentsAddOn)
		r.Terms.Fast = o.IncludeFastReport.Or(false) || slices.Contains(o.AddOns, "fast_assets")
		r.Terms.AllItems = o.RequireAllItems.Or(true)
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
	return &plaid.AssetReportCreateResponse{AssetReportID: r.ID, AssetReportToken: text}, nil
}

// setItems finds the Items of access tokens.
func (g *Group) setItems(ctx context.Context, client models.ClientID, t *terms, tokens []string) error {
	var lacking []string
	for i, text := range tokens {
		_, h, err := g.tokens.Resolve(ctx, client, store.AccessToken, text)
		if err != nil {
			return err
		}
		if !h.Item.HasProduct(models.ProductAssets) {
			lacking = append(lacking, text)
		}
		if !slices.Contains(t.Items, h.ID) {
			t.Items = append(t.Items, h.ID)
		}
		if i == 0 {
			t.UserID = h.Item.UserID
		} else if t.UserID != h.Item.UserID {
			t.UserID = ""
		}
	}
	if lacking != nil {
		return plaiderr.AssetsNotEnabled(lacking)
	}
	return nil
}

// set takes over the options that a request gives: "" takes away what was there.
func (t *terms) set(clientReportID, webhook wire.Opt[string]) error {
	t.ClientReportID = clientReportID.Or(t.ClientReportID)
	t.Webhook = webhook.Or(t.Webhook)
	if t.Webhook == "" {
		return nil
	}
	return linksession.CheckWebhook("options.webhook", t.Webhook)
}

// start adds a report of the caller's, to be made, and returns its token.
func (g *Group) start(ctx context.Context, c *api.Caller, r *report, who *applicant) (string, error) {
	text := g.tokens.Mint(store.AssetReportToken)
	return text, g.startAs(ctx, c, c.Client.ID, g.tokens.Hash(c.Client.ID, text), r, who)
}

// startAs adds a report of a client's under the id of its record.
func (g *Group) startAs(ctx context.Context, c *api.Caller, owner models.ClientID, id string, r *report, who *applicant) error {
	r.ID, r.State, r.CreatedAt = g.ids.UUID(), pending, c.Now
	r.record = store.Record{Client: owner, ID: id, Due: c.Now.Add(g.delay)}
	if err := g.seal(owner, r, who); err != nil {
		return err
	}
	if err := g.shelf.create(ctx, r); err != nil {
		return err
	}
	g.wake()
	return nil
}

// open finds the report of a client's token.
func (g *Group) open(ctx context.Context, client models.ClientID, text string) (*report, error) {
	id, err := g.tokens.Name(client, store.AssetReportToken, text)
	if err != nil {
		return nil, err
	}
	r, err := g.load(ctx, client, id)
	if errors.Is(err, store.ErrNotFound) {
		return nil, plaiderr.UnknownAssetReportToken()
	}
	return r, err
}
