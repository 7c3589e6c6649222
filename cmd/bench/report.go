package main

import (
	"encoding/json"
	"fmt"
	"io"
	"math"
	"slices"
	"text/tabwriter"
)

// result is one measurement and what it should be.
type result struct {
	Name  string  `json:"name"`
	Value float64 `json:"value"`
	Goal  float64 `json:"goal"`
	OK    bool    `json:"ok"`
}

func atLeast(value, goal float64) bool { return value >= goal }
func atMost(value, goal float64) bool  { return value <= goal }

func (b *bench) add(name string, value, goal float64, good func(value, goal float64) bool) {
	value = math.Round(value*1000) / 1000
	b.results = append(b.results, result{name, value, goal, good(value, goal)})
}

// detail notes the last round's figures of a measurement.
func (b *bench) detail(name string, bytes int, ours, limit sample) {
	b.details = append(b.details, fmt.Sprintf("  %s, %d bytes:\n    ours  %6.0f rps, p50 %v, p99 %v, CPU %v a request\n    limit %6.0f rps, p50 %v, p99 %v, CPU %v a request",
		name, bytes,
		ours.rps(), ours.percentile(0.5), ours.percentile(0.99), ours.perRequest(),
		limit.rps(), limit.percentile(0.5), limit.percentile(0.99), limit.perRequest()))
}

func median(values []float64) float64 {
	slices.Sort(values)
	n := len(values)
	if n%2 == 1 {
		return values[n/2]
	}
	return (values[n/2-1] + values[n/2]) / 2
}

func (b *bench) report(w io.Writer) error {
	if b.json {
		e := json.NewEncoder(w)
		e.SetEscapeHTML(false)
		return e.Encode(map[string][]result{"results": b.results})
	}
	for _, d := range b.details {
		fmt.Fprintln(w, d)
	}
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintln(t, "\nwhat\tmeasured\tgoal\t")
	for _, r := range b.results {
		verdict := ""
		if !r.OK {
			verdict = "missed"
		}
		fmt.Fprintf(t, "%s\t%.3g\t%g\t%s\n", r.Name, r.Value, r.Goal, verdict)
	}
	return t.Flush()
}
