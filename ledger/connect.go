package ledger

import (
	"context"
	"encoding/binary"
	"encoding/json"
	"fmt"

	"github.com/gingham-dev/gingham/models"
	"github.com/gingham-dev/gingham/providers"
	"github.com/gingham-dev/gingham/store"
)

// Connection is a login on its way to being linked or mended, as Link's pages do it
// step by step. It holds secrets: whoever keeps it seals it.
type Connection struct {
	Institution models.InstitutionID `json:"institution"`
	// Step is what is asked for next; its Kind is StepDone once nothing more is.
	Step providers.Step `json:"step"`
}

// Done reports whether the login is connected.
func (c *Connection) Done() bool { return c.Step.Kind == providers.StepDone }

// ConnectOptions are how a login is to be connected.
type ConnectOptions struct {
	// Mend is the Item whose login is to be connected anew; nil is a new one.
	Mend *store.Head
	// ChooseAccounts says that the person may share other accounts of it than before.
	ChooseAccounts bool
	// ReturnURL is where a person who is sent elsewhere comes back to; "" is nowhere.
	ReturnURL string
}

// BeginConnect begins to connect a login at an institution for products. Errors:
// *plaiderr.Error for what can't be had there; what the provider says, as *providers.Error.
func (l *Ledger) BeginConnect(ctx context.Context, id models.InstitutionID, products []models.Product, o ConnectOptions) (*Connection, error) {
	in, p, err := l.institution(id, products)
	if err != nil {
		return nil, err
	}
	req := providers.ConnectRequest{
		Institution: in.ID, Products: products, Now: l.Now(), Seed: binary.BigEndian.Uint64(l.randomBytes(8)),
		ChooseAccounts: o.ChooseAccounts, ReturnURL: o.ReturnURL,
	}
	if o.Mend != nil {
		c, err := l.conn(ctx, o.Mend)
		if err != nil {
			return nil, err
		}
		req.State = c.State
	}
	step, err := p.BeginConnect(ctx, req)
	return &Connection{Institution: in.ID, Step: step}, err
}

// ContinueConnect answers the step that a connection is at. After an error the
// connection stands where it stood: a wrong answer can be followed by another.
// Errors: the provider's, as *providers.Error.
func (l *Ledger) ContinueConnect(ctx context.Context, c *Connection, answer map[string]string, file []byte) (*Connection, error) {
	_, p, err := l.institution(c.Institution, nil)
	if err != nil {
		return nil, err
	}
	step, err := p.ContinueConnect(ctx, c.Step.Session, providers.Answer{Now: l.Now(), Values: answer, File: file})
	return &Connection{Institution: c.Institution, Step: step}, err
}

// Conn opens an Item's connection, for who has something else to ask by it than the ledger
// does. It holds secrets.
func (l *Ledger) Conn(ctx context.Context, h *store.Head) (providers.Conn, error) {
	return l.conn(ctx, h)
}

// Offered lists the accounts that a connected login has to choose from. They have
// no ids yet: Key tells them apart. Errors: the provider's, as *providers.Error.
func (l *Ledger) Offered(ctx context.Context, c *Connection) ([]models.Account, error) {
	_, p, err := l.institution(c.Institution, nil)
	if err != nil {
		return nil, err
	}
	return p.Accounts(ctx, providers.Conn{Institution: c.Institution, State: c.Step.State, Now: l.Now()})
}

// connectionField is what a sealed connection is bound to, besides its client.
const connectionField = "connection"

// SealConnection encrypts a connection of a client's, to be kept between two steps.
func (l *Ledger) SealConnection(client models.ClientID, c *Connection) ([]byte, error) {
	text, err := json.Marshal(c)
	if err != nil {
		return nil, fmt.Errorf("seal a connection: %w", err)
	}
	return l.vault.Seal(client, "", connectionField, text)
}

// OpenConnection decrypts what SealConnection returned for the same client.
func (l *Ledger) OpenConnection(client models.ClientID, sealed []byte) (*Connection, error) {
	text, err := l.vault.Open(client, "", connectionField, sealed)
	if err != nil {
		return nil, fmt.Errorf("open a connection: %w", err)
	}
	c := &Connection{}
	if err := json.Unmarshal(text, c); err != nil {
		return nil, fmt.Errorf("open a connection: %w", err)
	}
	return c, nil
}

// Mend puts a connection that was made anew under an Item, as Link's update mode
// does: its error ends, and its tokens stay. shared are the keys of the accounts that the
// person shares from now on; nil leaves that as it is. It returns the new head.
func (l *Ledger) Mend(ctx context.Context, h *store.Head, c *Connection, shared []string) (*store.Head, error) {
	return l.leased(ctx, h.Client, h.ID, func(ctx context.Context, h *store.Head, p providers.Provider) (*store.Head, error) {
		// settle is what the person did, first to ask for the data, then to commit it.
		settle := func(h *store.Head) {
			it := &h.Item
			it.Error = nil
			it.LoginExpiresAt, it.ConsentExpiresAt, it.ConsentWarned = c.Step.LoginExpiresAt, c.Step.ConsentExpiresAt, false
			if shared != nil {
				it.Shared = shared
			}
		}
		mended := h.Clone()
		settle(mended)
		f := &fetch{l: l, p: p, h: mended, want: wantedOf(h), state: c.Step.State}
		if err := f.run(ctx); err != nil {
			return nil, l.failed(ctx, h, mended.Item.Asked, err, false)
		}
		return l.commit(ctx, h.Client, h.ID, func(next *store.Head) ([]store.Block, error) {
			if err := stillOurs(h, next); err != nil {
				return nil, err
			}
			settle(next)
			if shared != nil {
				next.Item.Offered = f.offered
			}
			blocks, _, err := f.put(ctx, next)
			return blocks, err
		})
	})
}
