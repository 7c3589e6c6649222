package sqlite

import (
	"strings"
	"testing"
)

// TestSweepPlans: a sweep looks at what has expired, not at whole tables.
func TestSweepPlans(t *testing.T) {
	s, err := Open(t.Context(), Memory, Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = s.Close() }()
	for query, index := range map[string]string{
		sweepTokens: "tokens_expires", sweepRecords: "records_expires", sweepDeliveries: "deliveries_done",
	} {
		var plan []string
		err := s.each(t.Context(), "EXPLAIN QUERY PLAN "+query, []any{1, 1}, func(r scanner) error {
			var id, parent, unused int
			var step string
			err := r.Scan(&id, &parent, &unused, &step)
			plan = append(plan, step)
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		text := strings.Join(plan, "; ")
		if !strings.Contains(text, "INDEX "+index+" ") || strings.Contains(text, "SCAN") || strings.Contains(text, "TEMP B-TREE") {
			t.Errorf("the plan is %s", text)
		}
	}
}
