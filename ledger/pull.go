package ledger

import (
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"time"

	"github.com/gingham-dev/gingham/models"
	"github.com/gingham-dev/gingham/models/plaiderr"
	"github.com/gingham-dev/gingham/providers"
	"github.com/gingham-dev/gingham/store"
)

const (
	// leaseFor is how long a worker may take over one Item before another takes it
	// over. It is less than a request may take, so that one that waits for the
	// lease of a worker that died gets it.
	leaseFor = 20 * time.Second
	// leasePoll is how long to wait before asking again for an Item that another has.
	leasePoll = 20 * time.Millisecond
)

// pull asks an Item's provider and commits the answers. One worker at a time
// asks about an Item. It returns the newest head.
func (l *Ledger) pull(ctx context.Context, client models.ClientID, item models.ItemID, want wanted) (*store.Head, Summary, error) {
	var sum Summary
	head, err := l.leased(ctx, client, item, func(ctx context.Context, h *store.Head, p providers.Provider) (*store.Head, error) {
		if want.due {
			switch {
			case h.Item.Error != nil:
				return nil, plaiderr.OfItem(h.Item.Error)
			case h.Due.IsZero() || h.Due.After(l.Now()):
				return h, nil // another instance was faster
			}
		}
		f := &fetch{l: l, p: p, h: h.Clone(), want: want}
		if err := f.run(ctx); err != nil {
			return nil, l.failed(ctx, h, err)
		}
		var head *store.Head
		var err error
		head, sum, err = f.commit(ctx, h)
		return head, err
	})
	return head, sum, err
}

// commit commits what was fetched under the lease taken with h.
func (f *fetch) commit(ctx context.Context, h *store.Head) (*store.Head, Summary, error) {
	var sum Summary
	head, err := f.l.commit(ctx, h.Client, h.ID, func(next *store.Head) ([]store.Block, error) {
		if err := stillOurs(h, next); err != nil {
			return nil, err
		}
		blocks, s, err := f.put(ctx, next)
		sum = s
		return blocks, err
	})
	return head, sum, err
}

// stillOurs checks, before a commit, that the lease taken with h holds in next.
func stillOurs(h, next *store.Head) error {
	switch {
	case next.Item.Removed():
		return ErrRemoved
	case next.Lease.Fence != h.Lease.Fence:
		return errLeaseLost
	}
	return nil
}

// leased runs fn with the Item leased to this call alone.
func (l *Ledger) leased(ctx context.Context, client models.ClientID, item models.ItemID,
	fn func(context.Context, *store.Head, providers.Provider) (*store.Head, error),
) (*store.Head, error) {
	h, err := l.acquire(ctx, client, item)
	if err != nil {
		return nil, err
	}
	// Who has lost his lease should not go on.
	ctx, cancel := context.WithTimeout(ctx, leaseFor)
	defer cancel()
	defer func() {
		// The lease is given back even if the caller has gone.
		err := l.store.Release(context.WithoutCancel(ctx), client, item, h.Lease.Fence)
		if err != nil {
			l.log.WarnContext(ctx, "lease was not given back", "item_id", item, "error", err)
		}
	}()
	if h.Item.Removed() {
		return nil, ErrRemoved
	}
	p, ok := l.providers.Provider(h.Provider)
	if !ok {
		return nil, fmt.Errorf("ledger: item %s: no provider %q", item, h.Provider)
	}
	return fn(ctx, h, p)
}

// acquire leases an Item, waiting while another worker has it.
func (l *Ledger) acquire(ctx context.Context, client models.ClientID, item models.ItemID) (*store.Head, error) {
	owner := l.owner + "/" + hex.EncodeToString(l.randomBytes(8))
	for {
		now := l.Now()
		h, err := l.store.Acquire(ctx, client, item, owner, now, now.Add(leaseFor))
		if !errors.Is(err, store.ErrConflict) {
			return h, err
		}
		select {
		case <-ctx.Done():
			return nil, ctx.Err()
		case <-time.After(leasePoll):
		}
	}
}

// failed notes a provider's failure with the Item and returns it.
func (l *Ledger) failed(ctx context.Context, h *store.Head, cause error) error {
	state := l.itemState(cause)
	_, err := l.Update(ctx, h.Client, h.ID, func(next *store.Head) error {
		if err := stillOurs(h, next); err != nil {
			return err
		}
		next.Item.TransactionsUpdated.LastFailure = l.Now()
		if state != nil {
			next.Item.Error = state
		}
		return nil
	})
	if err != nil {
		l.log.WarnContext(ctx, "failure was not noted", "item_id", h.ID, "error", err)
	}
	return cause
}

// Refresh asks for fresh transactions (/transactions/refresh).
func (l *Ledger) Refresh(ctx context.Context, h *store.Head) (Summary, error) {
	_, sum, err := l.pull(ctx, h.Client, h.ID, wanted{accounts: true, transactions: true, refresh: true})
	return sum, err
}

// RefreshBalances asks for fresh balances and returns the new head (/accounts/balance/get).
func (l *Ledger) RefreshBalances(ctx context.Context, h *store.Head) (*store.Head, error) {
	head, _, err := l.pull(ctx, h.Client, h.ID, wanted{accounts: true})
	return head, err
}

// RefreshInvestments asks for fresh holdings and investment transactions (/investments/refresh).
func (l *Ledger) RefreshInvestments(ctx context.Context, h *store.Head) error {
	_, _, err := l.pull(ctx, h.Client, h.ID, wanted{accounts: true, investments: true})
	return err
}

// CreateTransactions adds a tester's transactions to an Item and refreshes it
// (/sandbox/transactions/create). Errors: *providers.Error of kind Unsupported
// where the login takes none.
func (l *Ledger) CreateTransactions(ctx context.Context, h *store.Head, rows []providers.NewTransaction) (Summary, error) {
	var sum Summary
	_, err := l.leased(ctx, h.Client, h.ID, func(ctx context.Context, h *store.Head, p providers.Provider) (*store.Head, error) {
		creator, ok := p.(providers.TransactionCreator)
		if !ok {
			return nil, &providers.Error{Kind: providers.Unsupported}
		}
		c, err := l.conn(ctx, h)
		if err != nil {
			return nil, err
		}
		state, err := creator.CreateTransactions(ctx, c, rows)
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

// RunDue does the background work that has come due, up to limit Items, and
// says how many it worked on. An Item that fails, or whose person must sign in
// first, is tried again later.
func (l *Ledger) RunDue(ctx context.Context, limit int) (int, error) {
	refs, err := l.store.DueItems(ctx, l.Now(), limit)
	if err != nil {
		return 0, err
	}
	for i, ref := range refs {
		if ctx.Err() != nil {
			return i, ctx.Err()
		}
		_, _, err := l.pull(ctx, ref.Client, ref.Item, wanted{accounts: true, transactions: true, due: true})
		if err != nil {
			l.log.WarnContext(ctx, "background refresh failed", "item_id", ref.Item, "error", err)
			l.postpone(ctx, ref)
		}
	}
	return len(refs), nil
}

// retryAfter is when an Item whose background refresh failed is tried again.
const retryAfter = 15 * time.Minute

func (l *Ledger) postpone(ctx context.Context, ref store.ItemRef) {
	_, err := l.Update(ctx, ref.Client, ref.Item, func(next *store.Head) error {
		next.Due = l.Now().Add(retryAfter)
		return nil
	})
	if err != nil {
		l.log.WarnContext(ctx, "background refresh was not postponed", "item_id", ref.Item, "error", err)
	}
}
