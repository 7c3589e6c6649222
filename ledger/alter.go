package ledger

import (
	"context"
	"encoding/json"
	"fmt"

	"github.com/gingham-dev/gingham/models"
	"github.com/gingham-dev/gingham/models/plaiderr"
	"github.com/gingham-dev/gingham/providers"
	"github.com/gingham-dev/gingham/store"
)

// alter has a tester's wish change the state of an Item's connection, and commits
// what follows from it.
func (l *Ledger) alter(ctx context.Context, h *store.Head,
	change func(context.Context, *store.Head, providers.Provider, providers.Conn) (json.RawMessage, error),
) (Summary, error) {
	var sum Summary
	_, err := l.leased(ctx, h.Client, h.ID, func(ctx context.Context, h *store.Head, p providers.Provider) (*store.Head, error) {
		c, err := l.conn(ctx, h)
		if err != nil {
			return nil, err
		}
		state, err := change(ctx, h, p, c)
		if err != nil {
			return nil, err
		}
		f := &fetch{l: l, p: p, h: h.Clone(), want: wanted{accounts: true, transactions: true}, state: state}
		if err := f.run(ctx); err != nil {
			return nil, err
		}
		var head *store.Head
		head, sum, err = f.commit(ctx, h)
		return head, err
	})
	return sum, err
}

// CreateTransactions adds a tester's transactions to an Item and refreshes it
// (/sandbox/transactions/create). Errors: *providers.Error of kind Unsupported
// where the login takes none.
func (l *Ledger) CreateTransactions(ctx context.Context, h *store.Head, rows []providers.NewTransaction) (Summary, error) {
	return l.alter(ctx, h, func(ctx context.Context, _ *store.Head, p providers.Provider, c providers.Conn) (json.RawMessage, error) {
		creator, ok := p.(providers.TransactionCreator)
		if !ok {
			return nil, &providers.Error{Kind: providers.Unsupported}
		}
		return creator.CreateTransactions(ctx, c, rows)
	})
}

// TransactionEdit adds a transaction (Transaction is ""), removes one, or changes
// what is not nil of one.
type TransactionEdit struct {
	// Transaction is the id of the one to change or to remove.
	Transaction string
	Remove      bool
	// Account is the account of one that is added.
	Account models.AccountID
	// Transacted and Posted are its days: it is pending until the latter has come.
	Transacted, Posted *models.Date
	Amount             *models.Decimal
	Description        *string
	Currency           *string // ISO 4217
}

// EditTransactions changes an Item's transactions as if the institution had.
// Errors: *plaiderr.Error that names what is wrong with an edit, and then nothing
// is changed; *providers.Error of kind Unsupported.
func (l *Ledger) EditTransactions(ctx context.Context, h *store.Head, edits []TransactionEdit) (Summary, error) {
	return l.alter(ctx, h, func(ctx context.Context, h *store.Head, p providers.Provider, c providers.Conn) (json.RawMessage, error) {
		editor, ok := p.(providers.TransactionEditor)
		if !ok {
			return nil, &providers.Error{Kind: providers.Unsupported}
		}
		list, err := l.providerEdits(ctx, h, edits)
		if err != nil {
			return nil, err
		}
		return editor.EditTransactions(ctx, c, list)
	})
}

// providerEdits names in edits what they are about as the provider does.
func (l *Ledger) providerEdits(ctx context.Context, h *store.Head, edits []TransactionEdit) ([]providers.TransactionEdit, error) {
	keys := map[string]string{}
	for _, ref := range h.Transactions.Views {
		v, err := l.view(ctx, h, ref.Block)
		if err != nil {
			return nil, err
		}
		for i := range v.rows {
			keys[v.rows[i].id] = v.rows[i].key
		}
	}
	accounts := map[models.AccountID]string{}
	for i := range h.Accounts {
		accounts[h.Accounts[i].ID] = h.Accounts[i].Key
	}
	list := make([]providers.TransactionEdit, len(edits))
	for i, e := range edits {
		list[i] = providers.TransactionEdit{
			Remove: e.Remove, Transacted: e.Transacted, Posted: e.Posted,
			Amount: e.Amount, Description: e.Description, Currency: e.Currency,
		}
		var ok bool
		if e.Transaction == "" {
			if list[i].AccountKey, ok = accounts[e.Account]; !ok {
				return nil, plaiderr.New(plaiderr.InvalidAccountID)
			}
		} else if list[i].Key, ok = keys[e.Transaction]; !ok {
			field := "transactions[%d].transaction_id"
			if e.Remove {
				field = "transaction_ids[%d]"
			}
			return nil, plaiderr.InvalidField(fmt.Sprintf(field+" must be the id of a transaction of the Item", i))
		}
	}
	return list, nil
}

