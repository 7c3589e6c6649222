package monetr

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/gingham-dev/gingham/endpoints/api"
	"github.com/gingham-dev/gingham/ledger"
	"github.com/gingham-dev/gingham/models"
	"github.com/gingham-dev/gingham/models/plaiderr"
	"github.com/gingham-dev/gingham/store"
)

// sideBySide is how many Items of a user are read at a time.
const sideBySide = 8

// The statuses of Plaid links. They follow from their Items.
const (
	statusPending     = "pending"
	statusSetup       = "setup"
	statusError       = "error"
	statusExpiring    = "pending_expiration"
	statusRevoked     = "revoked"
	statusDeactivated = "deactivated"
)

// statusOf is the status of the link of an Item; nil is one that isn't there.
func statusOf(h *store.Head) string {
	switch {
	case h == nil || h.Item.Removed():
		return statusDeactivated
	case h.Item.Error != nil && h.Item.Error.Code == plaiderr.UserPermissionRevoked.Name():
		return statusRevoked
	case h.Item.Error != nil:
		return statusError
	case h.Item.ConsentWarned:
		return statusExpiring
	case h.Transactions.InitialAt.IsZero():
		return statusPending
	}
	return statusSetup
}

// shownLink is a link as it is answered with.
type shownLink struct {
	LinkID          linkID      `json:"linkId"`
	LinkType        string      `json:"linkType"`
	PlaidLink       *shownPlaid `json:"plaidLink,omitempty"`
	InstitutionName string      `json:"institutionName"`
	Description     *string     `json:"description"`
	CreatedAt       time.Time   `json:"createdAt"`
	CreatedBy       string      `json:"createdBy"`
	UpdatedAt       time.Time   `json:"updatedAt"`
	// DeletedAt is always null: a deleted link is not there any more.
	DeletedAt *time.Time `json:"deletedAt"`
}

// shownPlaid is what Plaid has to do with a link. Nil times are never, or unknown.
type shownPlaid struct {
	Products             []models.Product `json:"products"`
	Status               string           `json:"status"`
	ErrorCode            *string          `json:"errorCode,omitempty"`
	ExpirationDate       *time.Time       `json:"expirationDate"`
	NewAccountsAvailable bool             `json:"newAccountsAvailable"`
	InstitutionID        string           `json:"institutionId"`
	InstitutionName      string           `json:"institutionName"`
	LastManualSync       *time.Time       `json:"lastManualSync"`
	LastSuccessfulUpdate *time.Time       `json:"lastSuccessfulUpdate"`
	LastAttemptedUpdate  *time.Time       `json:"lastAttemptedUpdate"`
	LastAccountSync      *time.Time       `json:"lastAccountSync"`
	UpdatedAt            time.Time        `json:"updatedAt"`
	CreatedAt            time.Time        `json:"createdAt"`
	CreatedBy            string           `json:"createdBy"`
	DeletedAt            *time.Time       `json:"deletedAt"`
}

// timeOrNil is a time, or nil for zero.
func timeOrNil(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	return &t
}

// shown renders a link of a user's. h is its Item; nil is one that isn't there.
func shown(l *link, h *store.Head, user string) shownLink {
	out := shownLink{
		LinkID: linkID(l.ID), LinkType: "manual", InstitutionName: l.InstitutionName, Description: l.Description,
		CreatedAt: l.CreatedAt, CreatedBy: user, UpdatedAt: l.UpdatedAt,
	}
	if l.manual() {
		return out
	}
	out.LinkType = "plaid"
	p := &shownPlaid{
		Products: []models.Product{models.ProductTransactions}, Status: statusOf(h),
		InstitutionID: l.InstitutionID, InstitutionName: l.InstitutionName, LastManualSync: timeOrNil(l.LastManualSync),
		UpdatedAt: l.UpdatedAt, CreatedAt: l.CreatedAt, CreatedBy: user,
	}
	out.PlaidLink = p
	if p.Status == statusDeactivated {
		return out
	}
	it := &h.Item
	if it.Error != nil {
		p.ErrorCode = &it.Error.Code
	}
	p.ExpirationDate = timeOrNil(it.ConsentExpiresAt)
	p.NewAccountsAvailable = slices.ContainsFunc(choices(h), func(key string) bool { return !slices.Contains(l.Seen, key) })
	tried := it.TransactionsUpdated.LastSuccess
	p.LastSuccessfulUpdate, p.LastAccountSync = timeOrNil(tried), timeOrNil(tried)
	if it.TransactionsUpdated.LastFailure.After(tried) {
		tried = it.TransactionsUpdated.LastFailure
	}
	p.LastAttemptedUpdate = timeOrNil(tried)
	return out
}

