package sqlite

import (
	"strings"
	"testing"
)

// TestPlans: what is asked often, or of many rows, is served by indexes: no whole
// table is looked at, and only what a limit bounds is sorted.
func TestPlans(t *testing.T) {
	s, err := Open(t.Context(), Memory, Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = s.Close() }()
	const sorts = "USE TEMP B-TREE"
	for _, c := range []struct {
		query string
		args  []any
		uses  []string
		sorts int
	}{
		{sweepTokens, []any{1, 1}, []string{"INDEX tokens_expires (expires_at<?)"}, 0},
		{sweepRecords, []any{1, 1}, []string{"INDEX records_expires (expires_at<?)"}, 0},
		{sweepDeliveries, []any{1, 1}, []string{"INDEX deliveries_expires (expires_at<?)"}, 0},
		{dueRecords, []any{"k", 1, 1}, []string{"INDEX records_due (kind=? AND due<?)"}, 0},
		{dueDeliveries, []any{1, 1}, []string{"INDEX deliveries_due (next_at<?)"}, 0},
		{dueDeliveriesBut, []any{1, 1, "[]"}, []string{
			"COVERING INDEX deliveries_receiver (receiver>?)",               // the next receiver
			"COVERING INDEX deliveries_receiver (receiver=? AND next_at<?)", // its deliveries
		}, 2}, // the firsts, and what is found
		{claimDelivery, []any{"w", 1, "e", 1, "r"}, []string{"(id=?)"}, 0},
		{finishDelivery, make([]any, 15), []string{"(id=?)"}, 0},
		{selectDelivery, []any{"e", "c"}, []string{"(id=?)"}, 0},
		{listDeliveries, []any{"c", 1}, []string{"INDEX deliveries_client (client=?)"}, 0},
		{listBefore, []any{"c", "e", 1}, []string{"INDEX deliveries_client (client=? AND id<?)"}, 0},
		{nextDelivery, nil, []string{"COVERING INDEX deliveries_due"}, 0},
		{deleteDeliveries, []any{"c", 1}, []string{"INDEX deliveries_client (client=?)"}, 0},
	} {
		var plan []string
		err := s.each(t.Context(), "EXPLAIN QUERY PLAN "+c.query, c.args, func(r scanner) error {
			var id, parent, unused int
			var step string
			err := r.Scan(&id, &parent, &unused, &step)
			plan = append(plan, step)
			return err
		})
		if err != nil {
			t.Fatalf("%s: %v", c.query, err)
		}
		text := strings.Join(plan, "\n")
		for _, index := range c.uses {
			if !strings.Contains(text, index) {
				t.Errorf("%s\ndoes not use %s:\n%s", c.query, index, text)
			}
		}
		for _, table := range []string{"tokens", "records", "deliveries", "d", "due"} {
			if strings.Contains(text+"\n", "SCAN "+table+"\n") {
				t.Errorf("%s\nlooks at all of %s:\n%s", c.query, table, text)
			}
		}
		if n := strings.Count(text, sorts); n != c.sorts {
			t.Errorf("%s\nsorts %d times, want %d:\n%s", c.query, n, c.sorts, text)
		}
	}
}
