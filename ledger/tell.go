package ledger

import (
	"context"
	"maps"
	"slices"
	"time"

	"github.com/gingham-dev/gingham/models"
	"github.com/gingham-dev/gingham/models/plaiderr"
	"github.com/gingham-dev/gingham/store"
	"github.com/gingham-dev/gingham/webhooks"
)

// maxTold is how many ids one webhook lists; more go into several.
const maxTold = 500

// Tell puts a webhook into the commit that makes next the head, so that its
// client is told if and only if that happened. An Item that its client doesn't have
// yet tells nothing, nor does one without a webhook whose client has no receiver of
// all its events; if it has, the event has no URL of its own.
func (l *Ledger) Tell(next *store.Head, m webhooks.Message) {
	url := next.Item.Webhook
	if next.Item.Unclaimed || next.Item.Removed() || url == "" && !l.subscribed(next.Client) {
		return
	}
	at := l.Now()
	if ready := next.Item.ClaimedAt.Add(l.grace); ready.After(at) {
		at = ready
	}
	origin := webhooks.Origin{Environment: l.environment, Item: next.ID, UserID: next.Item.UserID}
	place := (next.Seq+1)<<6 | int64(min(len(next.Outbox), 63))
	next.Outbox = append(next.Outbox, m.Event(origin, webhooks.NewID(at, place, l.random), url, at))
	if url != "" {
		next.Item.LastWebhook = &models.WebhookSent{At: at, Code: m.Code}
	}
}

// Claim notes that a client is being given an Item's first access token: from now
// on it is told what happens to the Item, and first of all what is there already.
func (l *Ledger) Claim(ctx context.Context, h *store.Head) error {
	if !h.Item.Unclaimed {
		return nil
	}
	_, err := l.commit(ctx, h.Client, h.ID, func(next *store.Head) ([]store.Block, error) {
		switch {
		case next.Item.Removed():
			return nil, ErrRemoved
		case !next.Item.Unclaimed:
			return nil, nil
		}
		next.Item.Unclaimed, next.Item.ClaimedAt = false, l.Now()
		return nil, l.tellAll(ctx, next)
	})
	return err
}

// WatchSync notes an Item's first /transactions/sync: from now on its client is
// told that there is more to sync, and at once if that is so since h.
func (l *Ledger) WatchSync(ctx context.Context, h *store.Head) error {
	if h.Item.SyncArmed {
		return nil
	}
	_, err := l.Update(ctx, h.Client, h.ID, func(next *store.Head) error {
		if next.Item.Removed() {
			return ErrRemoved
		}
		next.Item.SyncArmed = true
		if log := &next.Transactions; log.Seq != h.Transactions.Seq || !log.HistoricalAt.Equal(h.Transactions.HistoricalAt) {
			l.Tell(next, webhooks.SyncUpdatesAvailable(!log.InitialAt.IsZero(), !log.HistoricalAt.IsZero()))
		}
		return nil
	})
	return err
}

// tellAll tells of all data that an Item has.
func (l *Ledger) tellAll(ctx context.Context, next *store.Head) error {
	if ready(next) {
		total := 0
		for _, ref := range next.Transactions.Views {
			total += ref.Rows
		}
		recent, err := l.page(ctx, next, Query{From: models.DateOf(next.Transactions.InitialAt).AddDays(-initialDays), To: "9999-12-31"})
		if err != nil {
			return err
		}
		l.Tell(next, webhooks.InitialUpdate(recent.Total))
		if !next.Transactions.HistoricalAt.IsZero() {
			l.Tell(next, webhooks.HistoricalUpdate(total-recent.Total))
		}
	}
	for _, name := range slices.Sorted(maps.Keys(next.Parts)) {
		diff := partDiffs[name]
		if diff == nil {
			continue
		}
		data, err := l.readBlock(ctx, next, next.Parts[name])
		if err != nil {
			return err
		}
		if err := diff(l, next, nil, data); err != nil {
			return err
		}
	}
	return nil
}

// tellTransactions tells what a commit did to an Item's transactions. was is the
// log before it.
func (l *Ledger) tellTransactions(next *store.Head, was store.TransactionLog, in *pulled, out outcome) {
	log := &next.Transactions
	initial := was.InitialAt.IsZero() && !log.InitialAt.IsZero()
	historical := was.HistoricalAt.IsZero() && !log.HistoricalAt.IsZero()
	fresh := out.Added
	if initial {
		if historical {
			fresh = in.since(models.DateOf(log.InitialAt).AddDays(-initialDays))
		}
		l.Tell(next, webhooks.InitialUpdate(fresh))
		fresh = out.Added - fresh
	}
	if historical {
		l.Tell(next, webhooks.HistoricalUpdate(fresh))
	}
	if !initial && !historical && out.Added > 0 {
		l.Tell(next, webhooks.DefaultUpdate(out.Added))
	}
	for ids := range slices.Chunk(out.removed, maxTold) {
		l.Tell(next, webhooks.TransactionsRemoved(ids))
	}
	if next.Item.SyncArmed && (initial || historical || out.Any()) {
		l.Tell(next, webhooks.SyncUpdatesAvailable(!log.InitialAt.IsZero(), !log.HistoricalAt.IsZero()))
	}
	if len(out.streams) > 0 {
		l.Tell(next, webhooks.RecurringTransactionsUpdate(out.streams))
	}
}

// since counts the transactions dated from a day on.
func (p *pulled) since(day models.Date) int {
	n := 0
	for _, page := range p.pages {
		for i := range page {
			if page[i].Date >= day {
				n++
			}
		}
	}
	return n
}

// tellError tells of the error that an Item came into.
func (l *Ledger) tellError(next *store.Head) {
	switch e := next.Item.Error; e.Code {
	case plaiderr.UserPermissionRevoked.Name():
		l.Tell(next, webhooks.UserPermissionRevoked())
	default:
		l.Tell(next, webhooks.ItemError(plaiderr.OfItem(e)))
	}
}

// consentWarning is how long before a consent ends its client is told, as Plaid documents.
const consentWarning = 7 * 24 * time.Hour

// tellConsent tells, once, that an Item's consent nears its end.
func (l *Ledger) tellConsent(next *store.Head) {
	end := next.Item.ConsentExpiresAt
	if end.IsZero() || next.Item.ConsentWarned || l.Now().Before(end.Add(-consentWarning)) {
		return
	}
	next.Item.ConsentWarned = true
	l.Tell(next, webhooks.PendingExpiration(end))
}

// tellAccounts tells of accounts that are new, or whose verification ended, since
// was. Where the person chose the accounts to share, a new one is among those
// offered that was not there to choose from.
func (l *Ledger) tellAccounts(next *store.Head, was []models.Account, offered []string) {
	if was == nil {
		return // it is being linked
	}
	added := false
	for i := range next.Accounts {
		a := &next.Accounts[i]
		j := slices.IndexFunc(was, func(old models.Account) bool { return old.ID == a.ID })
		switch {
		case j < 0:
			added = next.Item.Offered == nil || added
		case was[j].Verification == a.Verification:
		case a.Verification == "automatically_verified":
			l.Tell(next, webhooks.AutomaticallyVerified(a.ID))
		case a.Verification == "verification_expired":
			l.Tell(next, webhooks.VerificationExpired(a.ID))
		}
	}
	if next.Item.Offered != nil {
		added = slices.ContainsFunc(offered, func(key string) bool { return !slices.Contains(next.Item.Offered, key) })
		next.Item.Offered = offered
	}
	if added {
		l.Tell(next, webhooks.NewAccountsAvailable())
	}
}