// choices are the keys of the accounts of an Item that its person could choose from.
func choices(h *store.Head) []string {
	if h.Item.Offered != nil {
		return h.Item.Offered
	}
	keys := make([]string, len(h.Accounts))
	for i := range h.Accounts {
		keys[i] = h.Accounts[i].Key
	}
	return keys
}

// item is the Item of a link; nil is one that isn't there.
func (g *Group) item(ctx context.Context, c *api.Caller, l *link) (*store.Head, error) {
	if l.manual() {
		return nil, nil
	}
	h, err := g.store.Head(ctx, c.Client.ID, l.Item)
	if errors.Is(err, store.ErrNotFound) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("monetr: read an item: %w", err)
	}
	return h, nil
}

// listLinks answers with all links of the user, in the order in which they came about.
func (g *Group) listLinks(ctx context.Context, c *api.Caller, _ *noFields) (*api.Binary, error) {
	b, _, err := g.read(ctx, c)
	if err != nil {
		return nil, failed("failed to retrieve links", err)
	}
	list := make([]shownLink, len(b.Links))
	side, ctx := errgroup.WithContext(ctx)
	side.SetLimit(sideBySide)
	for i := range b.Links {
		side.Go(func() error {
			h, err := g.item(ctx, c, &b.Links[i])
			if err == nil {
				list[i] = shown(&b.Links[i], h, c.User)
			}
			return err
		})
	}
	if err := side.Wait(); err != nil {
		return nil, failed("failed to retrieve links", err)
	}
	return respond(http.StatusOK, list), nil
}

func (g *Group) getLink(ctx context.Context, c *api.Caller, _ *noFields) (*api.Binary, error) {
	id, err := linkInPath(c, "must specify a valid link Id to retrieve")
	if err != nil {
		return nil, err
	}
	l, err := g.link(ctx, c, id, textNoLink)
	if err != nil {
		return nil, err
	}
	return g.showOne(ctx, c, l)
}

func (g *Group) showOne(ctx context.Context, c *api.Caller, l *link) (*api.Binary, error) {
	h, err := g.item(ctx, c, l)
	if err != nil {
		return nil, err
	}
	return respond(http.StatusOK, shown(l, h, c.User)), nil
}

// createLink makes a manual link.
func (g *Group) createLink(ctx context.Context, c *api.Caller, req *manualRequest) (*api.Binary, error) {
	if req.institutionName == "" {
		return nil, bad("link must have an institution name")
	}
	made := link{InstitutionName: clip(req.institutionName)}
	if req.description != "" {
		description := clip(req.description)
		made.Description = &description
	}
	var l link
	err := g.change(ctx, c, func(b *book) error {
		if len(b.Links) >= maxLinks {
			return bad("max number of links already reached")
		}
		l = *g.add(b, made, c.Now)
		return nil
	})
	if err != nil {
		return nil, err
	}
	return g.showOne(ctx, c, &l)
}

// deleteLink removes a link and its Item. The Item goes first: what fails in between
// can be asked for again.
func (g *Group) deleteLink(ctx context.Context, c *api.Caller, _ *noFields) (*api.Binary, error) {
	id, err := linkInPath(c, "must specify a valid link Id to delete")
	if err != nil {
		return nil, err
	}
	l, err := g.link(ctx, c, id, "failed to retrieve the specified link: record does not exist")
	if err != nil {
		return nil, err
	}
	h, err := g.item(ctx, c, l)
	if err != nil {
		return nil, err
	}
	if statusOf(h) != statusDeactivated {
		if err := g.ledger.Remove(ctx, h); err != nil && !errors.Is(err, ledger.ErrRemoved) {
			return nil, failed("failed to remove item from Plaid", err)
		}
	}
	err = g.change(ctx, c, func(b *book) error {
		b.Links = slices.DeleteFunc(b.Links, func(l link) bool { return l.ID == id })
		return nil
	})
	if err != nil {
		return nil, failed("failed to mark the link as deleted", err)
	}
	return empty(http.StatusOK), nil
}
