package api_test

import (
	"errors"
	"regexp"
	"testing"
	"testing/iotest"

	"github.com/gingham-dev/gingham/endpoints/api"
	"github.com/gingham-dev/gingham/models/plaiderr"
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
		{"base32", `^[a-z2-7]{26}$`, ids.Base32},
		{"audit copy", `^a-sandbox-[a-z2-7]{26}$`, func() string { return k.tokens.Mint(store.AuditCopyToken) }},
		{"token", `^processor-sandbox-[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$`, func() string { return k.tokens.Mint(store.ProcessorToken) }},
	}
	for _, tt := range tests {
		first, second := tt.make(), tt.make()
		if !regexp.MustCompile(tt.pattern).MatchString(first) || first == second {
			t.Errorf("%s: %q, %q", tt.name, first, second)
		}
	}
}

// TestNames: a token that stands for a record names it, by client, if it can be one.
func TestNames(t *testing.T) {
	k := newKit(t, nil)
	for _, kind := range []store.TokenKind{store.AssetReportToken, store.AuditCopyToken, store.RelayToken} {
		text := k.tokens.Mint(kind)
		name, err := k.tokens.Name(clientID, kind, text)
		if err != nil || name != k.tokens.Hash(clientID, text) {
			t.Errorf("%s: %q, %v", text, name, err)
		}
		if theirs, err := k.tokens.Name(stranger, kind, text); err != nil || theirs == name {
			t.Errorf("%s of another client: %q, %v", text, theirs, err)
		}
	}
	for _, tt := range []struct {
		kind store.TokenKind
		text string
		want *plaiderr.Error
	}{
		{store.AssetReportToken, "assets-sandbox-1", plaiderr.MalformedAssetReportToken()},
		{store.AssetReportToken, k.tokens.Mint(store.RelayToken), plaiderr.MalformedAssetReportToken()},
		{store.AuditCopyToken, "a-sandbox-3TAU2CWVYBDVRHUCAAAI27ULU4", plaiderr.UnknownAuditCopyToken()},
		{store.AuditCopyToken, "a-sandbox-aaaa", plaiderr.UnknownAuditCopyToken()},
		{store.AuditCopyToken, k.tokens.Mint(store.AccessToken), plaiderr.UnknownAuditCopyToken()},
		{store.RelayToken, "credit-relay-sandbox-", plaiderr.UnknownRelayToken()},
	} {
		if name, err := k.tokens.Name(clientID, tt.kind, tt.text); name != "" || err == nil || err.Error() != tt.want.Error() {
			t.Errorf("%s: %q, %v", tt.text, name, err)
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
