package caller

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"

	"github.com/plaid/plaid-go/v42/plaid"
)

// Mutation is the code of the error that a change between two pages gives.
const Mutation = "TRANSACTIONS_SYNC_MUTATION_DURING_PAGINATION"

// Page is one reply of /transactions/sync.
type Page = plaid.TransactionsSyncResponse

// Pager fetches the page at a cursor.
type Pager func(ctx context.Context, cursor string, count int32) (Page, error)

// Pages returns the Pager of an Item, or of one of its accounts.
func (c *Caller) Pages(accessToken, accountID string) Pager {
	return func(ctx context.Context, cursor string, count int32) (Page, error) {
		r := plaid.NewTransactionsSyncRequest(accessToken)
		r.SetCursor(cursor)
		r.SetCount(count)
		if accountID != "" {
			o := plaid.NewTransactionsSyncRequestOptions()
			o.SetAccountId(accountID)
			r.SetOptions(*o)
		}
		return Result(c.Plaid.TransactionsSync(ctx).TransactionsSyncRequest(*r).Execute()) //nolint:bodyclose // Result closes it
	}
}

// Follower keeps a copy of an Item's transactions up to date, as an app does, and
// notes whatever an app could not make sense of.
type Follower struct {
	Pages Pager
	// Cursor is where it stands; "" is before the first row.
	Cursor string
	// Rows is the copy, by transaction_id.
	Rows map[string]plaid.Transaction
	// Faults says what was wrong with the updates so far.
	Faults []string
	// Newer, if set, says what is wrong with one version of a row following another.
	Newer func(was, is plaid.Transaction) string
	// Updates and Restarts count updates that were applied and ones that had to
	// begin again since something changed between two of their pages.
	Updates, Restarts int
}

// update is what all pages from one cursor to has_more false say together.
type update struct {
	added, modified []plaid.Transaction
	removed         []plaid.RemovedTransaction
	next            string
}

// Follow fetches one update, count rows at a time, and applies it. It reports
// whether there was anything in it.
func (f *Follower) Follow(ctx context.Context, count int32) (changed bool, err error) {
	for {
		u, err := f.fetch(ctx, count)
		if Is(err, Mutation) {
			f.Restarts++
			continue
		}
		if err != nil {
			return false, err
		}
		f.apply(u)
		return len(u.added)+len(u.modified)+len(u.removed) > 0, nil
	}
}

func (f *Follower) fetch(ctx context.Context, count int32) (*update, error) {
	u := &update{next: f.Cursor}
	for {
		page, err := f.Pages(ctx, u.next, count)
		if err != nil {
			return nil, err
		}
		if n := len(page.Added) + len(page.Modified) + len(page.Removed); n > int(count) {
			f.fault("a page of %d was asked for, and has %d changes", count, n)
		} else if page.HasMore && n < int(count) {
			f.fault("a page of %d has %d changes, and has_more", count, n)
		}
		u.added = append(u.added, page.Added...)
		u.modified = append(u.modified, page.Modified...)
		u.removed = append(u.removed, page.Removed...)
		if page.HasMore && page.NextCursor == u.next {
			return nil, fmt.Errorf("the cursor %q leads to itself", u.next)
		}
		u.next = page.NextCursor
		if !page.HasMore {
			return u, nil
		}
	}
}

func (f *Follower) apply(u *update) {
	if f.Rows == nil {
		f.Rows = map[string]plaid.Transaction{}
	}
	seen := map[string]bool{}
	once := func(id string) {
		if seen[id] {
			f.fault("%s comes twice in one update", id)
		}
		seen[id] = true
	}
	for _, t := range u.added {
		once(t.TransactionId)
		if _, ok := f.Rows[t.TransactionId]; ok {
			f.fault("%s was added, and was there already", t.TransactionId)
		}
		f.Rows[t.TransactionId] = t
	}
	for _, t := range u.modified {
		once(t.TransactionId)
		was, ok := f.Rows[t.TransactionId]
		if !ok {
			f.fault("%s was modified, and was not there", t.TransactionId)
		} else if f.Newer != nil {
			if wrong := f.Newer(was, t); wrong != "" {
				f.fault("%s %s", t.TransactionId, wrong)
			}
		}
		f.Rows[t.TransactionId] = t
	}
	for _, t := range u.removed {
		once(t.TransactionId)
		if _, ok := f.Rows[t.TransactionId]; !ok {
			f.fault("%s was removed, and was not there", t.TransactionId)
		}
		delete(f.Rows, t.TransactionId)
	}
	f.Cursor = u.next
	f.Updates++
}

func (f *Follower) fault(format string, args ...any) {
	f.Faults = append(f.Faults, fmt.Sprintf(format, args...))
}

// Prints returns a fingerprint of every row, by transaction_id.
func (f *Follower) Prints() map[string]string {
	prints := make(map[string]string, len(f.Rows))
	for id, t := range f.Rows {
		prints[id] = Print(t)
	}
	return prints
}

// Print returns a fingerprint of a row, all fields of it.
func Print(t plaid.Transaction) string {
	text, err := json.Marshal(t)
	if err != nil {
		return err.Error()
	}
	sum := sha256.Sum256(text)
	return hex.EncodeToString(sum[:8])
}

// Differences compares a copy with what the server says is there, both by
// transaction_id, and says in what the copy is wrong.
func Differences(copied, there map[string]string) []string {
	var out []string
	for id, print := range there {
		switch got, ok := copied[id]; {
		case !ok:
			out = append(out, id+" is lost")
		case got != print:
			out = append(out, id+" is an old or wrong version")
		}
	}
	for id := range copied {
		if _, ok := there[id]; !ok {
			out = append(out, id+" should not be there")
		}
	}
	return out
}

// PrintsOf returns the fingerprints of rows, by transaction_id; a row that comes
// twice is an error.
func PrintsOf(rows []plaid.Transaction) (map[string]string, error) {
	prints := make(map[string]string, len(rows))
	for _, t := range rows {
		if _, twice := prints[t.TransactionId]; twice {
			return nil, fmt.Errorf("%s comes twice", t.TransactionId)
		}
		prints[t.TransactionId] = Print(t)
	}
	return prints, nil
}
