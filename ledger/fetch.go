package ledger

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/gingham-dev/gingham/models"
	"github.com/gingham-dev/gingham/providers"
	"github.com/gingham-dev/gingham/store"
	"github.com/gingham-dev/gingham/webhooks"
)

// The parts of an Item's data that are rewritten whole.
const (
	partOwners      = "owners"
	partNumbers     = "numbers"
	partInvestments = "investments"
	partLiabilities = "liabilities"
	partState       = "state" // the connection's, sealed
)

// wanted is what to ask a provider for.
type wanted struct {
	accounts, transactions, owners, numbers, investments, liabilities bool
	// refresh says that the client asked for fresh transactions.
	refresh bool
	// due says that nobody asked: it is background work, to be done if it is due still.
	due bool
}

// add wants what products need.
func (w *wanted) add(products ...models.Product) {
	for _, p := range products {
		switch p {
		case models.ProductTransactions, models.ProductRecurring, models.ProductTransactionsRefresh:
			w.transactions = true
		case models.ProductIdentity:
			w.owners = true
		case models.ProductAuth:
			w.numbers = true
		case models.ProductInvestments:
			w.investments = true
		case models.ProductInvestmentsAuth:
			w.investments, w.numbers, w.owners = true, true, true
		case models.ProductLiabilities:
			w.liabilities = true
		case models.ProductAssets:
			w.transactions, w.owners = true, true
		}
	}
}

// wantedOf is what an Item's products need, and its accounts.
func wantedOf(h *store.Head) wanted {
	w := wanted{accounts: true}
	w.add(h.Item.Products...)
	return w
}

// fetch is one round of asking a provider: run asks, put puts the answers into
// a head. Between the two the head may have been changed by others.
type fetch struct {
	l    *Ledger
	p    providers.Provider
	h    *store.Head // as it was when the round began
	want wanted

	accounts []models.Account
	// offered are the keys of all accounts there are, shared or not.
	offered    []string
	pulled     *pulled
	state      json.RawMessage
	nextChange time.Time
	parts      map[string]any
}

// run asks the provider. Errors are the provider's.
func (f *fetch) run(ctx context.Context) error {
	if err := f.l.disturb(f.h); err != nil {
		return err
	}
	c, err := f.conn(ctx)
	if err != nil {
		return err
	}
	f.parts = map[string]any{}
	// Transactions come first: to refresh may change the balances.
	if f.want.transactions {
		if err := f.runTransactions(ctx, &c); err != nil {
			return err
		}
	}
	if f.want.accounts {
		all, err := f.p.Accounts(ctx, c)
		if err != nil {
			return err
		}
		f.accounts = make([]models.Account, 0, len(all))
		for _, a := range all {
			f.offered = append(f.offered, a.Key)
			if f.h.Item.Shares(a.Key) {
				a.ID = AccountID(f.h.ID, a.Key)
				f.accounts = append(f.accounts, a)
			}
		}
		if f.h.Accounts == nil {
			f.h.Accounts = f.accounts
		}
	}
	return f.runParts(ctx, c)
}

// conn is the connection to ask: in the state that a step before left it in, or as committed.
func (f *fetch) conn(ctx context.Context) (providers.Conn, error) {
	if f.state != nil {
		return f.l.connWith(f.h, f.state), nil
	}
	return f.l.conn(ctx, f.h)
}

func (f *fetch) runParts(ctx context.Context, c providers.Conn) error {
	if p, ok := f.p.(providers.IdentityProvider); ok && f.want.owners {
		v, err := p.Owners(ctx, c)
		if err != nil {
			return err
		}
		f.parts[partOwners] = v
	}
	if p, ok := f.p.(providers.NumbersProvider); ok && f.want.numbers {
		v, err := p.Numbers(ctx, c)
		if err != nil {
			return err
		}
		f.parts[partNumbers] = v
	}
	if p, ok := f.p.(providers.InvestmentsProvider); ok && f.want.investments {
		v, err := p.Investments(ctx, c, models.DateOf(c.Now).AddDays(-DefaultDays))
		if err != nil {
			return err
		}
		f.parts[partInvestments] = v
	}
	if p, ok := f.p.(providers.LiabilitiesProvider); ok && f.want.liabilities {
		v, err := p.Liabilities(ctx, c)
		if err != nil {
			return err
		}
		f.parts[partLiabilities] = v
	}
	return nil
}

func (f *fetch) runTransactions(ctx context.Context, c *providers.Conn) error {
	out := &pulled{from: f.from(c.Now), whole: f.p.Info().Mode == providers.Snapshot}
	req := providers.SyncRequest{From: out.from, Refresh: f.want.refresh}
	for {
		res, err := f.p.SyncTransactions(ctx, *c, req)
		if err != nil {
			return err
		}
		out.transactions = append(out.transactions, res.Transactions...)
		out.removed = append(out.removed, res.Removed...)
		if res.State != nil {
			c.State, f.state = res.State, res.State
		}
		f.nextChange = res.NextChange
		if !res.More {
			break
		}
		req.Refresh = false
	}
	if it := &f.h.Item; it.HistoryEnd != "" || it.Shared != nil {
		out.transactions = slices.DeleteFunc(out.transactions, func(t models.Transaction) bool {
			return it.HistoryEnd != "" && t.Date > it.HistoryEnd || !it.Shares(t.AccountKey)
		})
	}
	f.pulled = out
	return nil
}

// initialDays is how far back transactions go that are readable first, in days.
const initialDays = 30

// from is the oldest day of the transactions to ask for: the last 30 days at
// first where history is to come later, else all that was asked for.
func (f *fetch) from(now time.Time) models.Date {
	today := models.DateOf(now)
	if f.initialOnly(now) {
		return today.AddDays(-initialDays)
	}
	return models.DateOf(f.h.Item.CreatedAt).AddDays(-f.h.Item.DaysRequested)
}

// initialOnly reports whether only the first 30 days are to be readable yet.
func (f *fetch) initialOnly(now time.Time) bool {
	return now.Before(f.h.Transactions.HistoricalDue)
}

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
	next.Item.Failures = 0
	next.Item.NextChange = earliest(future(now, next.Item.NextChange), future(now, f.nextChange))
	next.Due = f.l.due(next)
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
		if err := partDiffs[name](f.l, next, was, b.Data); err != nil {
			return nil, fmt.Errorf("%s of item %s: %w", name, next.ID, err)
		}
	}
	return blocks, nil
}

func (f *fetch) putReadiness(next *store.Head, now time.Time) {
	log := &next.Transactions
	if log.InitialAt.IsZero() {
		log.InitialAt = now
	}
	if log.HistoricalAt.IsZero() && !f.initialOnly(now) {
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
