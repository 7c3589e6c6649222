package ledger

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"sort"
	"strconv"
	"strings"
	"unicode"

	"github.com/cespare/xxhash/v2"

	"github.com/gingham-dev/gingham/models"
	"github.com/gingham-dev/gingham/store"
)

// Stream is a series of transactions that come again and again: a salary, a
// rent, a subscription.
type Stream struct {
	ID           string
	Account      models.AccountID
	Inflow       bool
	Description  string
	MerchantName string
	First, Last  models.Date
	// Next is when the next is expected, or "" for a stream that has ended.
	Next models.Date
	// Frequency is WEEKLY, BIWEEKLY, SEMI_MONTHLY, MONTHLY, ANNUALLY or UNKNOWN.
	Frequency string
	// Transactions are ids, oldest first.
	Transactions []string
	Average      models.Decimal
	LastAmount   models.Decimal
	Currency     models.Currency
	Active       bool
	Status       string // MATURE, EARLY_DETECTION or TOMBSTONED
	CategoryV1   models.PersonalFinance
	CategoryV2   models.PersonalFinance
	LegacyID     string
	Legacy       []string
}

// Streams works out an Item's recurring streams from its posted transactions.
// The answer depends on the transactions and on today's date alone.
// Errors: ErrNotReady, or the store's.
func (l *Ledger) Streams(ctx context.Context, h *store.Head) ([]Stream, error) {
	if !ready(h) {
		return nil, ErrNotReady
	}
	today := models.DateOf(l.Now())
	key := store.BlockID(fmt.Sprintf("streams %s %d %s", h.ID, h.Transactions.Seq, today))
	if v, ok := l.blocks.get(key); ok {
		return v.([]Stream), nil
	}
	out, err := fresh(ctx, l, h, func(h *store.Head) ([]Stream, error) {
		var rows [][]row
		for _, ref := range h.Transactions.Views {
			v, err := l.view(ctx, h, ref.Block)
			if err != nil {
				return nil, err
			}
			rows = append(rows, v.rows)
		}
		return streams(h, rows, today)
	})
	if err != nil {
		return nil, err
	}
	l.blocks.put(key, out, 2000*len(out)+100)
	return out, nil
}

// streams are the recurring streams among rows, which come in runs, newest first.
func streams(h *store.Head, rows [][]row, today models.Date) ([]Stream, error) {
	groups, err := streamGroups(h, rows)
	if err != nil {
		return nil, err
	}
	var out []Stream
	for name, g := range groups {
		if s, ok := newStream(g, today); ok {
			s.ID = streamID(h.ID, name)
			out = append(out, s)
		}
	}
	sort.Slice(out, func(i, j int) bool {
		if out[i].Last != out[j].Last {
			return out[i].Last > out[j].Last
		}
		return out[i].ID < out[j].ID
	})
	return out, nil
}

// WatchStreams notes that somebody asked for an Item's recurring streams: from
// now on its client is told when they change.
func (l *Ledger) WatchStreams(ctx context.Context, h *store.Head, list []Stream) error {
	if h.Item.RecurringArmed {
		return nil
	}
	_, err := l.Update(ctx, h.Client, h.ID, func(next *store.Head) error {
		if next.Item.Removed() {
			return ErrRemoved
		}
		next.Item.RecurringArmed = true
		next.Transactions.Streams = fingerprints(list)
		return nil
	})
	return err
}

// updateStreams works out the streams among an Item's rows anew, and says whose changed.
func (l *Ledger) updateStreams(h *store.Head, rows [][]row) ([]models.AccountID, error) {
	list, err := streams(h, rows, models.DateOf(l.Now()))
	if err != nil {
		return nil, err
	}
	was := h.Transactions.Streams
	is := fingerprints(list)
	h.Transactions.Streams = is
	var changed []models.AccountID
	for i := range h.Accounts {
		if id := h.Accounts[i].ID; was[id] != is[id] {
			changed = append(changed, id)
		}
	}
	return changed, nil
}

// fingerprints tell each account's streams apart from what they were.
func fingerprints(list []Stream) map[models.AccountID]string {
	sums := map[models.AccountID]uint64{}
	for i := range list {
		s := &list[i]
		sums[s.Account] ^= xxhash.Sum64String(fmt.Sprint(s.ID, s.Last, s.Active, s.Status, s.Frequency, s.Average, s.Transactions))
	}
	out := make(map[models.AccountID]string, len(sums))
	for id, sum := range sums {
		out[id] = strconv.FormatUint(sum, 16)
	}
	return out
}

// streamRow is what of a row its stream depends on.
type streamRow struct {
	ID         string          `json:"transaction_id"`
	Account    string          `json:"account_id"`
	Date       models.Date     `json:"date"`
	Name       string          `json:"name"`
	Merchant   string          `json:"merchant_name"`
	Amount     models.Decimal  `json:"amount"`
	Pending    bool            `json:"pending"`
	ISO        string          `json:"iso_currency_code"`
	Unofficial string          `json:"unofficial_currency_code"`
	V2         personalFinance `json:"personal_finance_category"`
	LegacyID   string          `json:"category_id"`
	Legacy     []string        `json:"category"`
	v1         personalFinance
}