// ResetLogin breaks an Item's login, so that its person must sign in again
// (/sandbox/item/reset_login). Errors: *providers.Error of kind Unsupported.
func (l *Ledger) ResetLogin(ctx context.Context, h *store.Head) error {
	_, err := l.leased(ctx, h.Client, h.ID, func(ctx context.Context, h *store.Head, p providers.Provider) (*store.Head, error) {
		resetter, ok := p.(providers.LoginResetter)
		if !ok {
			return nil, &providers.Error{Kind: providers.Unsupported}
		}
		c, err := l.conn(ctx, h)
		if err != nil {
			return nil, err
		}
		state, err := resetter.ResetLogin(ctx, c)
		if err != nil {
			return nil, err
		}
		return l.commit(ctx, h.Client, h.ID, func(next *store.Head) ([]store.Block, error) {
			if err := stillOurs(h, next); err != nil {
				return nil, err
			}
			b, err := l.sealState(next, state)
			if err != nil {
				return nil, err
			}
			next.Item.Error = &models.ItemError{Code: plaiderr.ItemLoginRequired.Name(), At: l.Now()}
			l.tellError(next)
			next.Due = l.Now().Add(firstRetry)
			return []store.Block{b}, nil
		})
	})
	return err
}

// Captured is what an Item was at a moment, apart from its data, which its
// provider has.
type Captured struct {
	Item     models.Item `json:"item"`
	Provider string      `json:"provider"`
	// State is the connection's, sealed.
	State []byte `json:"state"`
}

// Capture keeps what an Item is now, for Restore.
func (l *Ledger) Capture(ctx context.Context, h *store.Head) (Captured, error) {
	sealed, err := l.readBlock(ctx, h, h.Parts[partState])
	return Captured{Item: h.Item, Provider: h.Provider, State: sealed}, err
}

// Restore makes an Item what it was when it was captured, even if it was removed
// since: one more change, which tells of itself. Its data is what its provider
// answers to the old connection now.
func (l *Ledger) Restore(ctx context.Context, client models.ClientID, item models.ItemID, old Captured) error {
	h, err := l.acquire(ctx, client, item)
	if err != nil {
		return err
	}
	_, err = l.holding(ctx, h, func(ctx context.Context) (*store.Head, error) {
		p, err := l.provider(old.Provider)
		if err != nil {
			return nil, err
		}
		state, err := l.vault.Open(client, item, stateField, old.State)
		if err != nil {
			return nil, fmt.Errorf("open captured state of item %s: %w", item, err)
		}
		was := h.Clone()
		was.Item = old.Item
		f := &fetch{l: l, p: p, h: was, want: wantedOf(was), state: state}
		if err := f.run(ctx); err != nil {
			if l.itemState(err) == nil {
				return nil, err
			}
			// It was broken then. What data there is stays.
			f.pulled, f.accounts, f.parts = nil, nil, nil
		}
		return l.commit(ctx, client, item, func(next *store.Head) ([]store.Block, error) {
			if next.Lease.Fence != h.Lease.Fence {
				return nil, errLeaseLost
			}
			next.Item = old.Item
			if next.Parts == nil {
				next.Parts = map[string]store.BlockID{}
			}
			blocks, _, err := f.put(ctx, next)
			next.Item.Error = old.Item.Error
			return blocks, err
		})
	})
	return err
}
