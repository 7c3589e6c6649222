package monetr

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"time"
	"unicode/utf8"

	"github.com/gingham-dev/gingham/endpoints/api"
	"github.com/gingham-dev/gingham/models"
	"github.com/gingham-dev/gingham/store"
)

const (
	// bookKind is the kind of the records that have a user's links. Their ids are hashes
	// of the users' ids, which can be anything.
	bookKind = "monetr_links"
	// maxLinks is how many links a user has at most, of all kinds: they are one document.
	maxLinks = 1000
	// maxName is how many letters of a name or a description are kept.
	maxName = 300
	// attempts is how often a record that others change at the same time is tried to be changed.
	attempts = 50
)

// book is what a user has, and the body of a record: his links change together with
// what counts them.
type book struct {
	// Last is the number that was given to a link last.
	Last  int64  `json:"last,omitempty"`
	Links []link `json:"links,omitempty"`
	// InProgress is the link token that was created last and not called back with; nil is none.
	InProgress *inProgress `json:"in_progress,omitempty"`
}

// link is what is kept of a link besides its Item.
type link struct {
	ID string `json:"id"`
	// Item is the Item, or "" for a manual link.
	Item models.ItemID `json:"item,omitempty"`
	// Attempt names the callback that is making the link and has not taken its public
	// token yet; "" once that is done.
	Attempt         string  `json:"attempt,omitempty"`
	InstitutionID   string  `json:"institution_id,omitempty"`
	InstitutionName string  `json:"institution_name"`
	Description     *string `json:"description,omitempty"`
	// Accounts are those that the user chose, Seen the keys of those that he could
	// choose from.
	Accounts []models.AccountID `json:"accounts,omitempty"`
	Seen     []string           `json:"seen,omitempty"`

	CreatedAt      time.Time `json:"created_at"`
	UpdatedAt      time.Time `json:"updated_at"`
	LastManualSync time.Time `json:"last_manual_sync,omitzero"`
}

// manual reports whether it is a link without Plaid.
func (l *link) manual() bool { return l.Item == "" }

// add adds accounts to those that the user chose.
func (l *link) add(ids []models.AccountID) {
	for _, id := range ids {
		if !slices.Contains(l.Accounts, id) {
			l.Accounts = append(l.Accounts, id)
		}
	}
}

// find returns a user's link, or nil.
func (b *book) find(id string) *link {
	if i := slices.IndexFunc(b.Links, func(l link) bool { return l.ID == id }); i >= 0 {
		return &b.Links[i]
	}
	return nil
}

// full reports whether a user has as many Plaid links as he can have, besides those
// of one Item: "" is none.
func (g *Group) full(b *book, besides models.ItemID) bool {
	plaid := 0
	for i := range b.Links {
		if l := &b.Links[i]; !l.manual() && l.Item != besides {
			plaid++
		}
	}
	return g.linkLimit > 0 && plaid >= g.linkLimit || len(b.Links) >= maxLinks
}

// add makes a link one of a user's, and gives it its id.
func (g *Group) add(b *book, l link, now time.Time) *link {
	if g.stringIDs {
		l.ID = linkPrefix + newULID(g.ids, now)
	} else {
		b.Last++
		l.ID = strconv.FormatInt(b.Last, 10)
	}
	l.CreatedAt, l.UpdatedAt = now, now
	b.Links = append(b.Links, l)
	return &b.Links[len(b.Links)-1]
}

// clip is as much of a text as is kept.
func clip(s string) string {
	if utf8.RuneCountInString(s) <= maxName {
		return s
	}
	return string([]rune(s)[:maxName])
}

// read returns what a caller has, and the record of it: of Rev 0 where there is none.
func (g *Group) read(ctx context.Context, c *api.Caller) (*book, store.Record, error) {
	id := g.tokens.Hash(c.Client.ID, "monetr user "+c.User)
	r, err := g.store.Record(ctx, c.Client.ID, bookKind, id)
	if errors.Is(err, store.ErrNotFound) {
		return &book{}, store.Record{Kind: bookKind, ID: id, Client: c.Client.ID}, nil
	}
	b := &book{}
	if err == nil {
		err = json.Unmarshal(r.Body, b)
	}
	if err != nil {
		return nil, r, fmt.Errorf("monetr: read a user's links: %w", err)
	}
	return b, r, nil
}

// change changes what a caller has by fn, which is given what there is and may be
// called again when another writer was faster. An error of fn's is returned as it is,
// and nothing is changed.
func (g *Group) change(ctx context.Context, c *api.Caller, fn func(*book) error) error {
	for range attempts {
		b, r, err := g.read(ctx, c)
		if err != nil {
			return err
		}
		if err := fn(b); err != nil {
			return err
		}
		if r.Body, err = json.Marshal(b); err != nil {
			return fmt.Errorf("monetr: keep a user's links: %w", err)
		}
		if r.Rev == 0 {
			err = g.store.CreateRecord(ctx, r)
		} else {
			err = g.store.UpdateRecord(ctx, r)
		}
		if err == nil {
			return nil
		}
		if !errors.Is(err, store.ErrExists) && !errors.Is(err, store.ErrConflict) {
			return fmt.Errorf("monetr: keep a user's links: %w", err)
		}
	}
	return fmt.Errorf("monetr: keep a user's links: %w", store.ErrConflict)
}

// missing is a link that the user doesn't have.
func missing(text string) *failure { return &failure{status: http.StatusNotFound, text: text} }

// changeLink is change of one of the caller's links.
func (g *Group) changeLink(ctx context.Context, c *api.Caller, id string, fn func(*link) error) error {
	return g.change(ctx, c, func(b *book) error {
		l := b.find(id)
		if l == nil {
			return missing(textNoLink)
		}
		return fn(l)
	})
}

// link is one of the caller's links. It fails with a text of its own where it isn't there.
func (g *Group) link(ctx context.Context, c *api.Caller, id, without string) (*link, error) {
	b, _, err := g.read(ctx, c)
	if err != nil {
		return nil, err
	}
	if l := b.find(id); l != nil {
		return l, nil
	}
	return nil, missing(without)
}

// linkInPath is the id of a link in the request's path. It fails with a text of its
// own where it is none.
func linkInPath(c *api.Caller, otherwise string) (string, error) {
	id, ok := parseLinkID(c.Params.Get("linkId"))
	if !ok {
		return "", bad(otherwise)
	}
	return id, nil
}
