package sandbox

import (
	"context"
	"strings"

	"github.com/gingham-dev/gingham/fixtures"
	"github.com/gingham-dev/gingham/models"
)

// How sure the sandbox is of a category.
const (
	veryHigh = "VERY_HIGH"
	high     = "HIGH"
	low      = "LOW"
)

// Enrich fills in merchant, counterparties, categories, channel and payment
// details from the transaction's description (its name, where that is all there
// is) and its sign. What it does not know it leaves alone.
func (p *Provider) Enrich(_ context.Context, t *models.Transaction) {
	description := t.OriginalDescription
	if description == "" {
		description = t.Name
	}
	channel := t.Channel
	p.meaning(description, t.Amount.IsNegative()).apply(t)
	if channel != "" {
		t.Channel = channel
	}
}

// meaning is what a description says, apart from amounts and days. One can be
// shared by all transactions with the same description and direction.
type meaning struct {
	merchant *fixtures.Merchant
	category models.Category
	channel  string
	method   string
	in       bool
	kind     string // counterparty type
}

// meaning works out what a description of money coming in (or going out) means.
func (p *Provider) meaning(description string, in bool) meaning {
	m := meaning{in: in, channel: "other"}
	if found := p.set.FindMerchant(description); found != nil && (in || found.Kind != "income_source") {
		m.merchant, m.kind, m.channel = found, found.Kind, found.Channel
		detailed := found.Category
		if in && found.Refund != "" {
			detailed = found.Refund
		}
		m.category, _ = p.set.PFC.Category(detailed, veryHigh)
		if found.Kind == "income_source" || found.Kind == "financial_institution" {
			m.method = "ACH"
		}
		return m
	}
	if rule := p.set.FindRule(description, !in); rule != nil {
		detailed := rule.Out
		if in {
			detailed = rule.In
		}
		m.channel, m.method = rule.Channel, rule.Method
		m.category, _ = p.set.PFC.Category(detailed, high)
		return m
	}
	m.category, _ = p.set.PFC.Category("OTHER_OTHER", low)
	v1 := "TRANSFER_OUT_OTHER_TRANSFER_OUT"
	if in {
		v1 = "TRANSFER_IN_OTHER_TRANSFER_IN"
	}
	m.category.V1, _ = p.set.PFC.Version1(v1, low)
	return m
}

// apply writes the meaning to a transaction.
func (m meaning) apply(t *models.Transaction) {
	t.Category, t.Channel = m.category, m.channel
	t.Payment.Method = m.method
	if m.merchant == nil {
		return
	}
	t.MerchantName, t.MerchantEntityID = m.merchant.Name, m.merchant.EntityID
	t.Website = m.merchant.Website
	t.Counterparties = []models.Counterparty{{
		Name: m.merchant.Name, Type: m.kind, EntityID: m.merchant.EntityID,
		Website: m.merchant.Website, Confidence: veryHigh,
	}}
	if m.method == "" {
		return
	}
	if m.in {
		t.Payment.Payer, t.Payment.ByOrderOf = m.merchant.Name, strings.ToUpper(m.merchant.Name)
	} else {
		t.Payment.Payee = m.merchant.Name
	}
}

// meanings works out each description's meaning once.
type meanings struct {
	p    *Provider
	seen map[meaningKey]meaning
}

type meaningKey struct {
	description string
	in          bool
}

func (p *Provider) meanings() *meanings {
	return &meanings{p: p, seen: map[meaningKey]meaning{}}
}

// apply writes to a transaction what its name and direction mean.
func (ms *meanings) apply(t *models.Transaction) {
	k := meaningKey{t.Name, t.Amount.IsNegative()}
	m, ok := ms.seen[k]
	if !ok {
		m = ms.p.meaning(k.description, k.in)
		ms.seen[k] = m
	}
	m.apply(t)
}
