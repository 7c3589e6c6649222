// Package gateway is what Link Money's gateway and Link's pages have in common:
// the gateway is a Link session of a user, opened with his token, that ends at an
// address which is told what was linked.
package gateway

import (
	"context"
	"encoding/json"
	"fmt"
	"net/url"
	"slices"
	"strings"

	"github.com/gingham-dev/gingham/endpoints/api/linksession"
	"github.com/gingham-dev/gingham/endpoints/api/show"
	"github.com/gingham-dev/gingham/models"
	"github.com/gingham-dev/gingham/models/plaid/wire"
	"github.com/gingham-dev/gingham/models/plaiderr"
	"github.com/gingham-dev/gingham/store"
)

// Request is what a gateway is opened with.
type Request struct {
	Client *store.Client
	// UserID is the client's own id of the user: that of Items linked here.
	UserID string
	// Organization is the client's, as its token names it.
	Organization string
	// RedirectURI is where the browser goes in the end, checked by CheckRedirect; ""
	// closes the window instead.
	RedirectURI string
}

// Opener opens gateways.
type Opener interface {
	// OpenGateway begins a Link session and returns the URL of its page, which may be
	// relative to the server's. In the session the user links any number of Items, of which
	// the client is told at once: there is no public token to exchange.
	// Errors: *plaiderr.Error, or the store's.
	OpenGateway(ctx context.Context, r Request) (string, error)
}

// CheckRedirect returns INVALID_FIELD if a gateway may not end at an address: it
// begins with http:// or https://, or is one that the client has registered, as an
// app's own scheme is.
func CheckRedirect(c *store.Client, uri string) error {
	u, err := url.Parse(uri)
	if err == nil && (u.Scheme == "http" || u.Scheme == "https") && u.Hostname() != "" {
		return nil
	}
	if slices.Contains(c.AllowedRedirectURIs, uri) && linksession.CheckCompletion(uri) == nil {
		return nil
	}
	return plaiderr.InvalidField("redirectUri must begin with http:// or https://, or be a registered redirect URI")
}

// Event is what an app is told of an Item that was linked.
type Event struct {
	// UserID is organization:user.
	UserID      string            `json:"user_id"`
	ItemID      models.ItemID     `json:"item_id"`
	Institution Institution       `json:"institution"`
	Accounts    []json.RawMessage `json:"accounts"`
}

// Institution is an Event's.
type Institution struct {
	Name          string               `json:"name"`
	InstitutionID models.InstitutionID `json:"institution_id"`
}

// Events tells of Items that an organization's user linked. The accounts are as
// Plaid's, and have their account_id as id too.
func Events(organization string, items []*store.Head) []Event {
	list := make([]Event, len(items))
	for i, h := range items {
		list[i] = Event{
			UserID: UserID(organization, h.Item.UserID), ItemID: h.ID,
			Institution: Institution{Name: h.Item.InstitutionName, InstitutionID: h.Item.Institution},
			Accounts:    make([]json.RawMessage, len(h.Accounts)),
		}
		for j := range h.Accounts {
			list[i].Accounts[j] = account(&h.Accounts[j])
		}
	}
	return list
}

func account(a *models.Account) json.RawMessage {
	shown := show.Account(a)
	text := shown.AppendJSON(nil)
	text = append(text[:len(text)-1], `,"id":`...)
	return append(wire.AppendString(text, string(a.ID)), '}')
}

// UserID is a user's id as it is seen from outside: organization:user.
func UserID(organization, user string) string { return organization + ":" + user }

// End is where a gateway's browser goes once Items were linked, or none: its
// redirectUri with the parameter events, a JSON array. The parameters that it had stay.
func (r *Request) End(items []*store.Head) (string, error) {
	events, err := json.Marshal(Events(r.Organization, items))
	if err != nil {
		return "", fmt.Errorf("gateway: events: %w", err)
	}
	base, fragment, _ := strings.Cut(r.RedirectURI, "#")
	separator := "?"
	if strings.Contains(base, "?") {
		separator = "&"
	}
	// Not every reader takes a plus for a space.
	end := base + separator + "events=" + strings.ReplaceAll(url.QueryEscape(string(events)), "+", "%20")
	if fragment != "" {
		end += "#" + fragment
	}
	return end, nil
}
