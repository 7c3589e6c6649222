package program

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"slices"

	"github.com/gingham-dev/gingham/endpoints/api"
	"github.com/gingham-dev/gingham/models"
	"github.com/gingham-dev/gingham/models/plaiderr"
	"github.com/gingham-dev/gingham/store"
)

// The kinds of records: what is registered of an Item, by its id; the Item of a bank
// account, by the bank account's id; and the Items of a profile, by the hash of the
// profile's id, which can be anything. Items are listed, and bank accounts known, before
// they are registered: what these lead to counts only if it is there.
const (
	itemKind    = "program_item"
	accountKind = "program_account"
	profileKind = "program_profile"
)

// registration is what is registered of an Item: nothing as long as nobody chose.
type registration struct {
	Profile string `json:"profile"`
	// Accounts are all that were ever registered, as they were then.
	Accounts []account `json:"accounts"`
	// Choices are which of them are to be registered, and the last one counts. There are
	// several only while a public token is being taken: who fails to, withdraws his.
	Choices []choice `json:"choices"`
}

// account is an account with numbers.
type account struct {
	ID       models.AccountID `json:"id"`
	LastFour string           `json:"last_four"`
	Routing  string           `json:"routing"`
	// Type is checking or savings.
	Type string `json:"type"`
}

// choice is a set of accounts, and who chose it.
type choice struct {
	By       string             `json:"by"`
	Accounts []models.AccountID `json:"accounts"`
}

// chosen are the accounts that are registered; false is that the Item is not.
func (r *registration) chosen() ([]models.AccountID, bool) {
	if len(r.Choices) == 0 {
		return nil, false
	}
	return r.Choices[len(r.Choices)-1].Accounts, true
}

// keep keeps accounts as they are now.
func (r *registration) keep(list []account) {
	for _, a := range list {
		i := slices.IndexFunc(r.Accounts, func(have account) bool { return have.ID == a.ID })
		if i < 0 {
			r.Accounts = append(r.Accounts, a)
		} else {
			r.Accounts[i] = a
		}
	}
}

// bankAccount is an account that was ever registered, as it is now if it can be paid to
// now, else as it was.
func (r *registration) bankAccount(item models.ItemID, id models.AccountID, payable map[models.AccountID]account) bankAccount {
	a, open := payable[id]
	if i := slices.IndexFunc(r.Accounts, func(a account) bool { return a.ID == id }); !open && i >= 0 {
		a = r.Accounts[i]
	}
	chosen, _ := r.chosen()
	return bankAccount{
		ID: bankAccountID(item, id), LastFour: a.LastFour, Routing: a.Routing, Profile: r.Profile, Type: a.Type,
		Open: open && slices.Contains(chosen, id),
	}
}

// accountIDs lists the ids of accounts.
func accountIDs(list []account) []models.AccountID {
	out := make([]models.AccountID, len(list))
	for i := range list {
		out[i] = list[i].ID
	}
	return out
}

// bankAccountID is the id that an account has as a bank account: the same whenever it is
// registered. It has the form of a random UUID, and is as hard to guess as the Item's id.
func bankAccountID(item models.ItemID, id models.AccountID) string {
	sum := sha256.Sum256([]byte(string(item) + "\x00bank account\x00" + string(id)))
	return api.NewIDs(bytes.NewReader(sum[:])).UUID()
}

func profileRecord(profile string) string {
	sum := sha256.Sum256([]byte(profile))
	return hex.EncodeToString(sum[:])
}

// lookup is what is registered of a client's Item, and the Item: nil where there is none,
// whatever is registered. Errors are the store's.
func (g *Group) lookup(ctx context.Context, client models.ClientID, id models.ItemID) (*registration, *store.Head, error) {
	r, found, err := read[registration](ctx, g.store, client, itemKind, string(id))
	if err != nil || found.Rev == 0 {
		return r, nil, err
	}
	h, err := g.store.Head(ctx, client, id)
	if errors.Is(err, store.ErrNotFound) {
		return r, nil, nil
	}
	if err != nil {
		return nil, nil, fmt.Errorf("program: read an item: %w", err)
	}
	return r, h, nil
}

