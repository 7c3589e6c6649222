package upstream_test

import (
	"bytes"
	"context"
	"crypto/ecdsa"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/labstack/echo/v5"

	"github.com/gingham-dev/gingham/endpoints/api"
	"github.com/gingham-dev/gingham/endpoints/api/apitest"
	"github.com/gingham-dev/gingham/endpoints/upstream"
	"github.com/gingham-dev/gingham/ledger/vault"
	"github.com/gingham-dev/gingham/models"
	"github.com/gingham-dev/gingham/webhooks"
)

// world is the group, with an aggregator whose keys sign.
type world struct {
	t    *testing.T
	echo *echo.Echo
	keys *webhooks.Keys
	now  time.Time
	log  *bytes.Buffer
	// gone has the aggregator not answer for its keys.
	gone bool
}

func (w *world) WebhookKey(ctx context.Context, kid string) (*ecdsa.PublicKey, error) {
	if w.gone {
		return nil, errors.New("no answer")
	}
	k, err := w.keys.Key(ctx, kid)
	if err != nil {
		return nil, err
	}
	return k.ECDSA()
}

func newWorld(t *testing.T) *world {
	t.Helper()
	w := &world{t: t, echo: echo.New(), now: time.Now(), log: &bytes.Buffer{}}
	s := apitest.New(t, apitest.Options{}, func(*apitest.Server) []api.Route { return nil })
	sealer, err := vault.New(bytes.Repeat([]byte{1}, vault.KeySize))
	if err != nil {
		t.Fatal(err)
	}
	w.keys = webhooks.NewKeys(webhooks.KeysOptions{
		Store: s.Store, Owner: "gingham", Sealer: sealer, Environment: models.Sandbox, Random: s.IDs,
	})
	upstream.New(upstream.Options{
		Ledger: s.Ledger, IDs: s.IDs, Provider: "plaid", Keys: w, Now: func() time.Time { return w.now },
		Log: slog.New(slog.NewTextHandler(w.log, nil)),
	}).Register(w.echo)
	return w
}

func (w *world) sign(body string) string {
	w.t.Helper()
	token, err := w.keys.Sign(w.t.Context(), []byte(body))
	if err != nil {
		w.t.Fatal(err)
	}
	return token
}

func (w *world) post(body, signature string) *httptest.ResponseRecorder {
	r := httptest.NewRequestWithContext(w.t.Context(), http.MethodPost, upstream.PlaidPath, strings.NewReader(body))
	if signature != "" {
		r.Header.Set("Plaid-Verification", signature)
	}
	out := httptest.NewRecorder()
	w.echo.ServeHTTP(out, r)
	return out
}

const hook = `{"webhook_type": "TRANSACTIONS", "webhook_code": "SYNC_UPDATES_AVAILABLE", "item_id": "nobody's"}`

// TestVerified checks that whatever is signed is taken, and that its sender can't tell by
// the answer whether its Item is known. That a nudge comes of it, cmd/gingham's tests show.
func TestVerified(t *testing.T) {
	w := newWorld(t)
	for name, body := range map[string]string{
		"of an unknown Item": hook, "of no Item": `{"webhook_type":"LINK","webhook_code":"SESSION_FINISHED"}`,
		"of another form": `[1]`, "no JSON": `hello`,
	} {
		if a := w.post(body, w.sign(body)); a.Code != http.StatusOK || a.Body.Len() != 0 {
			t.Errorf("%s: %d %s", name, a.Code, a.Body)
		}
	}
	if !strings.Contains(w.log.String(), "path="+upstream.PlaidPath) || strings.Contains(w.log.String(), "nobody") {
		t.Errorf("the log: %s", w.log)
	}
}

func TestRefused(t *testing.T) {
	w := newWorld(t)
	good := w.sign(hook)
	parts := strings.Split(good, ".")
	flipped := parts[0] + "." + parts[1] + ".A" + parts[2][1:]
	if flipped == good {
		flipped = parts[0] + "." + parts[1] + ".B" + parts[2][1:]
	}
	stranger := newWorld(t)
	for name, c := range map[string]struct {
		body, signature string
		ahead           time.Duration
		want            int
	}{
		"as it is":                  {hook, good, 0, http.StatusOK},
		"another body":              {strings.Replace(hook, "nobody's", "somebody's", 1), good, 0, http.StatusUnauthorized},
		"a space more":              {hook + " ", good, 0, http.StatusUnauthorized},
		"another signature":         {hook, flipped, 0, http.StatusUnauthorized},
		"a stranger's key":          {hook, stranger.sign(hook), 0, http.StatusUnauthorized},
		"no signature":              {hook, "", 0, http.StatusBadRequest},
		"no token":                  {hook, "a.b", 0, http.StatusBadRequest},
		"without an algorithm":      {hook, "eyJhbGciOiJub25lIn0.e30.", 0, http.StatusUnauthorized},
		"five minutes ago":          {hook, good, webhooks.MaxAge + time.Second, http.StatusUnauthorized},
		"in the future":             {hook, good, -time.Minute, http.StatusUnauthorized},
		"longer than any should be": {strings.Repeat(" ", 1<<20), good, 0, http.StatusBadRequest},
	} {
		w.now = time.Now().Add(c.ahead)
		if a := w.post(c.body, c.signature); a.Code != c.want || a.Body.Len() != 0 {
			t.Errorf("%s: %d %q, want %d", name, a.Code, a.Body, c.want)
		}
	}
	w.now, w.gone = time.Now(), true
	if a := w.post(hook, good); a.Code != http.StatusUnauthorized {
		t.Errorf("without a key: %d", a.Code)
	}
	if got := fmt.Sprint(w.log); strings.Contains(got, parts[2]) || strings.Contains(got, parts[1]) {
		t.Errorf("the log has a signature: %s", got)
	}
}
