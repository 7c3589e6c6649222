package plaid

import (
	"context"
	"time"

	"github.com/gingham-dev/gingham/models"
	"github.com/gingham-dev/gingham/providers"
)

// item is what /item/get tells.
type item struct {
	ID             string           `json:"item_id"`
	Institution    string           `json:"institution_id"`
	Products       []models.Product `json:"products"`
	Billed         []models.Product `json:"billed_products"`
	Webhook        string           `json:"webhook"`
	ConsentExpires time.Time        `json:"consent_expiration_time"`
	Error          *apiError        `json:"error"`
}

func (p *Provider) item(ctx context.Context, st *state) (*item, error) {
	var out struct {
		Item item `json:"item"`
	}
	if err := p.call(ctx, "/item/get", body{"access_token": st.AccessToken}, &out); err != nil {
		return nil, err
	}
	return &out.Item, nil
}

// done is the last step of a connection.
func (p *Provider) done(st *state, it *item) (providers.Step, error) {
	text, err := st.seal()
	return providers.Step{
		Kind: providers.StepDone, State: text, ConsentExpiresAt: it.ConsentExpires.UTC(), NextChange: p.now().Add(p.poll),
	}, err
}

// Status implements providers.Provider.
func (p *Provider) Status(ctx context.Context, c providers.Conn) error {
	st, err := open(c)
	if err != nil {
		return err
	}
	it, err := p.item(ctx, st)
	switch {
	case err != nil:
		return err
	case it.Error != nil && it.Error.Code != "":
		return it.Error.provider()
	}
	return nil
}

// Disconnect implements providers.Provider. An Item that is gone there already is no error.
func (p *Provider) Disconnect(ctx context.Context, c providers.Conn) error {
	st, err := open(c)
	if err != nil {
		return err
	}
	return p.remove(ctx, st)
}

func (p *Provider) remove(ctx context.Context, st *state) error {
	var out struct{}
	err := p.call(ctx, "/item/remove", body{"access_token": st.AccessToken}, &out)
	if hasCode(err, "ITEM_NOT_FOUND") {
		return nil
	}
	return err
}
