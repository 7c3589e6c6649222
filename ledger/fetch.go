package ledger

import (
	"context"
	"encoding/json"
	"time"

	"github.com/gingham-dev/gingham/models"
	"github.com/gingham-dev/gingham/providers"
	"github.com/gingham-dev/gingham/store"
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

// fetch is one round of asking a provider: run asks, put puts the answers into
// a head. Between the two the head may have been changed by others.
type fetch struct {
	l    *Ledger
	p    providers.Provider
	h    *store.Head // as it was when the round began
	want wanted

	accounts   []models.Account
	pulled     *pulled
	state      json.RawMessage
	nextChange time.Time
	parts      map[string]any
}

// run asks the provider. Errors are the provider's.
func (f *fetch) run(ctx context.Context) error {
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
		if f.accounts, err = f.p.Accounts(ctx, c); err != nil {
			return err
		}
		for i := range f.accounts {
			f.accounts[i].ID = AccountID(f.h.ID, f.accounts[i].Key)
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
	if end := f.h.Item.HistoryEnd; end != "" {
		kept := out.transactions[:0]
		for _, t := range out.transactions {
			if t.Date <= end {
				kept = append(kept, t)
			}
		}
		out.transactions = kept
	}
	f.pulled = out
	return nil
}

// from is the oldest day of the transactions to ask for: the last 30 days at
// first where history is to come later, else all that was asked for.
func (f *fetch) from(now time.Time) models.Date {
	today := models.DateOf(now)
	if f.initialOnly(now) {
		return today.AddDays(-30)
	}
	return models.DateOf(f.h.Item.CreatedAt).AddDays(-f.h.Item.DaysRequested)
}

// initialOnly reports whether only the first 30 days are to be readable yet.
func (f *fetch) initialOnly(now time.Time) bool {
	return now.Before(f.h.Item.CreatedAt.Add(f.l.historicalDelay))
}

// put puts what was fetched into next and returns the blocks to commit with it.
func (f *fetch) put(ctx context.Context, next *store.Head) ([]store.Block, Summary, error) {
	now := f.l.Now()
	var blocks []store.Block
	var sum Summary
	if f.accounts != nil {
		keepVerification(next.Accounts, f.accounts)
		next.Accounts = f.accounts
	}
	if f.pulled != nil {
		var err error
		if blocks, sum, err = f.l.apply(ctx, next, *f.pulled); err != nil {
			return nil, sum, err
		}
		f.putReadiness(next, now)
	}
	if f.state != nil {
		b, err := f.l.sealState(next, f.state)
		if err != nil {
			return nil, sum, err
		}
		blocks = append(blocks, b)
	}
	for name, v := range f.parts {
		b, err := f.l.setPart(next, name, v)
		if err != nil {
			return nil, sum, err
		}
		blocks = append(blocks, b)
		if name == partInvestments {
			next.Item.InvestmentsUpdated.LastSuccess = now
		}
	}
	// The login works again, unless it was broken while this round was under way.
	if e := f.h.Item.Error; e != nil && next.Item.Error != nil && *e == *next.Item.Error {
		next.Item.Error = nil
	}
	return blocks, sum, nil
}

func (f *fetch) putReadiness(next *store.Head, now time.Time) {
	log := &next.Transactions
	if log.InitialAt.IsZero() {
		log.InitialAt = now
	}
	next.Due = f.nextChange
	if f.initialOnly(now) {
		next.Due = next.Item.CreatedAt.Add(f.l.historicalDelay)
	} else if log.HistoricalAt.IsZero() {
		log.HistoricalAt = now
	}
	next.Item.TransactionsUpdated.LastSuccess = now
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
