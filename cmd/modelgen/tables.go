package main

import (
	"fmt"
	"slices"
	"strings"
)

// constants are the constants of models/plaid.
var constants = map[string]string{
	"AccountSubtype":                 "AccountSubtype",
	"AccountType":                    "AccountType",
	"CountryCode":                    "CountryCode",
	"InvestmentTransactionSubtype":   "InvestmentTransactionSubtype",
	"InvestmentTransactionType":      "InvestmentTransactionType",
	"PaymentChannel":                 "PaymentChannel",
	"PersonalFinanceCategoryVersion": "PFCVersion",
	"Products":                       "Product",
	"RecurringTransactionFrequency":  "RecurringTransactionFrequency",
	"TransactionStreamStatus":        "TransactionStreamStatus",
	"TransactionsUpdateStatus":       "TransactionsUpdateStatus",
}

// printEnums prints the constants of a target, and the sets of values that
// requests are checked against.
func (m *model) printEnums(constants map[string]string) *printer {
	p := new(printer)
	for _, name := range sortedKeys(constants) {
		s := m.schemas[name]
		if s == nil {
			m.fail("no schema %s to make constants of", name)
			continue
		}
		p.p("// The values of %s.", name)
		p.p("const (")
		for _, v := range s.Enum {
			if v != nil {
				p.p("%s%s = %q", constants[name], valueName(name, *v), *v)
			}
		}
		p.p(")\n")
	}
	sets := map[string][]string{}
	for _, o := range m.objects {
		if !o.request {
			continue
		}
		for _, f := range o.fields {
			t := f.typ.innermost()
			if t.enum == "" {
				continue
			}
			if other, ok := sets[t.enum]; ok && !slices.Equal(other, t.values) {
				m.fail("two enums are called %s", t.enum)
			}
			sets[t.enum] = t.values
		}
	}
	p.p("// What requests may say. Never written to.")
	p.p("var (")
	for _, name := range sortedKeys(sets) {
		quoted := make([]string, len(sets[name]))
		for i, v := range sets[name] {
			quoted[i] = fmt.Sprintf("%q", v)
		}
		p.p("%s = []string{%s}", valuesName(name), strings.Join(quoted, ", "))
	}
	p.p(")")
	return p
}

// printMessages prints lists of all types for the tests.
func (m *model) printMessages() *printer {
	p := new(printer)
	list := func(name, what, of string, want func(*object) bool) {
		p.p("// %s %s.", name, what)
		p.p("var %s = []%s{", name, of)
		for _, key := range sortedKeys(m.objects) {
			if o := m.objects[key]; want(o) {
				p.p("&%s{},", o.name)
			}
		}
		p.p("}\n")
	}
	list("requests", "holds one of every request", "wire.Request",
		func(o *object) bool { return o.request && o.root })
	list("responses", "holds one of every response", "wire.Response",
		func(o *object) bool { return o.response && o.root && o.has("request_id") })
	list("values", "holds one of everything that occurs in a response", "wire.Value",
		func(o *object) bool { return o.response })
	return p
}

// products names the product of a path by its first segments, where that isn't
// simply the first segment. The longest match counts.
var products = map[string]string{
	"/asset_report":            "assets",
	"/beta/credit":             "income_verification",
	"/beta/ewa_report":         "ewa_report",
	"/beta/partner":            "partner",
	"/beta/transactions":       "transactions",
	"/consumer_report":         "cra",
	"/credit":                  "income_verification",
	"/credit/asset_report":     "assets",
	"/credit/audit_copy_token": "assets",
	"/credit/freddie_mac":      "assets",
	"/credit/relay":            "assets",
	"/employers":               "income_verification",
	"/idv_classic":             "identity_verification",
	"/income":                  "income_verification",
	"/link_delivery":           "link",
	"/processor/auth":          "auth",
	"/processor/bank_transfer": "bank_transfer",
	"/processor/identity":      "identity",
	"/processor/investments":   "investments",
	"/processor/liabilities":   "liabilities",
	"/processor/signal":        "signal",
	"/processor/transactions":  "transactions",
	"/sandbox/bank_income":     "income_verification",
	"/sandbox/bank_transfer":   "bank_transfer",
	"/sandbox/cra":             "cra",
	"/sandbox/income":          "income_verification",
	"/sandbox/payment":         "payment_initiation",
	"/sandbox/payment_profile": "payment_profile",
	"/sandbox/transactions":    "transactions",
	"/sandbox/transfer":        "transfer",
	"/session":                 "link",
	"/user_account":            "layer",
}

func product(path string) string {
	for prefix := path; prefix != ""; prefix = prefix[:strings.LastIndexByte(prefix, '/')] {
		if name, ok := products[prefix]; ok {
			return name
		}
	}
	return strings.Split(path, "/")[1]
}

// printPaths prints the table of every operation of the description, served or
// not.
func printPaths(doc *document) *printer {
	p := new(printer)
	p.p("// Paths holds every POST operation of the description, in order. Never written to.")
	p.p("var Paths = []PathInfo{")
	for _, path := range doc.posts() {
		p.p("{Path: %q, OperationID: %q, Product: %q},", path, doc.Paths[path].Post.OperationID, product(path))
	}
	p.p("}")
	return p
}
