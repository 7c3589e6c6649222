package ledger

import (
	"context"
	"fmt"
	"slices"

	"github.com/gingham-dev/gingham/models"
	"github.com/gingham-dev/gingham/store"
)

// HistoryRow is one transaction of an account's history.
type HistoryRow struct {
	Date models.Date
	// JSON is the transaction as Plaid's, in its usual form. Its bytes are shared: do
	// not change them.
	JSON []byte
	// Description is the institution's own text as JSON: a string, or null.
	Description []byte
}

// History calls fn with an account's transactions from a day on, newest first, until
// fn returns an error, which it returns. They are those that h refers to, whatever is
// committed meanwhile, and one block of them is in memory at a time. Errors: ErrNotReady,
// or the store's; store.ErrNotFound where h has grown old enough for its blocks to be gone.
func (l *Ledger) History(ctx context.Context, h *store.Head, account models.AccountID, from models.Date, fn func(HistoryRow) error) error {
	if !ready(h) {
		return ErrNotReady
	}
	slot := slices.Index(h.Transactions.Accounts, account)
	for _, ref := range h.Transactions.Views {
		if ref.First < from {
			break
		}
		if !holds(ref, slot) {
			continue
		}
		v, err := l.view(ctx, h, ref.Block)
		if err != nil {
			return err
		}
		for i := range v.rows {
			r := &v.rows[i]
			if r.date < from {
				return nil
			}
			if r.slot != slot {
				continue
			}
			row := HistoryRow{Date: r.date, JSON: r.json, Description: r.desc}
			if len(r.desc) == 0 {
				row.Description = nullText
			}
			if err := fn(row); err != nil {
				return err
			}
		}
	}
	return nil
}

// holds reports whether a view block has rows of the account at a place in the log. An
// older block doesn't count accounts that came later; -1 is an account without rows.
func holds(ref store.ViewRef, slot int) bool {
	return slot >= 0 && slot < len(ref.PerAccount) && ref.PerAccount[slot] > 0
}

// FirstDay is the day of an account's oldest transaction, or "" if it has none.
// Errors: ErrNotReady, or the store's.
func (l *Ledger) FirstDay(ctx context.Context, h *store.Head, account models.AccountID) (models.Date, error) {
	if !ready(h) {
		return "", ErrNotReady
	}
	slot := slices.Index(h.Transactions.Accounts, account)
	for _, ref := range slices.Backward(h.Transactions.Views) {
		if !holds(ref, slot) {
			continue
		}
		v, err := l.view(ctx, h, ref.Block)
		if err != nil {
			return "", err
		}
		for i := len(v.rows) - 1; i >= 0; i-- {
			if v.rows[i].slot == slot {
				return v.rows[i].date, nil
			}
		}
	}
	return "", nil
}

// applicantField is what a sealed applicant is bound to, besides its client and report.
const applicantField = "applicant"

// SealApplicant encrypts what a client said of the person whom a report is about.
func (l *Ledger) SealApplicant(client models.ClientID, report string, text []byte) ([]byte, error) {
	return l.vault.Seal(client, models.ItemID(report), applicantField, text)
}

// OpenApplicant decrypts what SealApplicant returned for the same client and report.
func (l *Ledger) OpenApplicant(client models.ClientID, report string, sealed []byte) ([]byte, error) {
	text, err := l.vault.Open(client, models.ItemID(report), applicantField, sealed)
	if err != nil {
		return nil, fmt.Errorf("open the applicant of a report: %w", err)
	}
	return text, nil
}
