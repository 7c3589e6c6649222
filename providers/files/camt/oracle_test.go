package camt_test

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/gingham-dev/gingham/providers/files/statement"
)

// oracle is what another parser says of a file.
type oracle struct {
	t        *testing.T
	name     string
	records  int
	entries  []entry
	balances []balance
}

// entry is one of its entries.
type entry struct {
	Amount    amount         `json:"getAmount"`
	Booked    map[string]any `json:"getBookingDate"`
	Value     map[string]any `json:"getValueDate"`
	Status    string         `json:"getStatus"`
	Reversal  bool           `json:"getReversalIndicator"`
	Reference string         `json:"getAccountServicerReference"`
}

// balance is one of its balances.
type balance struct {
	Amount amount         `json:"getAmount"`
	Date   map[string]any `json:"getDate"`
	Type   string         `json:"getType"`
}

// walk gathers the objects of the classes that matter. What is met a second time is
// a mark only.
func (o *oracle) walk(v any) {
	switch v := v.(type) {
	case []any:
		for _, k := range v {
			o.walk(k)
		}
	case map[string]any:
		class, _ := v["__CLASS__"].(string)
		switch class[strings.LastIndexByte(class, '\\')+1:] {
		case "Statement", "Report", "Notification":
			o.records++
		case "Entry":
			var e entry
			o.read(v, &e)
			o.entries = append(o.entries, e)
		case "Balance":
			var b balance
			o.read(v, &b)
			o.balances = append(o.balances, b)
		}
		for _, k := range v {
			o.walk(k)
		}
	}
}

// read makes a struct of what JSON made a map of.
func (o *oracle) read(v, into any) {
	data, err := json.Marshal(v)
	if err == nil {
		err = json.Unmarshal(data, into)
	}
	if err != nil {
		o.t.Fatalf("%s: %v", o.name, err)
	}
}

// day is a date of its, all of which are on the same day in UTC and where they were written.
func day(v map[string]any) string {
	s, _ := v["0"].(string)
	return s[:min(len(s), 10)]
}

func (o *oracle) compare(f *statement.File) {
	if o.records != len(f.Statements) || len(f.Statements) != 1 {
		o.t.Fatalf("%s: %d statements, want %d", o.name, len(f.Statements), o.records)
	}
	st := &f.Statements[0]
	if len(st.Transactions) != len(o.entries) {
		o.t.Fatalf("%s: %d rows, want %d", o.name, len(st.Transactions), len(o.entries))
	}
	for i, e := range o.entries {
		t := st.Transactions[i]
		if !t.Amount.Neg().Equal(e.Amount.decimal()) || t.Currency.ISO != e.Amount.Currency.Code {
			o.t.Errorf("%s: amount %s %s, want %+v", o.name, t.Amount.Neg(), t.Currency.ISO, e.Amount)
		}
		if string(t.Posted) != day(e.Booked) || string(t.Value) != day(e.Value) {
			o.t.Errorf("%s: days %s and %s, want %v and %v", o.name, t.Posted, t.Value, e.Booked, e.Value)
		}
		if t.Pending != (e.Status == "PDNG") || t.Reversal != e.Reversal || t.ID != e.Reference {
			o.t.Errorf("%s: %+v, want %+v", o.name, t, e)
		}
	}
	o.compareBalances(st)
}

// compareBalances looks for each of ours among its, and the other way round.
func (o *oracle) compareBalances(st *statement.Statement) {
	for kind, ours := range map[string]*statement.Balance{
		"opening": st.Balances.Opening, "closing": st.Balances.Current, "closing_available": st.Balances.Available,
	} {
		var its *balance
		for i, b := range o.balances {
			// The first is OPBD where there is PRCD too, which it calls by the same name.
			if (b.Type == kind || b.Type == "interim" && kind == "closing" && len(o.balances) == 1) && its == nil {
				its = &o.balances[i]
			}
		}
		_, told := otherwise[o.name+" "+kind]
		switch {
		case ours == nil && its == nil:
		case told && ours == nil && its.Amount.Currency.Code != st.Account.Currency.ISO:
		case ours == nil || its == nil || told:
			o.t.Errorf("%s: %s is %+v, want %+v", o.name, kind, ours, its)
		case !ours.Amount.Equal(its.Amount.decimal()):
			o.t.Errorf("%s: %s is %s, want %s", o.name, kind, ours.Amount, its.Amount.decimal())
		case kind != "opening" && string(ours.Date) != day(its.Date):
			o.t.Errorf("%s: %s is of %s, want %s", o.name, kind, ours.Date, day(its.Date))
		}
	}
}
