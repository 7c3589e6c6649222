package ledger

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/gingham-dev/gingham/models"
	"github.com/gingham-dev/gingham/store"
	"github.com/gingham-dev/gingham/webhooks"
)

// partDiffs tell what changed in a part of an Item's data, by its name: was is nil
// where it is new.
var partDiffs = map[string]func(l *Ledger, next *store.Head, was, is []byte) error{
	partInvestments: (*Ledger).tellInvestments,
	partLiabilities: (*Ledger).tellLiabilities,
	partNumbers:     (*Ledger).tellNumbers,
	partOwners:      (*Ledger).tellOwners,
}

// decodePair decodes a part before and after a change.
func decodePair[T any](was, is []byte) (before, after T, err error) {
	if was != nil {
		if err = json.Unmarshal(was, &before); err != nil {
			return before, after, fmt.Errorf("part before: %w", err)
		}
	}
	if err = json.Unmarshal(is, &after); err != nil {
		return before, after, fmt.Errorf("part after: %w", err)
	}
	return before, after, nil
}

// texts are the encoded values of a list by their keys.
func texts[T any](list []T, key func(*T) string) map[string]string {
	out := make(map[string]string, len(list))
	for i := range list {
		text, err := json.Marshal(&list[i])
		if err != nil {
			panic(fmt.Sprintf("ledger: encode a %T: %v", list[i], err)) // it was decoded a moment ago
		}
		out[key(&list[i])] = string(text)
	}
	return out
}

// counts says how many of after are new, how many differ, and how many of before are gone.
func counts(before, after map[string]string) (added, updated, gone int) {
	for key, text := range after {
		switch old, ok := before[key]; {
		case !ok:
			added++
		case old != text:
			updated++
		}
	}
	for key := range before {
		if _, ok := after[key]; !ok {
			gone++
		}
	}
	return added, updated, gone
}

func (l *Ledger) tellInvestments(next *store.Head, was, is []byte) error {
	before, after, err := decodePair[models.Investments](was, is)
	if err != nil {
		return err
	}
	holding := func(h *models.Holding) string { return h.AccountKey + "\x00" + h.SecurityKey }
	added, updated, _ := counts(texts(before.Holdings, holding), texts(after.Holdings, holding))
	if added+updated > 0 {
		l.Tell(next, webhooks.HoldingsUpdate(added, updated))
	}
	row := func(t *models.InvestmentTransaction) string { return t.Key }
	fresh, _, cancelled := counts(texts(before.Transactions, row), texts(after.Transactions, row))
	switch {
	case was == nil:
		l.Tell(next, webhooks.InvestmentsHistoricalUpdate(fresh, 0))
	case fresh+cancelled > 0:
		l.Tell(next, webhooks.InvestmentsUpdate(fresh, cancelled))
	}
	return nil
}

// changedFields names, by account, the members of the JSON objects in which before
// and after differ, and lists the accounts that are new, both in the order of ids.
func changedFields(next *store.Head, before, after map[string]string) (added []models.AccountID, updated map[models.AccountID][]string, err error) {
	added, updated = []models.AccountID{}, map[models.AccountID][]string{}
	for key, text := range after {
		id := AccountID(next.ID, key)
		old, ok := before[key]
		if !ok {
			added = append(added, id)
			continue
		}
		names, err := differing(old, text)
		if err != nil {
			return nil, nil, err
		}
		if len(names) > 0 {
			updated[id] = names
		}
	}
	slices.Sort(added)
	return added, updated, nil
}

