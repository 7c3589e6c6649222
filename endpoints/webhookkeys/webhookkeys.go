// Package webhookkeys serves the public keys that webhooks are verified with.
package webhookkeys

import (
	"context"
	"errors"

	"github.com/gingham-dev/gingham/endpoints/api"
	"github.com/gingham-dev/gingham/models/plaid"
	"github.com/gingham-dev/gingham/models/plaiderr"
	"github.com/gingham-dev/gingham/store"
	"github.com/gingham-dev/gingham/webhooks"
)

// Group is the endpoints of this package.
type Group struct {
	keys *webhooks.Keys
}

// New returns the group, which answers with keys.
func New(keys *webhooks.Keys) *Group { return &Group{keys: keys} }

// Routes lists the group's endpoints.
func (g *Group) Routes() []api.Route {
	return []api.Route{
		api.Handle("/webhook_verification_key/get", api.ClientAuth, g.get),
		api.Handle("/webhook__verification_key", api.ClientAuth, g.getLinkMoney),
	}
}

// get answers with the key of an id, to any client: keys are the environment's. It
// fails with INVALID_WEBHOOK_VERIFICATION_KEY_ID for an unknown one.
func (g *Group) get(ctx context.Context, _ *api.Caller, req *plaid.WebhookVerificationKeyGetRequest) (*plaid.WebhookVerificationKeyGetResponse, error) {
	key, err := g.keys.Key(ctx, req.KeyID)
	if errors.Is(err, store.ErrNotFound) {
		return nil, plaiderr.New(plaiderr.InvalidWebhookKeyID)
	}
	if err != nil {
		return nil, err
	}
	jwk := plaid.JWKPublicKey{
		Alg: key.Alg, Crv: key.Crv, Kid: key.KID, Kty: key.Kty, Use: key.Use, X: key.X, Y: key.Y,
		CreatedAt: key.CreatedAt.Unix(),
	}
	if !key.ExpiredAt.IsZero() {
		expired := key.ExpiredAt.Unix()
		jwk.ExpiredAt = &expired
	}
	return &plaid.WebhookVerificationKeyGetResponse{Key: jwk}, nil
}
