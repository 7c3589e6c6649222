package ledger

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
	"unicode"

	"github.com/shopspring/decimal"

	"github.com/gingham-dev/gingham/models"
)

// Some sources give their transactions no keys, one key to many, or other keys the
// next time they are asked: bank files, and aggregators that re-import. What such a
// source says is compared with what is there by what it says, and the key under which
// a transaction is kept stays the one that it got first.

// imprint is what tells transactions apart. Several can have the same one: two coffees
// on one day.
type imprint struct {
	account  models.AccountID
	date     models.Date
	amount   string
	currency models.Currency
	text     string
	pending  bool
}

// contents are what a transaction says, and the key that its source knows it by.
type contents struct {
	key string
	imprint
}

// keptRow is a row that is there already.
type keptRow struct {
	imprint
	// key is what it is kept under, base the part of that which its source knows it by.
	key, base string
	matched   bool
}

// Of a posted transaction's key, what comes after the separator is the key of the
// pending one that it was.
const pendingSeparator = "\x1f"

// pendingDays is how long before it posts a transaction is looked for among the pending ones.
const pendingDays = 14

// matcher finds out which of the rows that are there an answer speaks of.
type matcher struct {
	m *merge
	// byPrint are rows by what they say, byBoth by their base too, and byBase by that alone.
	byPrint map[imprint][]*keptRow
	byBoth  map[contents][]*keptRow
	byBase  map[string][]*keptRow
	pending []*keptRow
	// used are the keys of this answer's transactions so far.
	used map[string]bool
	in   *pulled
}

// match returns the transactions of an answer under the keys that the Item has them, or
// is to have them, under; pending ones that have posted are added to in.removed.
func (m *merge) match(in *pulled) ([]models.Transaction, error) {
	list := m.distinct(in.pages)
	x := &matcher{
		m: m, in: in, used: map[string]bool{},
		byPrint: map[imprint][]*keptRow{}, byBoth: map[contents][]*keptRow{}, byBase: map[string][]*keptRow{},
	}
	if err := x.load(list); err != nil {
		return nil, err
	}
	prints := make([]imprint, len(list))
	found := make([]*keptRow, len(list))
	for i := range list {
		prints[i] = m.imprint(&list[i])
	}
	// What is surest comes first: the same key and the same content, the same content,
	// the same key, and at last a pending transaction that has become a posted one.
	for _, find := range []func(t *models.Transaction, p imprint) *keptRow{x.same, x.alike, x.changed} {
		for i := range list {
			if found[i] == nil {
				if found[i] = find(&list[i], prints[i]); found[i] != nil {
					found[i].matched = true
				}
			}
		}
	}
	for i, k := range found {
		if k != nil {
			x.keep(&list[i], k.key)
		}
	}
	for i, k := range found {
		if k == nil {
			x.name(&list[i], prints[i])
		}
	}
	return list, nil
}

// distinct are the transactions of all pages. What a page says that one before it said
// is taken once; what one page says twice is two.
func (m *merge) distinct(pages [][]models.Transaction) []models.Transaction {
	var list []models.Transaction
	have := map[contents]int{}
	for _, page := range pages {
		here := map[contents]int{}
		for i := range page {
			c := contents{page[i].Key, m.imprint(&page[i])}
			if here[c]++; here[c] > have[c] {
				have[c] = here[c]
				list = append(list, page[i])
			}
		}
	}
	return list
}

// load reads the rows that an answer can speak of.
func (x *matcher) load(list []models.Transaction) error {
	if len(list) == 0 {
		return nil
	}
	oldest := list[0].Date
	for i := range list {
		oldest = min(oldest, list[i].Date)
	}
	oldest = oldest.AddDays(-pendingDays)
	for _, v := range x.m.views {
		for i := range v.rows {
			if r := &v.rows[i]; r.date >= oldest {
				k, err := x.m.kept(r)
				if err != nil {
					return err
				}
				both := contents{k.base, k.imprint}
				x.byPrint[k.imprint] = append(x.byPrint[k.imprint], k)
				x.byBoth[both] = append(x.byBoth[both], k)
				x.byBase[k.base] = append(x.byBase[k.base], k)
				if k.pending {
					x.pending = append(x.pending, k)
				}
			}
		}
	}
	return nil
}

