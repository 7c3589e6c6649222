// Package enrich tells what a transaction is for by what a bank writes of it, where
// the source of the transaction doesn't: who the merchant is, and a personal finance
// category with how sure that is. What it does not know it says it does not know.
//
// It goes by three tables, the first of which that knows an answer gives it: the rules
// of whoever runs the server, merchants that are known by name, and words.
package enrich

import (
	"cmp"
	"context"
	"fmt"

	"github.com/gingham-dev/gingham/fixtures"
	"github.com/gingham-dev/gingham/models"
)

// How sure a category is, as Plaid says it.
const (
	veryHigh = "VERY_HIGH"
	high     = "HIGH"
	low      = "LOW"
)

// Rule is of whoever runs the server: it goes before what the source of a transaction
// says of it, too.
type Rule struct {
	// Match are words that must be in the description as whole words, in this order;
	// "*" at the end stands for the rest of the last one.
	Match string
	// Merchant is the merchant's name; "" leaves that.
	Merchant string
	// Category is a detailed personal finance category of version 2, as
	// FOOD_AND_DRINK_COFFEE; "" leaves that.
	Category string
}

// Enricher knows the tables. It is safe for concurrent use.
type Enricher struct {
	pfc       *fixtures.PFC
	rules     []rule
	merchants index
	words     index
}

// rule is a Rule that was read.
type rule struct {
	pattern
	merchant string
	category *models.Category
}

// New reads the tables. It fails for a rule without words, and for a category that
// is none.
func New(set *fixtures.Set, rules []Rule) (*Enricher, error) {
	e := &Enricher{pfc: &set.PFC}
	var err error
	if e.merchants, err = read(&set.PFC, "merchants.tsv", merchantColumns); err != nil {
		return nil, err
	}
	if e.words, err = read(&set.PFC, "words.tsv", wordColumns); err != nil {
		return nil, err
	}
	for i, r := range rules {
		read := rule{pattern: newPattern(r.Match), merchant: r.Merchant}
		if len(read.words) == 0 {
			return nil, fmt.Errorf("enrich: rule %d has no words to match", i+1)
		}
		if r.Category != "" {
			c, ok := set.PFC.Category(r.Category, veryHigh)
			if !ok {
				return nil, fmt.Errorf("enrich: rule %d: %q is no detailed personal finance category", i+1, r.Category)
			}
			read.category = &c
		}
		e.rules = append(e.rules, read)
	}
	return e, nil
}

// Enrich fills in what the transaction lacks: merchant, counterparty, category and
// channel. What the source said stays, unless a rule says otherwise.
func (e *Enricher) Enrich(_ context.Context, t *models.Transaction) {
	said := t.Category.V2.Primary != ""
	text := words(cmp.Or(t.OriginalDescription, t.Name))
	if m := e.merchants.find(text, t.Amount.IsNegative()); m != nil {
		if t.MerchantName == "" {
			t.MerchantName, t.Website = m.name, cmp.Or(t.Website, m.host)
			t.Counterparties = append(t.Counterparties, models.Counterparty{Name: m.name, Type: m.kind, Website: m.host, Confidence: veryHigh})
		}
		e.suppose(t, m)
	} else if w := e.words.find(text, t.Amount.IsNegative()); w != nil {
		e.suppose(t, w)
	}
	e.byCode(t)
	e.unknown(t)
	for i := range e.rules {
		r := &e.rules[i]
		if !r.in(text) {
			continue
		}
		if r.merchant != "" {
			t.MerchantName = r.merchant
			if !said {
				t.Counterparties = []models.Counterparty{{Name: r.merchant, Type: "merchant", Confidence: veryHigh}}
			}
		}
		if r.category != nil {
			t.Category = *r.category
		}
		return
	}
}

// suppose writes the category and the channel of an entry, where there is none.
func (e *Enricher) suppose(t *models.Transaction, x *entry) {
	if t.Category.V2.Primary == "" {
		t.Category, _ = e.pfc.Category(x.category(t.Amount.IsNegative()), x.confidence)
	}
	t.Channel = cmp.Or(t.Channel, x.channel)
}

// codes are the categories of kinds of transactions, as banks give them, of money out
// and of money in.
var codes = map[string][2]string{
	"interest":    {"BANK_FEES_INTEREST_CHARGE", "INCOME_INTEREST_EARNED"},
	"bank charge": {"BANK_FEES_OTHER_BANK_FEES", ""},
	"atm":         {"TRANSFER_OUT_WITHDRAWAL", "TRANSFER_IN_DEPOSIT"},
	"transfer":    {"TRANSFER_OUT_ACCOUNT_TRANSFER", "TRANSFER_IN_ACCOUNT_TRANSFER"},
}

// byCode goes by the kind of transaction where no word told anything, or little.
func (e *Enricher) byCode(t *models.Transaction) {
	if t.Category.V2.Primary != "" && t.Category.V2.Confidence != low {
		return
	}
	detailed := codes[t.Code][0]
	if t.Amount.IsNegative() {
		detailed = codes[t.Code][1]
	}
	if c, ok := e.pfc.Category(detailed, high); ok {
		t.Category = c
	}
}

// unknown says of what has no category that it has none: both taxonomies have a word
// for it. A source may know of one version only.
func (e *Enricher) unknown(t *models.Transaction) {
	c, known := &t.Category, t.Category.V2.Primary != ""
	if !known {
		*c, _ = e.pfc.Category("OTHER_OTHER", low)
	}
	if known && c.V1.Primary == "" {
		if both, ok := e.pfc.Category(c.V2.Detailed, c.V2.Confidence); ok {
			c.V1 = both.V1
		}
	}
	if !known || c.V1.Primary == "" {
		v1 := "TRANSFER_OUT_OTHER_TRANSFER_OUT"
		if t.Amount.IsNegative() {
			v1 = "TRANSFER_IN_OTHER_TRANSFER_IN"
		}
		c.V1, _ = e.pfc.Version1(v1, low)
	}
	t.Channel = cmp.Or(t.Channel, "other")
}
