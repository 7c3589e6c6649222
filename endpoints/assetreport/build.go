package assetreport

import (
	"context"
	"errors"
	"slices"
	"time"

	"github.com/gingham-dev/gingham/ledger"
	"github.com/gingham-dev/gingham/models"
	"github.com/gingham-dev/gingham/models/plaiderr"
)

// builder writes an edition: one account after another, of which one at a time is in memory.
type builder struct {
	*maker
	now     time.Time
	edition *edition
	heads   *partWriter
	// past is nil for a fast edition.
	past *partWriter
	// account is the next account's place.
	account int
}

func (m *maker) builder(kind seriesKind) *builder {
	b := &builder{maker: m, now: m.ledger.Now(), heads: m.writer(kind)}
	b.edition = &edition{GeneratedAt: b.now}
	if kind == heads {
		b.past = m.writer(past)
	}
	return b
}

// end writes what is left, and returns the edition.
func (b *builder) end(ctx context.Context) (*edition, error) {
	var err error
	if b.edition.Heads, err = b.heads.end(ctx); err != nil {
		return nil, err
	}
	if b.past != nil {
		b.edition.Past, err = b.past.end(ctx)
	}
	return b.edition, err
}

// item adds an Item, or why it is left out.
func (b *builder) item(ctx context.Context, c candidate) error {
	if c.err != nil {
		b.warn(transactionsUnavailable, c.id, c.err)
		return nil
	}
	h := c.head
	owners, err := b.owners(ctx, c)
	if err != nil {
		return err
	}
	var in *holdings
	if b.past != nil {
		if h, in, err = b.investments(ctx, h); err != nil {
			return err
		}
		if h.Transactions.HistoricalAt.IsZero() {
			b.warn(transactionsUnavailable, h.ID, plaiderr.New(plaiderr.ProductNotReady))
		}
	}
	out := item{
		ID: h.ID, Institution: h.Item.Institution, InstitutionName: h.Item.InstitutionName,
		UpdatedAt: h.Item.TransactionsUpdated.LastSuccess,
	}
	if out.UpdatedAt.IsZero() {
		out.UpdatedAt = h.Item.CreatedAt
	}
	for i := range h.Accounts {
		a := &h.Accounts[i]
		if slices.Contains(b.report.Terms.Excluded, a.ID) {
			continue
		}
		whose := owners[a.Key]
		if err := b.head(ctx, &head{Account: *a, Owners: whose, Ownership: ownership(a, whose)}); err != nil {
			return err
		}
		if b.past != nil {
			if err := b.history(ctx, &account{Account: a, head: h, place: b.account}, in.of(a)); err != nil {
				return err
			}
		}
		b.account++
		out.Accounts++
	}
	b.edition.Items = append(b.edition.Items, out)
	return nil
}

func (b *builder) head(ctx context.Context, h *head) error {
	return b.heads.add(ctx, &entry{Account: b.account, Head: h})
}

func (b *builder) warn(code string, it models.ItemID, e *plaiderr.Error) {
	b.edition.Warnings = append(b.edition.Warnings, warning{Code: code, Cause: causeOf(it, e)})
}

// owners reads who owns an Item's accounts, by their keys. That they can't be known is a
// warning.
func (b *builder) owners(ctx context.Context, c candidate) (map[string][]models.Owner, error) {
	list, err := b.ledger.Owners(ctx, c.head)
	e, err := told(err)
	if err != nil {
		return nil, err
	}
	if e == nil && len(list) == 0 {
		e = plaiderr.ProductsNotSupported(models.ProductIdentity)
	}
	if e != nil {
		b.warn(ownersUnavailable, c.id, e)
	}
	out := make(map[string][]models.Owner, len(list))
	for _, o := range list {
		out[o.AccountKey] = o.Owners
	}
	return out, nil
}

// told tells what clients are told of from what is a fault of ours, or the store's.
func told(err error) (*plaiderr.Error, error) {
	var e *plaiderr.Error
	if err != nil && errors.As(ledger.PlaidError(err), &e) {
		return e, nil
	}
	return nil, err
}

// ownership is how an account is owned, as far as what is known of it tells.
func ownership(a *models.Account, owners []models.Owner) string {
	names := 0
	for i := range owners {
		names += len(owners[i].Names)
	}
	switch {
	case a.Holder == "business":
		return "association"
	case names > 1:
		return "joint"
	case names == 1 && a.Holder == "personal":
		return "individual"
	default:
		return ""
	}
}

// copy takes over another report, but for the accounts that are filtered out.
func (b *builder) copy(ctx context.Context, parent *report) (*edition, error) {
	from := parent.Full
	b.edition.GeneratedAt, b.edition.Warnings = from.GeneratedAt, from.Warnings
	in, past := b.reader(parent, from.Heads), b.reader(parent, from.Past)
	place := 0
	for _, it := range from.Items {
		n := it.Accounts
		it.Accounts = 0
		for range n {
			h, err := in.head(ctx)
			if err != nil {
				return nil, err
			}
			was := place
			place++
			if slices.Contains(b.report.Terms.Excluded, h.Account.ID) {
				continue
			}
			if err := b.copyAccount(ctx, h, past, was); err != nil {
				return nil, err
			}
			b.edition.Available = append(b.edition.Available, from.Available[was])
			it.Accounts++
		}
		b.edition.Items = append(b.edition.Items, it)
	}
	return b.end(ctx)
}

func (b *builder) copyAccount(ctx context.Context, h *head, from *partReader, was int) error {
	if err := b.head(ctx, h); err != nil {
		return err
	}
	err := from.past(ctx, was, func(e *entry) error {
		e.Account = b.account
		return b.past.add(ctx, e)
	})
	b.account++
	return err
}