type personalFinance struct {
	Primary    string `json:"primary"`
	Detailed   string `json:"detailed"`
	Confidence string `json:"confidence_level"`
}

// streamGroups groups the rows that could be one stream: of one account, one
// direction, one merchant or description. Only checking, savings and credit
// accounts have streams, as Plaid documents.
func streamGroups(h *store.Head, rows [][]row) (map[string][]streamRow, error) {
	eligible := map[string]bool{}
	for i := range h.Accounts {
		a := &h.Accounts[i]
		if a.Type == models.Credit || a.Type == models.Depository && (a.Subtype == "checking" || a.Subtype == "savings") {
			eligible[string(a.ID)] = true
		}
	}
	groups := map[string][]streamRow{}
	for _, run := range slices.Backward(rows) {
		for i := len(run) - 1; i >= 0; i-- {
			var r streamRow
			if err := json.Unmarshal(run[i].json, &r); err != nil {
				return nil, fmt.Errorf("row %s of item %s: %w", run[i].id, h.ID, err)
			}
			if r.Pending || !eligible[r.Account] || r.Amount.IsZero() {
				continue
			}
			object, _, _ := bytes.Cut(run[i].pfc1, iconKey)
			if err := json.Unmarshal(bytes.TrimSuffix(object, comma), &r.v1); err != nil {
				return nil, fmt.Errorf("category of row %s of item %s: %w", run[i].id, h.ID, err)
			}
			key := fmt.Sprintf("%s %v %s", r.Account, r.Amount.IsNegative(), streamName(&r))
			groups[key] = append(groups[key], r)
		}
	}
	return groups, nil
}

// streamName is what the rows of one stream have in common: the merchant, or
// the description without its numbers.
func streamName(r *streamRow) string {
	if r.Merchant != "" {
		return strings.ToLower(r.Merchant)
	}
	return strings.Join(strings.FieldsFunc(strings.ToLower(r.Name), func(c rune) bool { return !unicode.IsLetter(c) }), " ")
}

// rhythm is a frequency: the days between two transactions, and how far they may stray.
type rhythm struct {
	name        string
	days, slack int
	mature      int // how many make a mature stream
}

var rhythms = []rhythm{
	{"WEEKLY", 7, 1, 3},
	{"BIWEEKLY", 14, 1, 3},
	{"SEMI_MONTHLY", 15, 3, 3},
	{"MONTHLY", 30, 4, 3},
	{"ANNUALLY", 365, 10, 2},
}

// newStream reports whether rows, oldest first, are a stream. They are if at
// least two thirds of the gaps between them fit one rhythm.
func newStream(rows []streamRow, today models.Date) (Stream, bool) {
	if len(rows) < 2 {
		return Stream{}, false
	}
	beat, ok := findRhythm(rows)
	if !ok {
		return Stream{}, false
	}
	first, last := &rows[0], &rows[len(rows)-1]
	s := Stream{
		Account: models.AccountID(last.Account), Inflow: last.Amount.IsNegative(),
		Description: last.Name, MerchantName: last.Merchant,
		First: first.Date, Last: last.Date, Frequency: beat.name,
		LastAmount: last.Amount, Currency: models.Currency{ISO: last.ISO, Unofficial: last.Unofficial},
		CategoryV1: models.PersonalFinance(last.v1), CategoryV2: models.PersonalFinance(last.V2),
		LegacyID: last.LegacyID, Legacy: last.Legacy,
		Status: "EARLY_DETECTION",
	}
	var sum models.Decimal
	for i := range rows {
		sum = sum.Add(rows[i].Amount)
		s.Transactions = append(s.Transactions, rows[i].ID)
	}
	s.Average = sum.DivRound(models.NewDecimal(int64(len(rows))), 2)
	next := beat.next(last.Date)
	s.Active = today <= next.AddDays(beat.days/2+beat.slack)
	if len(rows) >= beat.mature {
		s.Status = "MATURE"
	} else if !s.Active {
		s.Status = "TOMBSTONED"
	}
	if s.Active {
		s.Next = next
	}
	return s, true
}

// next is when the transaction after one of day d is expected.
func (r rhythm) next(d models.Date) models.Date {
	switch r.name {
	case "MONTHLY":
		return d.AddMonths(1)
	case "ANNUALLY":
		return d.AddMonths(12)
	default:
		return d.AddDays(r.days)
	}
}

func findRhythm(rows []streamRow) (rhythm, bool) {
	for _, r := range rhythms {
		fit := 0
		for i := 1; i < len(rows); i++ {
			gap := rows[i-1].Date.DaysUntil(rows[i].Date)
			if gap >= r.days-r.slack && gap <= r.days+r.slack {
				fit++
			}
		}
		if 3*fit >= 2*(len(rows)-1) {
			return r, true
		}
	}
	return rhythm{}, false
}
