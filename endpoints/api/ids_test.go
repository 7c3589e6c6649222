package api_test

import (
	"errors"
	"regexp"
	"testing"
	"testing/iotest"

	"github.com/gingham-dev/gingham/endpoints/api"
	"github.com/gingham-dev/gingham/store"
)

func TestIDs(t *testing.T) {
	ids := api.NewIDs(nil)
	k := newKit(t, nil)
	tests := []struct {
		name, pattern string
		make          func() string
	}{
		{"request id", `^[0-9A-Za-z]{15}$`, ids.RequestID},
		{"alphanumeric", `^[0-9A-Za-z]{37}$`, func() string { return ids.Alphanumeric(37) }},
		{"hex", `^[0-9a-f]{5}$`, func() string { return ids.Hex(5) }},
		{"128 bits", `^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$`, ids.Random128},
		{"uuid", `^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$`, ids.UUID},
		{"token", `^processor-sandbox-[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$`, func() string { return k.tokens.Mint(store.ProcessorToken) }},
	}
	for _, tt := range tests {
		first, second := tt.make(), tt.make()
		if !regexp.MustCompile(tt.pattern).MatchString(first) || first == second {
			t.Errorf("%s: %q, %q", tt.name, first, second)
		}
	}
}

// TestAlphanumericIsFair counts letters: one that came up half as often as
// another would show.
func TestAlphanumericIsFair(t *testing.T) {
	const per = 2000
	count := map[rune]int{}
	for _, r := range api.NewIDs(nil).Alphanumeric(62 * per) {
		count[r]++
	}
	for r, n := range count {
		if n < per*8/10 || n > per*12/10 {
			t.Errorf("%c came up %d times of about %d", r, n, per)
		}
	}
	if len(count) != 62 {
		t.Errorf("%d different letters", len(count))
	}
}

func TestFailingSourcePanics(t *testing.T) {
	defer func() {
		if recover() == nil {
			t.Error("ids were made of nothing")
		}
	}()
	api.NewIDs(iotest.ErrReader(errors.New("broken"))).RequestID()
}
