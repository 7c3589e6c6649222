package main

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/shopspring/decimal"

	"github.com/gingham-dev/gingham/ledger"
	"github.com/gingham-dev/gingham/store"
)

// difference is one place where two answers differ.
type difference struct{ where, here, upstream string }

// differ finds where answers of this server and of the aggregator that an Item comes
// from differ, apart from ids.
type differ struct {
	head *store.Head
	// shared are the ids, here, of the accounts that are shared here; the upstream has
	// others too.
	shared   map[string]bool
	compared int
	found    []difference
}

func newDiffer(h *store.Head) *differ {
	d := &differ{head: h, shared: map[string]bool{}}
	for i := range h.Accounts {
		d.shared[string(h.Accounts[i].ID)] = true
	}
	return d
}

// compare compares a part of two answers.
func (d *differ) compare(where string, here, upstream any) {
	d.compared++
	d.walk(where, here, d.translate("", upstream))
}

// translate is an upstream's value with the ids that things have here.
func (d *differ) translate(key string, v any) any {
	switch v := v.(type) {
	case map[string]any:
		out := make(map[string]any, len(v))
		for name, inner := range v {
			out[name] = d.translate(name, inner)
		}
		return out
	case []any:
		out := []any{}
		for _, inner := range v {
			inner = d.translate(key, inner)
			if d.foreign(inner) {
				continue
			}
			out = append(out, inner)
		}
		return out
	case string:
		return d.id(key, v)
	}
	return v
}

// foreign reports whether a row is of an account that is not shared here.
func (d *differ) foreign(row any) bool {
	m, _ := row.(map[string]any)
	id, ok := m["account_id"].(string)
	return ok && !d.shared[id]
}

func (d *differ) id(key, text string) string {
	switch key {
	case "account_id":
		return string(ledger.AccountID(d.head.ID, text))
	case "transaction_id", "pending_transaction_id":
		return ledger.TransactionID(d.head.ID, text)
	case "investment_transaction_id":
		return ledger.InvestmentTransactionID(d.head.ID, text)
	case "security_id":
		return ledger.SecurityID(d.head.Provider, text)
	}
	return text
}

// walk notes where two values differ. What is not there is null.
func (d *differ) walk(where string, here, upstream any) {
	switch h := here.(type) {
	case map[string]any:
		if u, ok := upstream.(map[string]any); ok {
			names := slices.Sorted(maps.Keys(h))
			for name := range u {
				if _, both := h[name]; !both {
					names = append(names, name)
				}
			}
			slices.Sort(names)
			for _, name := range names {
				d.walk(where+"."+name, h[name], u[name])
			}
			return
		}
	case []any:
		if u, ok := upstream.([]any); ok {
			d.walkRows(where, h, u)
			return
		}
	}
	if !same(here, upstream) {
		d.found = append(d.found, difference{where, brief(here), brief(upstream)})
	}
}

// walkRows compares arrays: rows that have ids by these, in any order, all else by place.
func (d *differ) walkRows(where string, here, upstream []any) {
	ours, named := byName(here)
	theirs, also := byName(upstream)
	if !named || !also {
		for i := range max(len(here), len(upstream)) {
			d.walk(fmt.Sprintf("%s[%d]", where, i), at(here, i), at(upstream, i))
		}
		return
	}
	names := slices.Sorted(maps.Keys(ours))
	for name := range theirs {
		if _, both := ours[name]; !both {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	for _, name := range names {
		d.walk(where+"["+name+"]", ours[name], theirs[name])
	}
}

// rowIDs are the members by which rows are told apart, those that say most first.
var rowIDs = []string{"transaction_id", "investment_transaction_id", "account_id", "security_id"}

// byName are rows by their ids, and whether all have any, each its own.
func byName(rows []any) (map[string]any, bool) {
	out := make(map[string]any, len(rows))
	for _, row := range rows {
		m, _ := row.(map[string]any)
		var ids []string
		for _, key := range rowIDs {
			if id, ok := m[key].(string); ok {
				ids = append(ids, id)
				if strings.HasSuffix(key, "transaction_id") {
					break
				}
			}
		}
		name := strings.Join(ids, " ")
		if _, twice := out[name]; twice || name == "" {
			return nil, false
		}
		out[name] = row
	}
	return out, true
}

func at(list []any, i int) any {
	if i < len(list) {
		return list[i]
	}
	return nil
}

// same reports whether two plain values are the same: numbers by what they are worth,
// times by when they are.
func same(a, b any) bool {
	switch a := a.(type) {
	case json.Number:
		if b, ok := b.(json.Number); ok {
			x, errX := decimal.NewFromString(a.String())
			y, errY := decimal.NewFromString(b.String())
			return errX == nil && errY == nil && x.Equal(y)
		}
	case string:
		if b, ok := b.(string); ok && a != b {
			x, errX := time.Parse(time.RFC3339, a)
			y, errY := time.Parse(time.RFC3339, b)
			return errX == nil && errY == nil && x.Equal(y)
		}
	case map[string]any, []any:
		return false
	}
	switch b.(type) {
	case map[string]any, []any:
		return false
	}
	return a == b
}

// brief is a value as it is shown.
func brief(v any) string {
	text, err := json.Marshal(v)
	if err != nil {
		return fmt.Sprint(v)
	}
	if len(text) > 60 {
		return string(text[:57]) + "…"
	}
	return string(text)
}