// differing names the members in which two JSON objects differ, in alphabetical order.
func differing(a, b string) ([]string, error) {
	if a == b {
		return nil, nil
	}
	var before, after map[string]json.RawMessage
	if err := errors.Join(json.Unmarshal([]byte(a), &before), json.Unmarshal([]byte(b), &after)); err != nil {
		return nil, err
	}
	var names []string
	for name := range after {
		if !bytes.Equal(before[name], after[name]) {
			names = append(names, name)
		}
	}
	for name := range before {
		if _, ok := after[name]; !ok {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return names, nil
}

// liabilityFields are Plaid's names of fields that models call otherwise.
var liabilityFields = map[string]string{
	"has_prepay_penalty":      "has_prepayment_penalty",
	"last_statement_date":     "last_statement_issue_date",
	"minimum_payment":         "minimum_payment_amount",
	"next_payment_due":        "next_payment_due_date",
	"rate_percentage":         "interest_rate",
	"rate_type":               "interest_rate",
	"loan_type":               "loan_type_description",
	"origination_amount":      "origination_principal_amount",
	"origination_principal":   "origination_principal_amount",
	"outstanding_interest":    "outstanding_interest_amount",
	"property":                "property_address",
	"servicer":                "servicer_address",
	"payment_reference":       "payment_reference_number",
	"loan_status_type":        "loan_status",
	"loan_status_end":         "loan_status",
	"repayment_plan_type":     "repayment_plan",
	"pslf_estimated_eligible": "pslf_status",
	"pslf_payments_made":      "pslf_status",
	"pslf_payments_remaining": "pslf_status",
}

func (l *Ledger) tellLiabilities(next *store.Head, was, is []byte) error {
	before, after, err := decodePair[models.Liabilities](was, is)
	if err != nil {
		return err
	}
	added, updated, err := changedFields(next, liabilityTexts(&before), liabilityTexts(&after))
	if err != nil || len(added)+len(updated) == 0 {
		return err
	}
	for id, names := range updated {
		for i, name := range names {
			if plaids, ok := liabilityFields[name]; ok {
				names[i] = plaids
			}
		}
		slices.Sort(names)
		updated[id] = slices.Compact(names)
	}
	l.Tell(next, webhooks.LiabilitiesUpdate(added, updated))
	return nil
}

func liabilityTexts(v *models.Liabilities) map[string]string {
	all := texts(v.Credit, func(c *models.CreditCard) string { return c.AccountKey })
	maps.Copy(all, texts(v.Mortgage, func(m *models.Mortgage) string { return m.AccountKey }))
	maps.Copy(all, texts(v.Student, func(s *models.StudentLoan) string { return s.AccountKey }))
	return all
}

// tellNumbers tells of numbers that changed. That there are numbers at all is no
// news: who wants them asks for them.
func (l *Ledger) tellNumbers(next *store.Head, was, is []byte) error {
	if was == nil {
		return nil
	}
	before, after, err := decodePair[[]models.AccountNumbers](was, is)
	if err != nil {
		return err
	}
	account := func(n *models.AccountNumbers) string { return n.AccountKey }
	// Each number on its own: a routing number alone may change.
	added, schemes, err := changedFields(next, texts(before, account), texts(after, account))
	if err != nil || len(added)+len(schemes) == 0 {
		return err
	}
	updated := make(map[models.AccountID][]string, len(schemes))
	for id := range schemes {
		byKey := func(n models.AccountNumbers) bool { return AccountID(next.ID, n.AccountKey) == id }
		old, now := before[slices.IndexFunc(before, byKey)], after[slices.IndexFunc(after, byKey)]
		updated[id] = changedNumbers(&old, &now)
	}
	l.Tell(next, webhooks.AuthUpdate(added, updated))
	return nil
}

// changedNumbers says which of an account's numbers changed, as Plaid names them.
func changedNumbers(before, after *models.AccountNumbers) []string {
	accounts := func(n *models.AccountNumbers) string {
		var b strings.Builder
		if n.ACH != nil {
			b.WriteString(n.ACH.Account)
		}
		if n.EFT != nil {
			b.WriteString(n.EFT.Account)
		}
		if n.BACS != nil {
			b.WriteString(n.BACS.Account)
		}
		if n.International != nil {
			b.WriteString(n.International.IBAN)
		}
		return b.String()
	}
	if accounts(before) != accounts(after) {
		return []string{"ACCOUNT_NUMBER"}
	}
	return []string{"ROUTING_NUMBER"}
}

// ownerFields are Plaid's names of what is known of an owner.
var ownerFields = map[string]string{"names": "NAMES", "emails": "EMAILS", "phones": "PHONE_NUMBERS", "addresses": "ADDRESSES"}

// tellOwners tells of owners that changed; that there are owners at all is no news.
func (l *Ledger) tellOwners(next *store.Head, was, is []byte) error {
	if was == nil {
		return nil
	}
	before, after, err := decodePair[[]models.AccountOwners](was, is)
	if err != nil {
		return err
	}
	updated := map[models.AccountID][]string{}
	for i := range after {
		now := &after[i]
		j := slices.IndexFunc(before, func(o models.AccountOwners) bool { return o.AccountKey == now.AccountKey })
		if j < 0 {
			continue
		}
		names, err := changedOwners(before[j].Owners, now.Owners)
		if err != nil {
			return err
		}
		if len(names) > 0 {
			updated[AccountID(next.ID, now.AccountKey)] = names
		}
	}
	if len(updated) > 0 {
		l.Tell(next, webhooks.IdentityUpdate(updated))
	}
	return nil
}

// changedOwners says what of an account's owners changed, as Plaid names it, in alphabetical order.
func changedOwners(before, after []models.Owner) ([]string, error) {
	var names []string
	for i := range max(len(before), len(after)) {
		var pair [2]models.Owner // one who is not there has nothing
		if i < len(before) {
			pair[0] = before[i]
		}
		if i < len(after) {
			pair[1] = after[i]
		}
		a, err := json.Marshal(pair[0])
		if err != nil {
			return nil, err
		}
		b, err := json.Marshal(pair[1])
		if err != nil {
			return nil, err
		}
		changed, err := differing(string(a), string(b))
		if err != nil {
			return nil, err
		}
		for _, name := range changed {
			names = append(names, ownerFields[name])
		}
	}
	slices.Sort(names)
	return slices.Compact(names), nil
}
