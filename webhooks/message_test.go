package webhooks_test

import (
	"bytes"
	"encoding/hex"
	"encoding/json"
	"errors"
	"math/rand/v2"
	"regexp"
	"strings"
	"testing"
	"testing/iotest"
	"time"

	"github.com/gingham-dev/gingham/models"
	"github.com/gingham-dev/gingham/webhooks"
)

var noon = time.Date(2026, 11, 20, 12, 0, 0, 123e6, time.UTC)

// TestBody checks what every message has, byte for byte.
func TestBody(t *testing.T) {
	t.Parallel()
	const url = "https://app.example/hook?a=1&b=<2>"
	got := webhooks.WebhookUpdateAcknowledged(url).Body(webhooks.Origin{
		Environment: models.Sandbox, Item: "item1", UserID: "usr_1",
	})
	const want = `{
  "environment": "sandbox",
  "error": null,
  "item_id": "item1",
  "new_webhook_url": "https://app.example/hook?a=1&b=<2>",
  "webhook_code": "WEBHOOK_UPDATE_ACKNOWLEDGED",
  "webhook_type": "ITEM"
}`
	if string(got) != want {
		t.Errorf("the body is\n%s\nwant\n%s", got, want)
	}
	for _, person := range []string{"", "usr_1"} {
		var fields map[string]any
		body := webhooks.LoginRepaired().Body(webhooks.Origin{Environment: models.Production, Item: "item1", UserID: person})
		if err := json.Unmarshal(body, &fields); err != nil {
			t.Fatal(err)
		}
		if id, ok := fields["user_id"]; ok != (person != "") || ok && id != person {
			t.Errorf("of user %q, the body is %s", person, body)
		}
	}
}

func TestEvent(t *testing.T) {
	t.Parallel()
	origin := webhooks.Origin{Environment: models.Sandbox, Item: "item1"}
	e := webhooks.DefaultUpdate(3).Event(origin, "id1", "https://app.example/", noon)
	if e.ID != "id1" || e.Type != "TRANSACTIONS" || e.Code != "DEFAULT_UPDATE" || e.URL != "https://app.example/" || !e.At.Equal(noon) ||
		!bytes.Equal(e.Body, webhooks.DefaultUpdate(3).Body(origin)) {
		t.Errorf("the event is %+v", e)
	}
}

var uuid7 = regexp.MustCompile(`^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$`)

// TestNewIDOrder makes ids in order, with a source that would put them into any other.
func TestNewIDOrder(t *testing.T) {
	t.Parallel()
	random := rand.NewChaCha8([32]byte{1})
	last := ""
	for _, at := range []time.Time{noon, noon.Add(time.Millisecond), noon.Add(time.Hour), noon.AddDate(100, 0, 0)} {
		for _, place := range []int64{0, 1, 2, 3, 4, 63, 64, 65, 4095, 4096, 1 << 18, 1<<18 + 1, 1<<24 - 1} {
			id := webhooks.NewID(at, place, random)
			if !uuid7.MatchString(id) {
				t.Errorf("%s is no UUID of version 7", id)
			}
			if id <= last {
				t.Errorf("%s, the %d-th of %v, does not come after %s", id, place, at, last)
			}
			last = id
		}
	}
	// Anybody can read the time.
	if id := webhooks.NewID(noon, 0, random); id[:8]+id[9:13] != "01a1f8d3ea7b" {
		t.Errorf("%s does not begin with its milliseconds", id)
	}
}

// TestNewIDUnique makes many ids of one time and place, as a clock that stands does,
// and two of places that have the lower 24 bits in common.
func TestNewIDUnique(t *testing.T) {
	t.Parallel()
	random := rand.NewChaCha8([32]byte{2})
	const n = 100_000
	seen := make(map[string]bool, n)
	var first, varying [16]byte
	for i := range n {
		id := webhooks.NewID(noon, 128, random)
		seen[id] = true
		b, err := hex.DecodeString(strings.ReplaceAll(id, "-", ""))
		if err != nil {
			t.Fatal(err)
		}
		if i == 0 {
			copy(first[:], b)
		}
		for j := range b {
			varying[j] |= b[j] ^ first[j]
		}
	}
	if want := [16]byte{9: 3, 255, 255, 255, 255, 255, 255}; varying != want {
		t.Errorf("of the ids' bits, those that differ are %x, want %x", varying, want)
	}
	if len(seen) != n {
		t.Errorf("%d of %d ids are unique", len(seen), n)
	}
	if id := webhooks.NewID(noon, 1<<40+128, random); seen[id] || !uuid7.MatchString(id) {
		t.Errorf("a place beyond 2^24 gives %s", id)
	}
}

func TestNewIDWithoutRandomness(t *testing.T) {
	t.Parallel()
	defer func() {
		if recover() == nil {
			t.Error("an id was made without randomness")
		}
	}()
	webhooks.NewID(noon, 0, iotest.ErrReader(errors.New("no entropy")))
}
