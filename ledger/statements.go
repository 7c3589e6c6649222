package ledger

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/gingham-dev/gingham/models"
	"github.com/gingham-dev/gingham/providers"
	"github.com/gingham-dev/gingham/store"
	"github.com/gingham-dev/gingham/webhooks"
)

// Statements lie in a part for each month, so that one of them can be read without
// the others, and in partStatements is what there is.
func statementsOf(m models.Month) string { return partStatements + " " + string(m) }

// StatementRef names a statement of an Item.
type StatementRef struct {
	AccountKey string       `json:"account_key"`
	Month      models.Month `json:"month"`
	// Posted is the day on which the institution posted it, or "" when unknown.
	Posted models.Date `json:"posted,omitempty"`
}

// StatementID is the id of an Item's statement, the same whenever it is fetched.
func StatementID(item models.ItemID, ref StatementRef) string {
	return deriveID(string(item), "statement", string(ref.Month)+" "+ref.AccountKey)
}

// firstStatements is the first month that Plaid's statements can be of.
const firstStatements models.Month = "2010-01"

// statementMonths are the months whose statements are posted on the days from one to
// another, both included, and before today. That they are on the last day of their
// month is taken for granted, because an institution tells only once it is asked.
func statementMonths(from, to, today models.Date) []models.Month {
	var out []models.Month
	for m := max(from.Month(), firstStatements); m.Last() <= to && m.Last() < today; m = m.Next() {
		out = append(out, m)
	}
	return out
}

// askStatements adds months to those whose statements an Item is to have.
func askStatements(it *models.Item, months []models.Month) {
	it.Statements = slices.Compact(slices.Sorted(slices.Values(slices.Concat(it.Statements, months))))
}

// runStatements asks for the Item's statements. That is done with its transactions
// too, so that what is committed together agrees.
func (f *fetch) runStatements(ctx context.Context, c providers.Conn) error {
	p, ok := f.p.(providers.StatementsProvider)
	months := f.h.Item.Statements
	if !ok || len(months) == 0 || !f.want.statements && !f.want.transactions {
		return nil
	}
	list, err := p.Statements(ctx, c, months)
	if err != nil {
		return f.part(partStatements, nil, err)
	}
	refs := []StatementRef{}
	byMonth := map[models.Month][]models.Statement{}
	for _, s := range list {
		if f.h.Item.Shares(s.AccountKey) {
			refs = append(refs, StatementRef{AccountKey: s.AccountKey, Month: s.Month, Posted: s.Posted})
			byMonth[s.Month] = append(byMonth[s.Month], s)
		}
	}
	slices.SortStableFunc(refs, func(a, b StatementRef) int { return cmp.Compare(b.Month, a.Month) })
	f.parts[partStatements] = refs
	for m, statements := range byMonth {
		f.parts[statementsOf(m)] = statements
	}
	return nil
}

// Statements lists the statements that an Item has, the newest first.
func (l *Ledger) Statements(ctx context.Context, h *store.Head) ([]StatementRef, error) {
	return fresh(ctx, l, h, func(h *store.Head) (refs []StatementRef, err error) {
		_, err = l.readPart(ctx, h, partStatements, &refs)
		return refs, err
	})
}

// Statement reads the statement of an id, or returns nil if the Item has none of it.
func (l *Ledger) Statement(ctx context.Context, h *store.Head, id string) (*models.Statement, error) {
	return fresh(ctx, l, h, func(h *store.Head) (*models.Statement, error) {
		var refs []StatementRef
		if _, err := l.readPart(ctx, h, partStatements, &refs); err != nil {
			return nil, err
		}
		at := slices.IndexFunc(refs, func(ref StatementRef) bool { return StatementID(h.ID, ref) == id })
		if at < 0 {
			return nil, nil
		}
		var list []models.Statement
		if _, err := l.readPart(ctx, h, statementsOf(refs[at].Month), &list); err != nil {
			return nil, err
		}
		for i := range list {
			if list[i].AccountKey == refs[at].AccountKey {
				return &list[i], nil
			}
		}
		return nil, fmt.Errorf("item %s: a statement of %s is listed and not there", h.ID, refs[at].Month)
	})
}

// RefreshStatements fetches the statements that were posted on the days from one to
// another, both included, besides those that the Item has (/statements/refresh). It tells how
// that ended. The Item must have the product.
func (l *Ledger) RefreshStatements(ctx context.Context, h *store.Head, from, to models.Date) error {
	_, err := l.fetchStatements(ctx, h, from, to, func(next *store.Head) error {
		l.Tell(next, webhooks.StatementsRefreshComplete("SUCCESS"))
		return nil
	})
	var up *providers.Error
	if errors.As(err, &up) {
		_, told := l.Update(ctx, h.Client, h.ID, func(next *store.Head) error {
			l.Tell(next, webhooks.StatementsRefreshComplete("FAILURE"))
			return nil
		})
		err = errors.Join(err, told)
	}
	return err
}

// AddStatements adds statements to an Item's products, with those that were posted on
// the days from one to another, and returns the newest head (Link's update mode). An Item that
// has the product already gets these besides. Errors: PRODUCTS_NOT_SUPPORTED, the provider's, or the store's.
func (l *Ledger) AddStatements(ctx context.Context, h *store.Head, from, to models.Date) (*store.Head, error) {
	return l.fetchStatements(ctx, h, from, to, func(next *store.Head) error {
		return addProduct(&next.Item, models.ProductStatements)
	})
}

// fetchStatements asks for statements and commits them with what settle changes.
func (l *Ledger) fetchStatements(ctx context.Context, h *store.Head, from, to models.Date,
	settle func(next *store.Head) error,
) (*store.Head, error) {
	return l.leased(ctx, h.Client, h.ID, func(ctx context.Context, h *store.Head, p providers.Provider) (*store.Head, error) {
		months := statementMonths(from, to, models.DateOf(l.Now()))
		asked := h.Clone()
		askStatements(&asked.Item, months)
		want := wanted{accounts: true, statements: true, transactions: wantedOf(h).transactions && ready(h)}
		f := &fetch{l: l, p: p, h: asked, want: want}
		if err := f.run(ctx); err != nil {
			return nil, l.failed(ctx, h, asked.Item.Asked, err, false)
		}
		return l.commit(ctx, h.Client, h.ID, func(next *store.Head) ([]store.Block, error) {
			if err := stillOurs(h, next); err != nil {
				return nil, err
			}
			askStatements(&next.Item, months)
			blocks, _, err := f.put(ctx, next)
			if err != nil {
				return nil, err
			}
			return blocks, settle(next)
		})
	})
}
