package assetreport

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"

	"github.com/gingham-dev/gingham/endpoints/api"
	"github.com/gingham-dev/gingham/endpoints/api/linksession"
	"github.com/gingham-dev/gingham/models"
	"github.com/gingham-dev/gingham/models/plaid"
	"github.com/gingham-dev/gingham/models/plaid/wire"
	"github.com/gingham-dev/gingham/models/plaiderr"
	"github.com/gingham-dev/gingham/store"
)

// createRelay gives a token by which another client reads a report, and refreshes it.
// The webhook is checked and not used: what it would be told is documented nowhere.
func (g *Group) createRelay(ctx context.Context, c *api.Caller, req *plaid.CreditRelayCreateRequest) (*plaid.CreditRelayCreateResponse, error) {
	token, err := only(req.ReportTokens)
	if err != nil {
		return nil, err
	}
	reader := models.ClientID(req.SecondaryClientID)
	if !isClientID(reader) {
		return nil, plaiderr.InvalidField("secondary_client_id must be a properly formatted, non-empty string")
	}
	if _, err := hook(req.Webhook); err != nil {
		return nil, err
	}
	r, err := g.open(ctx, c.Client.ID, token)
	if err != nil {
		return nil, err
	}
	if r.State == failed {
		return nil, plaiderr.New(plaiderr.AssetInvalidParent)
	}
	text, err := g.give(ctx, r, relayKind, store.RelayToken, reader)
	if err != nil {
		return nil, err
	}
	return &plaid.CreditRelayCreateResponse{RelayToken: text}, nil
}

// hook checks the webhook of a request; "" is none.
func hook(field wire.Opt[string]) (string, error) {
	url := field.Or("")
	if url == "" {
		return "", nil
	}
	return url, linksession.CheckWebhook("webhook", url)
}

// getRelay answers with the report that a relay opens for the caller.
func (g *Group) getRelay(ctx context.Context, c *api.Caller, req *plaid.CreditRelayGetRequest) (*api.Stream, error) {
	r, err := g.openRelay(ctx, c, req.RelayToken)
	if err != nil {
		return nil, err
	}
	return g.answer(r, form{insights: wire.ValueOr(req.IncludeInsights, false)})
}

// getRelayPDF answers with the same report as a document.
func (g *Group) getRelayPDF(ctx context.Context, c *api.Caller, req *plaid.CreditRelayPDFGetRequest) (*api.Stream, error) {
	r, err := g.openRelay(ctx, c, req.RelayToken)
	if err != nil {
		return nil, err
	}
	return g.document(r, form{})
}

// openRelay finds the report of a relay: the one it was given for, or the one that it
// was refreshed to.
func (g *Group) openRelay(ctx context.Context, c *api.Caller, text string) (*report, error) {
	gr, first, err := g.relayed(ctx, c, text)
	if err != nil || gr.Made == "" {
		return first, err
	}
	r, err := g.load(ctx, gr.Owner, gr.Made)
	return r, unknownRelay(err)
}

// relayed finds what a relay opens for the caller, and the report that it was given for.
func (g *Group) relayed(ctx context.Context, c *api.Caller, text string) (*grant, *report, error) {
	id, err := g.tokens.Name(c.Client.ID, store.RelayToken, text)
	if err != nil {
		return nil, nil, err
	}
	gr, err := g.granted(ctx, c.Client.ID, relayKind, id)
	if err != nil {
		return nil, nil, unknownRelay(err)
	}
	if gr.Reader != c.Client.ID {
		return nil, nil, plaiderr.UnknownRelayToken()
	}
	r, err := g.load(ctx, gr.Owner, gr.Report)
	return gr, r, unknownRelay(err)
}

// unknownRelay is what a client is told of what isn't there.
func unknownRelay(err error) error {
	if errors.Is(err, store.ErrNotFound) {
		return plaiderr.UnknownRelayToken()
	}
	return err
}

// refreshRelay asks for a new report on the terms of the one that a relay was given for.
// From then on the relay opens the new one. It is the owner's, but only the relay opens
// it, and only the caller is told of it.
func (g *Group) refreshRelay(ctx context.Context, c *api.Caller, req *plaid.CreditRelayRefreshRequest) (*plaid.CreditRelayRefreshResponse, error) {
	url, err := hook(req.Webhook)
	if err != nil {
		return nil, err
	}
	gr, first, err := g.relayed(ctx, c, req.RelayToken)
	if err != nil {
		return nil, err
	}
	who, err := g.applicant(first)
	if err != nil {
		return nil, err
	}
	r := &report{Terms: first.Terms}
	r.Terms.Webhook, r.Terms.Told = url, c.Client.ID
	id := g.tokens.Hash(gr.Owner, g.tokens.Mint(store.AssetReportToken)) // of a token that nobody is given
	err = g.change(ctx, gr.Owner, gr.Report, func(first *report) error {
		first.Shares = append(first.Shares, share{Kind: reportKind, Client: gr.Owner, ID: id})
		return nil
	})
	if err != nil {
		return nil, unknownRelay(err)
	}
	if err := g.startAs(ctx, c, gr.Owner, id, r, who); err != nil {
		return nil, err
	}
	old, err := g.replaceMade(ctx, gr, id)
	if err != nil {
		return nil, errors.Join(unknownRelay(err), g.discard(ctx, c, gr, id))
	}
	if err := g.discard(ctx, c, gr, old); err != nil {
		return nil, err
	}
	return &plaid.CreditRelayRefreshResponse{RelayToken: req.RelayToken, AssetReportID: &r.ID}, nil
}

// replaceMade has a relay open another report, and returns the id of the one that it was
// refreshed to before, or "".
func (g *Group) replaceMade(ctx context.Context, gr *grant, id string) (string, error) {
	for range tries {
		now, err := g.granted(ctx, gr.record.Client, relayKind, gr.record.ID)
		if err != nil {
			return "", err
		}
		old := now.Made
		now.Made = id
		rec := now.record
		if rec.Body, err = json.Marshal(now); err != nil {
			return "", err
		}
		if err := g.store.UpdateRecord(ctx, rec); !errors.Is(err, store.ErrConflict) {
			return old, err
		}
	}
	return "", fmt.Errorf("refresh a relay: %w", store.ErrConflict)
}

// discard removes a report that a relay was refreshed to. None, or one that is gone, is
// no error.
func (g *Group) discard(ctx context.Context, c *api.Caller, gr *grant, id string) error {
	if id == "" {
		return nil
	}
	err := g.condemn(ctx, gr.Owner, id, c.Now)
	if err == nil {
		err = g.change(ctx, gr.Owner, gr.Report, func(r *report) error {
			r.Shares = slices.DeleteFunc(r.Shares, func(x share) bool { return x.Kind == reportKind && x.ID == id })
			return nil
		})
	}
	if errors.Is(err, store.ErrNotFound) {
		return nil
	}
	g.wake()
	return err
}

// removeRelay takes back a relay that the caller gave.
func (g *Group) removeRelay(ctx context.Context, c *api.Caller, req *plaid.CreditRelayRemoveRequest) (*plaid.CreditRelayRemoveResponse, error) {
	id, err := g.tokens.Name(c.Client.ID, store.RelayToken, req.RelayToken)
	if err != nil {
		return nil, err
	}
	gr, err := g.take(ctx, c.Client.ID, relayKind, id)
	if err != nil {
		return nil, unknownRelay(err)
	}
	return &plaid.CreditRelayRemoveResponse{Removed: true}, g.discard(ctx, c, gr, gr.Made)
}
