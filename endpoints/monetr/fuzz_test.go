package monetr

import (
	"bytes"
	"encoding/json"
	"errors"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"github.com/gingham-dev/gingham/endpoints/api"
)

var start = time.Date(2026, 11, 20, 12, 0, 0, 0, time.UTC)

func newSignIns(t testing.TB) *SignIns {
	t.Helper()
	s, err := NewSignIns(SignInsOptions{
		IDs: api.NewIDs(rand.NewChaCha8([32]byte{1})), Client: "5f0e2a6c9b1d4e8f7a3c2b1d", Key: bytes.Repeat([]byte{5}, 32),
		PublicURL: "http://127.0.0.1:8080",
	})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// FuzzSession opens texts as tokens: none but those that were issued are good.
func FuzzSession(f *testing.F) {
	s := newSignIns(f)
	good := s.issue("user_1", start)
	for _, seed := range []string{
		"", "v4.public.", "v4.public..", "v4.local." + good[10:], good + ".Zm9vdGVy", good[:len(good)-1], good + "=", "v4.public.====",
		strings.Repeat("v4.public.", 1000), "v4.public.\xff",
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		session, err := s.open(text, start)
		if err == nil && text != good || session != nil && err != nil || err != nil && !errors.Is(err, api.ErrNoGrant) {
			t.Errorf("%q is %+v, %v", text, session, err)
		}
	})
}

func TestSessionIsAsIssued(t *testing.T) {
	s := newSignIns(t)
	session, err := s.open(s.issue("user_1", start), start.Add(time.Hour))
	if err != nil || session.User != "user_1" || session.Client != s.client || session.ID == "" || !session.ExpiresAt.Equal(start.Add(sessionLife)) {
		t.Errorf("the session is %+v, %v", session, err)
	}
	if c := s.cookie("x", start); strings.Contains(c, "Secure") {
		t.Errorf("without TLS the cookie is %q", c)
	}
	for _, o := range []SignInsOptions{{Key: []byte("short")}, {Key: bytes.Repeat([]byte{5}, 32), PublicURL: "http://[::1"}} {
		if _, err := NewSignIns(o); err == nil {
			t.Errorf("%+v is good", o)
		}
	}
}

// FuzzLinkID reads texts as ids, in a path and in a body: what is read is written so again.
func FuzzLinkID(f *testing.F) {
	for _, seed := range []string{
		"1", "0", "-1", "007", "9223372036854775807", "9223372036854775808", "1.0", "1e3", "null", `"1"`, `"link_01hzx3j9q4v7c5b8d2f6g0k1mn"`,
		"link_01hzx3j9q4v7c5b8d2f6g0k1mn", "link_81hzx3j9q4v7c5b8d2f6g0k1mn", "link_01HZX3J9Q4V7C5B8D2F6G0K1MN", "link_", "[]", "true", `"`, "\xff",
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, s string) {
		id, ok := parseLinkID(s)
		if ok != (id != "") {
			t.Fatalf("%q is %q, %v", s, id, ok)
		}
		if ok {
			raw, err := json.Marshal(linkID(id))
			if again, good := linkIDOf(raw); err != nil || !good || again != id {
				t.Errorf("%q is %q, written %s (%v), read %q", s, id, raw, err, again)
			}
		}
		if !json.Valid([]byte(s)) {
			return
		}
		if id, ok := linkIDOf(json.RawMessage(s)); id != "" && !ok {
			t.Errorf("%s is %q, and none", s, id)
		}
	})
}

func TestULID(t *testing.T) {
	ids := api.NewIDs(rand.NewChaCha8([32]byte{1}))
	last := ""
	for i := range 100 {
		id := newULID(ids, start.Add(time.Duration(i)*time.Millisecond))
		if _, ok := parseLinkID(linkPrefix + id); !ok || id <= last {
			t.Errorf("%q follows %q", id, last)
		}
		last = id
	}
	// Ten letters of time, and sixteen of chance. The example is of the reference implementation.
	if id := newULID(ids, time.UnixMilli(1469918176385)); id[:10] != "01aryz6s41" {
		t.Errorf("the ULID is %q", id)
	}
	if id := newULID(api.NewIDs(bytes.NewReader(bytes.Repeat([]byte{255}, 8192))), time.UnixMilli(1)); id != "0000000001"+strings.Repeat("z", 16) {
		t.Errorf("the ULID is %q", id)
	}
}
