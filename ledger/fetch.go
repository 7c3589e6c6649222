package ledger

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
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
	partStatements  = "statements"
	partState       = "state" // the connection's, sealed
)

// wanted is what to ask a provider for.
type wanted struct {
	accounts, transactions, owners, numbers, investments, liabilities, statements bool
	// refresh says that the client asked for fresh transactions, balances that it did for
	// balances of this moment.
	refresh, balances bool
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
		case models.ProductStatements:
			w.statements = true
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
	h    *store.Head // as it was when the round began, but for what is counted in it
	want wanted

	accounts []models.Account
	// told are the accounts that came with transactions; nil is none.
	told []models.Account
	// offered are the keys of all accounts there are, shared or not.
	offered    []string
	pulled     *pulled
	state      json.RawMessage
	nextChange time.Time
	readiness  providers.Readiness
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
		all := f.told
		if all == nil {
			if err := f.ask(); err != nil {
				return err
			}
			c.Fresh = f.want.balances
			if all, err = f.p.Accounts(ctx, c); err != nil {
				return err
			}
			c.Fresh = false
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

// runParts asks for what is rewritten whole. A part that the upstream doesn't have yet
// is left as it is.
func (f *fetch) runParts(ctx context.Context, c providers.Conn) error {
	if p, ok := f.p.(providers.IdentityProvider); ok && f.want.owners {
		v, err := p.Owners(ctx, c)
		if err := f.part(partOwners, v, err); err != nil {
			return err
		}
	}
	if p, ok := f.p.(providers.NumbersProvider); ok && f.want.numbers {
		v, err := p.Numbers(ctx, c)
		if err := f.part(partNumbers, v, err); err != nil {
			return err
		}
	}
	if p, ok := f.p.(providers.InvestmentsProvider); ok && f.want.investments {
		if err := f.ask(); err != nil {
			return err
		}
		v, err := p.Investments(ctx, c, models.DateOf(c.Now).AddDays(-DefaultDays))
		if err := f.part(partInvestments, v, err); err != nil {
			return err
		}
	}
	if p, ok := f.p.(providers.LiabilitiesProvider); ok && f.want.liabilities {
		v, err := p.Liabilities(ctx, c)
		if err := f.part(partLiabilities, v, err); err != nil {
			return err
		}
	}
	return f.runStatements(ctx, c)
}

// part notes what was answered for a part.
func (f *fetch) part(name string, v any, err error) error {
	var up *providers.Error
	switch {
	case errors.As(err, &up) && up.Kind == providers.NotReady:
		soon := f.l.Now().Add(partRetry)
		f.nextChange = earliest(f.nextChange, soon)
		return nil
	case err != nil:
		return err
	}
	f.parts[name] = v
	return nil
}

// partRetry is when a part that wasn't ready is asked for again.
const partRetry = 5 * time.Minute

func (f *fetch) runTransactions(ctx context.Context, c *providers.Conn) error {
	info := f.p.Info()
	out := &pulled{from: f.from(c.Now), whole: info.Mode == providers.Snapshot, loose: info.LooseKeys}
	req := providers.SyncRequest{From: out.from, Refresh: f.want.refresh}
	for {
		if err := f.ask(); err != nil {
			return err
		}
		res, err := f.p.SyncTransactions(ctx, *c, req)
		if err != nil {
			return err
		}
		page := slices.DeleteFunc(res.Transactions, f.unwanted)
		if info.Bare && f.l.enricher != nil {
			for i := range page {
				f.l.enricher.Enrich(ctx, &page[i])
			}
		}
		out.pages = append(out.pages, page)
		out.removed = append(out.removed, res.Removed...)
		out.untold = append(out.untold, res.Untold...)
		out.from = max(req.From, res.Since)
		if res.Accounts != nil {
			f.told = res.Accounts
		}
		if res.State != nil {
			c.State, f.state = res.State, res.State
		}
		f.nextChange, f.readiness = res.NextChange, res.Readiness
		if !res.More {
			break
		}
		req.Refresh = false
	}
	f.pulled = out
	return nil
}

// unwanted reports whether a transaction is none of the Item's: it is too new, or of
// an account that is not shared.
func (f *fetch) unwanted(t models.Transaction) bool {
	it := &f.h.Item
	return it.HistoryEnd != "" && t.Date > it.HistoryEnd || !it.Shares(t.AccountKey)
}

// ask counts a call of the provider, and refuses one too many on a day.
func (f *fetch) ask() error {
	budget := f.p.Info().Budget
	if budget == 0 {
		return nil
	}
	now := f.l.Now()
	today := models.DateOf(now)
	asked := &f.h.Item.Asked
	if asked.Day != today {
		*asked = models.Asked{Day: today}
	}
	if asked.Times >= budget {
		tomorrow := now.Truncate(24 * time.Hour).Add(24 * time.Hour)
		return &providers.Error{
			Kind: providers.RateLimited, RetryAfter: tomorrow.Sub(now), Detail: fmt.Sprintf("it may be asked %d times a day", budget),
		}
	}
	asked.Times++
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
