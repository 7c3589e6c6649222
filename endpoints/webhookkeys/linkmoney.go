package webhookkeys

import (
	"context"

	"github.com/gingham-dev/gingham/endpoints/api"
	"github.com/gingham-dev/gingham/models/plaid"
	"github.com/gingham-dev/gingham/models/plaid/wire"
)

// linkMoneyRequest is the request as Link Money spells it: the secret is
// client_secret. By its usual name it is taken too, and counts if both are there.
type linkMoneyRequest struct {
	plaid.WebhookVerificationKeyGetRequest
}

// DecodeJSON implements wire.Request.
func (r *linkMoneyRequest) DecodeJSON(d *wire.Decoder) {
	if !d.Object() {
		return
	}
	var clientSecret string
	for d.Next() {
		switch d.Key() {
		case "client_id":
			r.ClientID = d.Credential()
		case "client_secret":
			clientSecret = d.Credential()
		case "key_id":
			if id, ok := d.Str(); ok {
				r.KeyID = id
			}
		case "secret":
			r.Secret = d.Credential()
		default:
			d.Unknown()
		}
	}
	d.End("key_id")
	if r.Secret == "" {
		r.Secret = clientSecret
	}
}

// getLinkMoney is get for clients of Link Money.
func (g *Group) getLinkMoney(ctx context.Context, c *api.Caller, req *linkMoneyRequest) (*plaid.WebhookVerificationKeyGetResponse, error) {
	return g.get(ctx, c, &req.WebhookVerificationKeyGetRequest)
}
