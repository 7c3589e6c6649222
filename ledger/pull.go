package ledger

import (
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"time"

	"github.com/gingham-dev/gingham/models"
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
		var head *store.Head
		var err error
		head, sum, err = l.fetch(ctx, h, p, want)
		return head, err
	})
	return head, sum, err
}

// fetch asks the provider of a leased Item and commits the answers, or notes that
// it failed.
func (l *Ledger) fetch(ctx context.Context, h *store.Head, p providers.Provider, want wanted) (*store.Head, Summary, error) {
	f := &fetch{l: l, p: p, h: h.Clone(), want: want}
	if err := f.run(ctx); err != nil {
		return nil, Summary{}, l.failed(ctx, h, f.h.Item.Asked, err, want.due)
	}
	return f.commit(ctx, h)
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

// leased runs fn with the Item leased to this call alone, waiting while another has it.
func (l *Ledger) leased(ctx context.Context, client models.ClientID, item models.ItemID,
	fn func(context.Context, *store.Head, providers.Provider) (*store.Head, error),
) (*store.Head, error) {
	h, err := l.acquire(ctx, client, item)
	if err != nil {
		return nil, err
	}
	return l.holding(ctx, h, func(ctx context.Context) (*store.Head, error) {
		if h.Item.Removed() {
			return nil, ErrRemoved
		}
		p, err := l.provider(h.Provider)
		if err != nil {
			return nil, err
		}
		return fn(ctx, h, p)
	})
}

// holding runs fn while the lease of h lasts, and gives the lease back.
func (l *Ledger) holding(ctx context.Context, h *store.Head, fn func(context.Context) (*store.Head, error)) (*store.Head, error) {
	l.log.DebugContext(ctx, "item leased", "item_id", h.ID, "owner", h.Lease.Owner, "fence", h.Lease.Fence)
	// Who has lost his lease should not go on.
	ctx, cancel := context.WithTimeout(ctx, leaseFor)
	defer cancel()
	defer func() {
		// The lease is given back even if the caller has gone.
		ctx := context.WithoutCancel(ctx)
		// The next one's line must not come before this one's.
		l.log.DebugContext(ctx, "item released", "item_id", h.ID, "owner", h.Lease.Owner, "fence", h.Lease.Fence)
		if err := l.store.Release(ctx, h.Client, h.ID, h.Lease.Fence); err != nil {
			l.log.WarnContext(ctx, "lease was not given back", "item_id", h.ID, "error", err)
		}
	}()
	return fn(ctx)
}

func (l *Ledger) provider(name string) (providers.Provider, error) {
	p, ok := l.providers.Provider(name)
	if !ok {
		return nil, fmt.Errorf("ledger: no provider %q", name)
	}
	return p, nil
}

// acquire leases an Item, waiting while another worker has it.
func (l *Ledger) acquire(ctx context.Context, client models.ClientID, item models.ItemID) (*store.Head, error) {
	for {
		h, err := l.tryAcquire(ctx, client, item)
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

// tryAcquire leases an Item, or returns store.ErrConflict if another worker has it.
// How long work takes is a matter of the machine's clock, whatever a sandbox's says.
func (l *Ledger) tryAcquire(ctx context.Context, client models.ClientID, item models.ItemID) (*store.Head, error) {
	now := time.Now().UTC()
	owner := l.owner + "/" + hex.EncodeToString(l.randomBytes(8))
	return l.store.Acquire(ctx, client, item, owner, now, now.Add(leaseFor))
}

// failed notes a provider's failure with the Item, tells of it if a person must
// mend it, and returns it. Background work is tried again later, and then later still.
func (l *Ledger) failed(ctx context.Context, h *store.Head, asked models.Asked, cause error, due bool) error {
	state := l.itemState(cause)
	_, err := l.Update(ctx, h.Client, h.ID, func(next *store.Head) error {
		if err := stillOurs(h, next); err != nil {
			return err
		}
		next.Item.Asked = asked
		next.Item.TransactionsUpdated.LastFailure = l.Now()
		if state != nil && (next.Item.Error == nil || next.Item.Error.Code != state.Code) {
			next.Item.Error = state
			l.tellError(next)
		}
		l.tellConsent(next)
		if due {
			next.Item.Failures++
			next.Due = l.Now().Add(retryAfter(next.Item.Failures, cause))
			if next.Item.Nudges != h.Item.Nudges {
				next.Due = l.Now()
			}
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
	head, _, err := l.pull(ctx, h.Client, h.ID, wanted{accounts: true, balances: true})
	return head, err
}

// RefreshInvestments asks for fresh holdings and investment transactions (/investments/refresh).
func (l *Ledger) RefreshInvestments(ctx context.Context, h *store.Head) error {
	_, _, err := l.pull(ctx, h.Client, h.ID, wanted{accounts: true, investments: true})
	return err
}

// RunDue does the background work that has come due, up to limit Items, and
// says how many it found. An Item that another worker has is left to him; one
// that fails is tried again later.
func (l *Ledger) RunDue(ctx context.Context, limit int) (int, error) {
	refs, err := l.store.DueItems(ctx, l.Now(), time.Now().UTC(), limit)
	if err != nil {
		return 0, err
	}
	for i, ref := range refs {
		if ctx.Err() != nil {
			return i, ctx.Err()
		}
		// What was begun is ended, within its lease, when a program is told to stop.
		if err := l.runDue(context.WithoutCancel(ctx), ref); err != nil {
			l.log.WarnContext(ctx, "background refresh failed", "item_id", ref.Item, "error", err)
		}
	}
	return len(refs), nil
}

func (l *Ledger) runDue(ctx context.Context, ref store.ItemRef) error {
	h, err := l.tryAcquire(ctx, ref.Client, ref.Item)
	if errors.Is(err, store.ErrConflict) {
		return nil
	}
	if err != nil {
		return err
	}
	_, err = l.holding(ctx, h, func(ctx context.Context) (*store.Head, error) {
		if h.Due.IsZero() || h.Due.After(l.Now()) {
			return h, nil // another instance was faster
		}
		p, err := l.provider(h.Provider)
		if err != nil {
			return nil, l.failed(ctx, h, h.Item.Asked, err, true)
		}
		want := wantedOf(h)
		want.due = true
		head, _, err := l.fetch(ctx, h, p, want)
		return head, err
	})
	return err
}

const (
	// firstRetry is when an Item whose background refresh failed is tried again;
	// each failure more doubles it, up to lastRetry.
	firstRetry = 15 * time.Minute
	lastRetry  = 24 * time.Hour
)

// retryAfter is how long to wait after so many failures in a row, or longer if
// the provider says so.
func retryAfter(failures int, cause error) time.Duration {
	wait := lastRetry
	if doublings := failures - 1; doublings < 8 {
		wait = min(firstRetry<<doublings, lastRetry)
	}
	var up *providers.Error
	if errors.As(cause, &up) {
		wait = max(wait, up.RetryAfter)
	}
	return wait
}
