package ledger

import (
	"bytes"
	"context"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/gingham-dev/gingham/models"
	"github.com/gingham-dev/gingham/providers"
	"github.com/gingham-dev/gingham/store"
	"github.com/gingham-dev/gingham/webhooks"
)

// put puts what was fetched into next, tells of it, and returns the blocks to
// commit with it.
func (f *fetch) put(ctx context.Context, next *store.Head) ([]store.Block, Summary, error) {
	now := f.l.Now()
	// The login works again, unless it was broken while this round was under way.
	if e := f.h.Item.Error; e != nil && next.Item.Error != nil && *e == *next.Item.Error {
		next.Item.Error = nil
		f.l.Tell(next, webhooks.LoginRepaired())
	}
	if f.accounts != nil {
		was := next.Accounts
		keepVerification(was, f.accounts)
		next.Accounts = f.accounts
		f.l.tellAccounts(next, was, f.offered)
	}
	var blocks []store.Block
	var out outcome
	if f.pulled != nil {
		was := next.Transactions
		var err error
		if blocks, out, err = f.l.apply(ctx, next, *f.pulled); err != nil {
			return nil, Summary{}, err
		}
		f.putReadiness(next, now)
		f.l.tellTransactions(next, was, f.pulled, out)
	}
	if f.state != nil {
		b, err := f.l.sealState(next, f.state)
		if err != nil {
			return nil, Summary{}, err
		}
		blocks = append(blocks, b)
	}
	parts, err := f.putParts(ctx, next)
	if err != nil {
		return nil, Summary{}, err
	}
	f.l.tellConsent(next)
	next.Item.Asked = f.h.Item.Asked
	next.Item.Failures = 0
	next.Item.NextChange = earliest(future(now, next.Item.NextChange), future(now, f.nextChange))
	next.Due = f.l.due(next)
	if next.Item.Nudges != f.h.Item.Nudges {
		next.Due = now // the answers may be older than what there was to tell
	}
	return append(blocks, parts...), out.Summary, nil
}

// putParts puts the parts that differ from what is there.
func (f *fetch) putParts(ctx context.Context, next *store.Head) ([]store.Block, error) {
	var blocks []store.Block
	for _, name := range slices.Sorted(maps.Keys(f.parts)) {
		if name == partInvestments {
			next.Item.InvestmentsUpdated.LastSuccess = f.l.Now()
		}
		var was []byte
		if id, ok := next.Parts[name]; ok {
			var err error
			if was, err = f.l.readBlock(ctx, next, id); err != nil {
				return nil, err
			}
		}
		b, err := f.l.encodePart(next, f.parts[name])
		if err != nil {
			return nil, fmt.Errorf("encode %s: %w", name, err)
		}
		if bytes.Equal(was, b.Data) {
			continue
		}
		next.Parts[name] = b.ID
		blocks = append(blocks, b)
		if diff := partDiffs[name]; diff != nil {
			if err := diff(f.l, next, was, b.Data); err != nil {
				return nil, fmt.Errorf("%s of item %s: %w", name, next.ID, err)
			}
		}
	}
	return blocks, nil
}

func (f *fetch) putReadiness(next *store.Head, now time.Time) {
	log := &next.Transactions
	if log.InitialAt.IsZero() {
		if f.readiness == providers.NoHistory {
			return
		}
		log.InitialAt = now
	}
	if log.HistoricalAt.IsZero() && !f.initialOnly(now) && f.readiness == providers.AllHistory {
		log.HistoricalAt = now
	}
	next.Item.TransactionsUpdated.LastSuccess = now
}

// due is when background work on an Item that works is next due, or zero.
func (l *Ledger) due(h *store.Head) time.Time {
	var at time.Time
	if log := &h.Transactions; wantedOf(h).transactions {
		switch {
		case log.InitialAt.IsZero():
			at = log.InitialDue
		case log.HistoricalAt.IsZero():
			at = log.HistoricalDue
		}
	}
	at = earliest(at, h.Item.NextChange)
	if end := h.Item.ConsentExpiresAt; !end.IsZero() && !h.Item.ConsentWarned {
		at = earliest(at, end.Add(-consentWarning))
	}
	return earliest(at, future(l.Now(), h.Item.LoginExpiresAt))
}

// earliest is the earlier of two times, of which zero is none.
func earliest(a, b time.Time) time.Time {
	if a.IsZero() || !b.IsZero() && b.Before(a) {
		return b
	}
	return a
}

// future is t, or zero if it isn't after now.
func future(now, t time.Time) time.Time {
	if t.After(now) {
		return t
	}
	return time.Time{}
}

// keepVerification carries over to fresh accounts what the provider does not know of them.
func keepVerification(old, fresh []models.Account) {
	for i := range fresh {
		for j := range old {
			if old[j].ID == fresh[i].ID && fresh[i].Verification == "" {
				fresh[i].Verification = old[j].Verification
			}
		}
	}
}
