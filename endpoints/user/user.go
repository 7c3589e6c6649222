// Package user keeps a client's users: people who have Items together, and what the
// client says of who they are.
package user

import (
	"context"

	"github.com/gingham-dev/gingham/endpoints/api"
	"github.com/gingham-dev/gingham/endpoints/api/show"
	"github.com/gingham-dev/gingham/endpoints/api/useritems"
	"github.com/gingham-dev/gingham/ledger"
	"github.com/gingham-dev/gingham/models"
	"github.com/gingham-dev/gingham/models/plaid"
	"github.com/gingham-dev/gingham/store"
)

// Sealer keeps who people are from those who can read the store, as ledger/vault does.
type Sealer interface {
	// Seal encrypts a field of a client's; there is no Item.
	Seal(client models.ClientID, item models.ItemID, field string, plaintext []byte) ([]byte, error)
	// Open decrypts what Seal returned for the same client and field.
	Open(client models.ClientID, item models.ItemID, field string, sealed []byte) ([]byte, error)
}

// Options is what a Group is made of. All fields are required.
type Options struct {
	// Store has the users, and the Items, which were created through useritems.Index.
	Store  store.Store
	Ledger *ledger.Ledger
	Tokens *api.Tokens
	IDs    *api.IDs
	Sealer Sealer
}

// Group is the endpoints of this package.
type Group struct {
	store  store.Store
	ledger *ledger.Ledger
	tokens *api.Tokens
	ids    *api.IDs
	sealer Sealer
}

// New returns the group.
func New(o Options) *Group {
	return &Group{store: o.Store, ledger: o.Ledger, tokens: o.Tokens, ids: o.IDs, sealer: o.Sealer}
}

// Routes lists the group's endpoints.
func (g *Group) Routes() []api.Route {
	return []api.Route{
		api.Handle("/user/create", api.ClientAuth, g.create),
		api.Handle("/user/get", api.ClientAuth, g.get),
		api.Handle("/user/update", api.ClientAuth, g.update),
		api.Handle("/user/remove", api.ClientAuth, g.remove),
		api.Handle("/user/items/get", api.ClientAuth, g.items),
	}
}

// create makes a user, or finds the one that is there, who stays as he is. A request of
// the newer kind, which gives an identity or says so, is answered with a user_id alone,
// any other with a user_token too: apps of either kind find what they look for.
func (g *Group) create(ctx context.Context, c *api.Caller, req *plaid.UserCreateRequest) (*plaid.UserCreateResponse, error) {
	if err := check(req.Identity, req.ConsumerReportUserIdentity); err != nil {
		return nil, err
	}
	given, newer := req.Identity.Get()
	first := profile{ClientUserID: req.ClientUserID}
	if newer {
		first.Identity = merged(nil, &given)
	}
	u, err := g.ensure(ctx, c, &first)
	if err != nil {
		return nil, err
	}
	resp := &plaid.UserCreateResponse{UserID: u.ID}
	if !newer && (req.WithUpgradedUser == nil || !*req.WithUpgradedUser) {
		token := g.tokens.UserToken(u)
		resp.UserToken = &token
	}
	return resp, nil
}

// get tells what is known of a user.
func (g *Group) get(ctx context.Context, c *api.Caller, req *plaid.UserGetRequest) (*plaid.UserGetResponse, error) {
	u, err := g.tokens.EndUser(ctx, c.Client.ID, &req.UserID, nil)
	if err != nil {
		return nil, err
	}
	b, p, err := g.open(u)
	if err != nil {
		return nil, err
	}
	return &plaid.UserGetResponse{
		UserID: u.ID, ClientUserID: &p.ClientUserID, Identity: wireOf(p.Identity),
		CreatedAt: b.CreatedAt, UpdatedAt: show.TimeOrNull(b.UpdatedAt),
	}, nil
}

// update changes what a request says of a user, and leaves the rest.
func (g *Group) update(ctx context.Context, c *api.Caller, req *plaid.UserUpdateRequest) (*plaid.UserUpdateResponse, error) {
	if err := check(req.Identity, req.ConsumerReportUserIdentity); err != nil {
		return nil, err
	}
	given, ok := req.Identity.Get()
	err := g.change(ctx, c.Client.ID, req.UserID, req.UserToken, func(b *body, p *profile) {
		if ok {
			b.UpdatedAt, p.Identity = c.Now, merged(p.Identity, &given)
		}
	})
	if err != nil {
		return nil, err
	}
	return &plaid.UserUpdateResponse{}, nil
}

// items lists a user's Items, whatever state they are in.
func (g *Group) items(ctx context.Context, c *api.Caller, req *plaid.UserItemsGetRequest) (*plaid.UserItemsGetResponse, error) {
	u, err := g.tokens.EndUser(ctx, c.Client.ID, req.UserID, req.UserToken)
	if err != nil {
		return nil, err
	}
	heads, err := useritems.List(ctx, g.store, c.Client.ID, u.ID, c.Now)
	if err != nil {
		return nil, err
	}
	resp := &plaid.UserItemsGetResponse{Items: make([]plaid.Item, len(heads))}
	for i, h := range heads {
		resp.Items[i] = show.Item(h)
	}
	return resp, nil
}
