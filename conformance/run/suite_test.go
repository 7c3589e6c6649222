package main

import (
	"io"
	"testing"

	// The suite is run by its import path, so nothing else here imports it; without
	// this, go.sum would lack what it needs.
	_ "github.com/plaid/plaid-go/v42/tests"

	"github.com/gingham-dev/gingham/conformance/proxy"
)

func TestOutcome(t *testing.T) {
	tests := []struct {
		out  string
		good bool
		want string
	}{
		{"=== RUN   TestA\n--- PASS: TestA (0.01s)\nPASS\n", true, passed},
		{"=== RUN   TestA\n    a_test.go:1: later\n--- SKIP: TestA (0.00s)\nPASS\n", true, skipped},
		{"=== RUN   TestA\n--- FAIL: TestA (0.00s)\nFAIL\n", false, failed},
		{"=== RUN   TestA\n--- FAIL: TestA (0.00s)\npanic: boom\n", false, failed},
		{"testing: warning: no tests to run\nPASS\n", true, failed},
	}
	for _, tt := range tests {
		if got := outcome([]byte(tt.out), tt.good); got != tt.want {
			t.Errorf("%q: got %s, want %s", tt.out, got, tt.want)
		}
	}
}

func TestDifference(t *testing.T) {
	refused := []proxy.Exchange{{Path: "/x", Status: 200}, {Path: "/y", Status: 400, ErrorType: "T", ErrorCode: "C"}}
	tests := []struct {
		r    result
		want string
	}{
		{result{name: "TestItemGet", outcome: passed}, ""},
		{result{name: "TestSandboxIncomeVerificationItem", outcome: skipped}, ""},
		{result{name: "TestItemGet", outcome: failed, exchanges: refused}, "should pass"},
		{result{name: "TestMonitor", outcome: failed, exchanges: refused}, ""},
		{result{name: "TestMonitor", outcome: passed}, "passes; move it to expectedToPass"},
		{result{name: "TestMonitor", outcome: failed, exchanges: refused[:1]}, "failed without having been refused anything"},
		{result{name: "TestMonitor", outcome: failed, exchanges: append(refused, proxy.Exchange{Path: "/z", Status: 404, ErrorType: "T", ErrorCode: "C"})}, "/z answered 404, which is no clear error"},
		{result{name: "TestMonitor", outcome: failed, exchanges: []proxy.Exchange{{Path: "/z", Status: 500, ErrorType: "T", ErrorCode: "C"}}}, "/z answered 500, which is no clear error"},
		{result{name: "TestMonitor", outcome: failed, exchanges: []proxy.Exchange{{Path: "/z", Status: 400}}}, "/z answered 400, which is no clear error"},
	}
	results := make([]result, 0, len(tests))
	for _, tt := range tests {
		if got := difference(tt.r); got != tt.want {
			t.Errorf("%s %s: got %q, want %q", tt.r.name, tt.r.outcome, got, tt.want)
		}
		results = append(results, tt.r)
	}
	if n := report(io.Discard, results, false); n != 6 {
		t.Errorf("%d differences", n)
	}
}
