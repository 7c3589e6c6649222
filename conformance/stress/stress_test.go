package main

import (
	"slices"
	"testing"

	"github.com/plaid/plaid-go/v42/plaid"
)

func named(names ...string) []plaid.Transaction {
	var rows []plaid.Transaction
	for _, name := range names {
		rows = append(rows, plaid.Transaction{Name: name})
	}
	return rows
}

func TestMissing(t *testing.T) {
	tests := []struct {
		name                  string
		rows                  []plaid.Transaction
		acknowledged, perhaps []string
		want                  []string
	}{
		{"all there", named("a", "b", "other"), []string{"a", "b"}, nil, nil},
		{"perhaps, and not", named("a"), []string{"a"}, []string{"b"}, nil},
		{"perhaps, and there", named("a", "b"), []string{"a"}, []string{"b"}, nil},
		{"lost", named("b"), []string{"a", "b"}, nil, []string{`"a" was acknowledged, and is there 0 times`}},
		{"doubled", named("a", "a"), []string{"a"}, nil, []string{`"a" was acknowledged, and is there 2 times`}},
		{"perhaps doubled", named("b", "b"), nil, []string{"b"}, []string{`"b" is there 2 times`}},
	}
	for _, tt := range tests {
		if got := missing(tt.rows, tt.acknowledged, tt.perhaps); !slices.Equal(got, tt.want) {
			t.Errorf("%s: got %q, want %q", tt.name, got, tt.want)
		}
	}
}

func TestOnlyGrows(t *testing.T) {
	small, large := plaid.Transaction{Amount: 1}, plaid.Transaction{Amount: 2}
	if got := onlyGrows(small, large); got != "" {
		t.Errorf("a larger amount: %q", got)
	}
	if got := onlyGrows(large, small); got == "" {
		t.Error("a smaller amount is nothing to it")
	}
}
