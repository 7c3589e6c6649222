package models

import "testing"

func TestMonth(t *testing.T) {
	t.Parallel()
	for _, x := range []struct {
		day         Date
		month, next Month
		first, last Date
	}{
		{"2024-02-29", "2024-02", "2024-03", "2024-02-01", "2024-02-29"},
		{"2025-02-01", "2025-02", "2025-03", "2025-02-01", "2025-02-28"},
		{"2023-12-31", "2023-12", "2024-01", "2023-12-01", "2023-12-31"},
		{"2026-11-20", "2026-11", "2026-12", "2026-11-01", "2026-11-30"},
	} {
		m := x.day.Month()
		if m != x.month || m.Next() != x.next || m.First() != x.first || m.Last() != x.last {
			t.Errorf("%s: %s from %s to %s, then %s", x.day, m, m.First(), m.Last(), m.Next())
		}
	}
}