// registered is what is registered of a client's Item, and the Item. It returns
// NOT_FOUND where nothing is, or the Item was removed.
func (g *Group) registered(ctx context.Context, client models.ClientID, id models.ItemID) (*registration, *store.Head, error) {
	r, h, err := g.lookup(ctx, client, id)
	if err != nil {
		return nil, nil, err
	}
	if _, ok := r.chosen(); !ok || h == nil || h.Item.Removed() {
		return nil, nil, missing("Item")
	}
	return r, h, nil
}

// index makes the ways to what is about to be registered of an Item.
func (g *Group) index(ctx context.Context, h *store.Head, profile string, list []account) error {
	for i := range list {
		err := g.store.CreateRecord(ctx, store.Record{
			Kind: accountKind, ID: bankAccountID(h.ID, list[i].ID), Client: h.Client, Body: fmt.Appendf(nil, "%q", h.ID),
		})
		if err != nil && !errors.Is(err, store.ErrExists) {
			return fmt.Errorf("program: keep a bank account: %w", err)
		}
	}
	_, err := change(ctx, g.store, h.Client, profileKind, profileRecord(profile), func(items *[]models.ItemID) error {
		if !slices.Contains(*items, h.ID) {
			*items = append(*items, h.ID)
		}
		return nil
	})
	return err
}

// itemOf is the Item of a client's bank account, or NOT_FOUND.
func (g *Group) itemOf(ctx context.Context, client models.ClientID, bankAccount string) (models.ItemID, error) {
	r, err := g.store.Record(ctx, client, accountKind, bankAccount)
	if errors.Is(err, store.ErrNotFound) {
		return "", missing("bank account")
	}
	var id models.ItemID
	if err == nil {
		err = json.Unmarshal(r.Body, &id)
	}
	if err != nil {
		return "", fmt.Errorf("program: read a bank account: %w", err)
	}
	return id, nil
}

// choose has accounts registered that a profile chose, beside what others chose before.
// It fails where the Item is another profile's.
func (g *Group) choose(ctx context.Context, h *store.Head, profile, by string, list []account) error {
	_, err := change(ctx, g.store, h.Client, itemKind, string(h.ID), func(r *registration) error {
		if _, ok := r.chosen(); ok && r.Profile != profile {
			return plaiderr.New(plaiderr.InvalidConfiguration).WithMessage("the Item is registered for another profile")
		}
		r.Profile = profile
		r.keep(list)
		r.Choices = append(r.Choices, choice{By: by, Accounts: accountIDs(list)})
		return nil
	})
	return err
}

// replace has accounts registered in the place of those that are. It returns NOT_FOUND where
// none are any more.
func (g *Group) replace(ctx context.Context, h *store.Head, list []account) (*registration, error) {
	return change(ctx, g.store, h.Client, itemKind, string(h.ID), func(r *registration) error {
		if _, ok := r.chosen(); !ok {
			return missing("Item")
		}
		r.keep(list)
		r.Choices = []choice{{Accounts: accountIDs(list)}}
		return nil
	})
}

// withdraw takes back what was chosen in vain, even if the caller has gone.
func (g *Group) withdraw(ctx context.Context, h *store.Head, by string) error {
	_, err := change(context.WithoutCancel(ctx), g.store, h.Client, itemKind, string(h.ID), func(r *registration) error {
		r.Choices = slices.DeleteFunc(r.Choices, func(c choice) bool { return c.By == by })
		return nil
	})
	return err
}

// settle makes a choice the only one, if it is still there.
func (g *Group) settle(ctx context.Context, h *store.Head, by string) (*registration, error) {
	return change(context.WithoutCancel(ctx), g.store, h.Client, itemKind, string(h.ID), func(r *registration) error {
		if i := slices.IndexFunc(r.Choices, func(c choice) bool { return c.By == by }); i >= 0 {
			r.Choices = []choice{r.Choices[i]}
		}
		return nil
	})
}
