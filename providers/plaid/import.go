package plaid

import (
	"context"

	"github.com/gingham-dev/gingham/models"
	"github.com/gingham-dev/gingham/providers"
)

// Import is a connection that an access token of the upstream's was taken over as.
type Import struct {
	// Item is the upstream's item_id.
	Item        models.ItemID
	Institution models.InstitutionID
	// Products are those that the Item has and that are served here.
	Products []models.Product
	// Webhook is where the upstream tells its client of news, or "".
	Webhook string
	// Step is the connection, which is done.
	Step providers.Step
}

// Import takes over a connection by its access token. Errors: *providers.Error; that
// of the Item, where it is in one.
func (p *Provider) Import(ctx context.Context, accessToken string) (*Import, error) {
	st := &state{AccessToken: accessToken}
	it, err := p.item(ctx, st)
	if err != nil {
		return nil, err
	}
	if it.Error != nil && it.Error.Code != "" {
		return nil, it.Error.provider()
	}
	st.Item = it.ID
	out := &Import{
		Item: models.ItemID(it.ID), Institution: models.InstitutionID(p.o.Prefix + it.Institution), Webhook: it.Webhook,
	}
	have := map[models.Product]bool{}
	for _, name := range it.Products {
		have[name] = true
	}
	for _, name := range it.Billed {
		have[name] = true
	}
	for _, name := range served {
		if have[name] {
			out.Products = append(out.Products, name)
		}
	}
	out.Step, err = p.done(st, it)
	return out, err
}

// Redirect has the upstream tell its news of a connection here, if there is a URL for that,
// rather than to the app that it was taken over from.
func (p *Provider) Redirect(ctx context.Context, c providers.Conn) error {
	st, err := open(c)
	if err != nil || p.o.Webhook == "" {
		return err
	}
	var out struct{}
	return p.call(ctx, "/item/webhook/update", body{"access_token": st.AccessToken, "webhook": p.o.Webhook}, &out)
}

// Answer is what the upstream answers to a request about a connection, as it comes: for
// comparing with what is answered here. fields are those of the request besides the access token.
func (p *Provider) Answer(ctx context.Context, c providers.Conn, path string, fields map[string]any) ([]byte, error) {
	st, err := open(c)
	if err != nil {
		return nil, err
	}
	in := body{"access_token": st.AccessToken}
	for name, value := range fields {
		in[name] = value
	}
	reply, err := p.send(ctx, path, in)
	if err != nil {
		return nil, err
	}
	return reply.Body, nil
}
