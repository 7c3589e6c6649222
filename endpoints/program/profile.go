package program

import (
	"context"
	"slices"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/gingham-dev/gingham/endpoints/api"
	"github.com/gingham-dev/gingham/models"
	"github.com/gingham-dev/gingham/models/plaiderr"
	"github.com/gingham-dev/gingham/store"
)

const (
	// sideBySide is how many Items of a profile are read at a time.
	sideBySide = 8
	// remembered is how long it is known what was registered of an Item that was removed:
	// it may be restored.
	remembered = 30 * 24 * time.Hour
)

// listItems answers with what is registered of a profile, in the order in which its Items
// were. A profile that has nothing is as good as one that nobody ever named.
func (g *Group) listItems(ctx context.Context, c *api.Caller, _ *plainRequest) (*itemsAnswer, error) {
	asked, err := loginStatus(c.Params.Get("include_login_status"))
	if err != nil {
		return nil, err
	}
	profile := c.Params.Get("profile_id")
	ids, _, err := read[[]models.ItemID](ctx, g.store, c.Client.ID, profileKind, profileRecord(profile))
	if err != nil {
		return nil, err
	}
	found := make([]*item, len(*ids))
	var all errgroup.Group
	all.SetLimit(sideBySide)
	for i, id := range *ids {
		all.Go(func() (err error) {
			found[i], err = g.itemOfProfile(ctx, c, profile, id, asked)
			return err
		})
	}
	if err := all.Wait(); err != nil {
		return nil, err
	}
	out := &itemsAnswer{}
	for _, it := range found {
		if it != nil {
			out.items = append(out.items, *it)
		}
	}
	return out, nil
}

// itemOfProfile is an Item that is listed for a profile, or nil where it isn't there or
// nothing is registered of it. One that was removed long ago is listed no longer.
func (g *Group) itemOfProfile(ctx context.Context, c *api.Caller, profile string, id models.ItemID, asked bool) (*item, error) {
	r, h, err := g.lookup(ctx, c.Client.ID, id)
	if err != nil || h == nil {
		return nil, err
	}
	if h.Item.Removed() {
		if c.Now.Sub(h.Item.RemovedAt) > remembered {
			err = g.forget(ctx, h, profile, r)
		}
		return nil, err
	}
	if _, ok := r.chosen(); !ok || r.Profile != profile {
		return nil, nil
	}
	it, err := g.show(ctx, h, r)
	if err != nil {
		return nil, err
	}
	it.Status = true
	if asked {
		// What error there is stays until somebody signs in.
		required := h.Item.Error != nil
		it.LoginRequired = &required
	}
	return it, nil
}

// loginStatus reads include_login_status.
func loginStatus(text string) (bool, error) {
	switch text {
	case "true":
		return true, nil
	case "", "false":
		return false, nil
	}
	return false, plaiderr.InvalidField("include_login_status must be a boolean")
}

// forget forgets what was registered of an Item that is gone.
func (g *Group) forget(ctx context.Context, h *store.Head, profile string, r *registration) error {
	for _, a := range r.Accounts {
		if err := g.store.DeleteRecord(ctx, h.Client, accountKind, bankAccountID(h.ID, a.ID)); err != nil {
			return err
		}
	}
	if err := g.store.DeleteRecord(ctx, h.Client, itemKind, string(h.ID)); err != nil {
		return err
	}
	_, err := change(ctx, g.store, h.Client, profileKind, profileRecord(profile), func(items *[]models.ItemID) error {
		*items = slices.DeleteFunc(*items, func(id models.ItemID) bool { return id == h.ID })
		return nil
	})
	return err
}