// kept reads what a row says.
func (m *merge) kept(r *row) (*keptRow, error) {
	var said struct {
		Amount     decimal.Decimal `json:"amount"`
		ISO        string          `json:"iso_currency_code"`
		Unofficial string          `json:"unofficial_currency_code"`
		Name       string          `json:"name"`
		Pending    bool            `json:"pending"`
	}
	if err := json.Unmarshal(r.json, &said); err != nil {
		return nil, fmt.Errorf("%w: %w", errBlock, err)
	}
	text := said.Name
	if len(r.desc) > 0 {
		if err := json.Unmarshal(r.desc, &text); err != nil {
			return nil, fmt.Errorf("%w: %w", errBlock, err)
		}
	}
	base, _, _ := strings.Cut(r.key, pendingSeparator)
	return &keptRow{key: r.key, base: base, imprint: imprint{
		account: m.h.Transactions.Accounts[r.slot], date: r.date, amount: said.Amount.String(),
		currency: models.Currency{ISO: said.ISO, Unofficial: said.Unofficial}, text: essence(text), pending: said.Pending,
	}}, nil
}

func (m *merge) imprint(t *models.Transaction) imprint {
	return imprint{
		account: AccountID(m.h.ID, t.AccountKey), date: t.Date, amount: t.Amount.String(), currency: t.Currency,
		text: essence(cmp.Or(t.OriginalDescription, t.Name)), pending: t.Pending,
	}
}

// essence is a text without what sources write now so and now otherwise: case, spaces
// and punctuation.
func essence(text string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsLetter(r) || unicode.IsDigit(r) {
			return unicode.ToLower(r)
		}
		return -1
	}, text)
}

// first is the first of some rows that is not spoken for and that fits.
func first(rows []*keptRow, fits func(*keptRow) bool) *keptRow {
	for _, k := range rows {
		if !k.matched && fits(k) {
			return k
		}
	}
	return nil
}

func (x *matcher) same(t *models.Transaction, p imprint) *keptRow {
	if t.Key == "" {
		return nil
	}
	return next(x.byBoth, contents{t.Key, p})
}

func (x *matcher) alike(_ *models.Transaction, p imprint) *keptRow { return next(x.byPrint, p) }

// next is the first row of an index that is not spoken for. Those that are leave the index:
// there may be many that look the same.
func next[K comparable](index map[K][]*keptRow, key K) *keptRow {
	list := index[key]
	for len(list) > 0 && list[0].matched {
		list = list[1:]
	}
	index[key] = list
	if len(list) == 0 {
		return nil
	}
	return list[0]
}

// changed is the row of the transaction's own key, of which something was changed.
func (x *matcher) changed(t *models.Transaction, p imprint) *keptRow {
	if t.Key == "" {
		return nil
	}
	return first(x.byBase[t.Key], func(k *keptRow) bool { return k.account == p.account && k.pending == p.pending })
}

// pendingOf is the pending row that a posted transaction was: the one of its key, the one
// of its amount that is called alike, or the only one of its amount.
func (x *matcher) pendingOf(t *models.Transaction, p imprint) *keptRow {
	if p.pending {
		return nil
	}
	var amounts []*keptRow
	for _, k := range x.pending {
		fits := !k.matched && k.account == p.account && k.currency == p.currency
		if fits && t.Key != "" && k.base == t.Key {
			return k
		}
		if fits && k.amount == p.amount && k.date <= p.date.AddDays(1) && k.date >= p.date.AddDays(-pendingDays) {
			amounts = append(amounts, k)
		}
	}
	alike := func(k *keptRow) bool {
		return k.text != "" && p.text != "" && (strings.Contains(k.text, p.text) || strings.Contains(p.text, k.text))
	}
	if k := first(amounts, alike); k != nil || len(amounts) != 1 {
		return k
	}
	return amounts[0]
}

// keep puts a transaction under a key.
func (x *matcher) keep(t *models.Transaction, key string) {
	t.Key = key
	if _, pending, ok := strings.Cut(key, pendingSeparator); ok {
		t.PendingKey = pending
	}
	x.used[key] = true
}

// name gives a new transaction a key that no other has: its own, or one that is made of
// what it says.
func (x *matcher) name(t *models.Transaction, p imprint) {
	suffix := ""
	if k := x.pendingOf(t, p); k != nil {
		k.matched = true
		x.in.removed = append(x.in.removed, k.key)
		suffix = pendingSeparator + k.key
	}
	if key := t.Key + suffix; t.Key != "" && x.free(key) {
		x.keep(t, key)
		return
	}
	sum := sha256.Sum256(fmt.Appendf(nil, "%q", []string{
		string(p.account), string(p.date), p.amount, p.currency.ISO, p.currency.Unofficial, p.text, strconv.FormatBool(p.pending),
	}))
	base := "~" + hex.EncodeToString(sum[:12])
	for n := 1; ; n++ {
		if key := base + "#" + strconv.Itoa(n) + suffix; x.free(key) {
			x.keep(t, key)
			return
		}
	}
}

func (x *matcher) free(key string) bool {
	_, there := x.m.at[TransactionID(x.m.h.ID, key)]
	return !there && !x.used[key]
}
