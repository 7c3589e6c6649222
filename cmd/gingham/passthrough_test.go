package main

import (
	"bytes"
	"context"
	"crypto/ecdsa"
	"encoding/json"
	"io"
	"log/slog"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/gingham-dev/gingham/clock"
	"github.com/gingham-dev/gingham/endpoints/api"
	"github.com/gingham-dev/gingham/ginghamtest"
	"github.com/gingham-dev/gingham/models"
	"github.com/gingham-dev/gingham/providers"
	"github.com/gingham-dev/gingham/providers/plaid"
	"github.com/gingham-dev/gingham/server"
	"github.com/gingham-dev/gingham/store"
	"github.com/gingham-dev/gingham/webhooks"
)

// passThrough is a Gingham in production whose data come from another one, which
// stands for Plaid.
type passThrough struct {
	t  *testing.T
	up *ginghamtest.Server

	core     *server.Server
	url      string
	clock    *clock.Clock
	client   store.Client
	secret   string
	log      *lockedBuffer
	dir      string
	provider *plaid.Provider
	hooks    chan map[string]any
	hookURL  string
	// linkToken is the one that Link was opened with last.
	linkToken string
}

type lockedBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (l *lockedBuffer) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(p)
}

func (l *lockedBuffer) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.String()
}

// passPatience is how long anything may take.
const passPatience = time.Minute

func newPassThrough(t *testing.T) *passThrough {
	t.Helper()
	p := &passThrough{t: t, up: ginghamtest.New(t), log: &lockedBuffer{}, dir: t.TempDir(), hooks: make(chan map[string]any, 1000)}
	var handler *api.Server
	front := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { handler.ServeHTTP(w, r) }))
	p.url, p.clock = front.URL, clock.Standing(p.up.Now())
	log := slog.New(slog.NewTextHandler(p.log, &slog.HandlerOptions{Level: slog.LevelDebug}))
	ctx, cancel := context.WithCancel(context.WithoutCancel(t.Context()))
	opened, err := server.OpenStore(ctx, "sqlite:"+filepath.Join(p.dir, "g.db"), log)
	ok(t, err)
	p.core, err = server.Open(ctx, server.Options{
		Environment: models.Production, Store: opened, RootKey: bytes.Repeat([]byte{5}, 32), Clock: p.clock,
		Random: rand.NewChaCha8([32]byte{9}), Log: log, AllowLoopback: true, Schedule: 5 * time.Millisecond,
		Providers: map[string]providers.Settings{plaid.Name: {
			"base_url": p.up.URL, "client_id": p.up.ClientID, "secret": p.up.Secret, "webhook": p.url + "/upstream/plaid/webhook",
		}},
	})
	ok(t, err)
	handler, err = p.core.Handler(p.url)
	ok(t, err)
	found, _ := p.core.Provider(plaid.Name)
	p.provider = found.(*plaid.Provider)
	p.client, p.secret = store.Client{ID: models.ClientID(strings.Repeat("ab", 12)), Name: "app", CreatedAt: p.clock.Now()}, strings.Repeat("cd", 15)
	p.client.Secrets = []store.SecretHash{{Hash: p.core.Tokens.SecretHash(p.client.ID, p.secret)}}
	ok(t, p.core.Store.CreateClient(ctx, p.client))
	receiver := httptest.NewServer(http.HandlerFunc(p.receive))
	p.hookURL = receiver.URL
	var work sync.WaitGroup
	work.Go(func() { p.core.Work(ctx) })
	t.Cleanup(func() {
		front.Close()
		cancel()
		work.Wait()
		receiver.Close()
		if err := p.core.Close(); err != nil {
			t.Error(err)
		}
		if t.Failed() {
			t.Log(p.log.String())
		}
	})
	return p
}

func ok(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// receive takes our own webhooks, which are to be signed by us. The upstream may send some
// to the same app, from before its Items were taken over.
func (p *passThrough) receive(_ http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(r.Body)
	var fields map[string]any
	_ = json.Unmarshal(body, &fields)
	if fields["environment"] != string(models.Production) {
		return
	}
	err := webhooks.Verify(r.Header.Get("Plaid-Verification"), body, func(kid string) (*ecdsa.PublicKey, error) {
		k, err := p.core.Keys.Key(r.Context(), kid)
		if err != nil {
			return nil, err
		}
		return k.ECDSA()
	}, time.Now())
	if err != nil {
		p.t.Errorf("a webhook of ours: %v", err)
	}
	p.hooks <- fields
}

// told waits for a webhook of ours of a code.
func (p *passThrough) told(code string) map[string]any {
	p.t.Helper()
	limit := time.After(passPatience)
	for {
		select {
		case hook := <-p.hooks:
			if hook["webhook_code"] == code {
				return hook
			}
		case <-limit:
			p.t.Fatalf("no webhook %s", code)
		}
	}
}

// post calls our API.
func (p *passThrough) post(path string, body map[string]any) map[string]any {
	p.t.Helper()
	status, fields := p.try(path, body)
	if status != http.StatusOK {
		p.t.Fatalf("%s answered %d %v", path, status, fields)
	}
	return fields
}

func (p *passThrough) try(path string, body map[string]any) (int, map[string]any) {
	p.t.Helper()
	in := map[string]any{"client_id": p.client.ID, "secret": p.secret}
	for name, v := range body {
		in[name] = v
	}
	text, err := json.Marshal(in)
	ok(p.t, err)
	resp, err := http.Post(p.url+path, "application/json", bytes.NewReader(text)) //nolint:gosec // loopback
	ok(p.t, err)
	defer resp.Body.Close()
	var fields map[string]any
	ok(p.t, json.NewDecoder(resp.Body).Decode(&fields))
	return resp.StatusCode, fields
}

// upstream asks the one upstream, as the provider, about an Item of ours.
func (p *passThrough) upstream(item, path string, fields map[string]any) (map[string]any, error) {
	p.t.Helper()
	h, err := p.core.Store.Head(p.t.Context(), p.client.ID, models.ItemID(item))
	ok(p.t, err)
	c, err := p.core.Ledger.Conn(p.t.Context(), h)
	ok(p.t, err)
	text, err := p.provider.Answer(p.t.Context(), c, path, fields)
	if err != nil {
		return nil, err
	}
	var out map[string]any
	return out, json.Unmarshal(text, &out)
}

// accessOf is the upstream's access token of an Item of ours.
func (p *passThrough) accessOf(item string) string {
	p.t.Helper()
	h, err := p.core.Store.Head(p.t.Context(), p.client.ID, models.ItemID(item))
	ok(p.t, err)
	c, err := p.core.Ledger.Conn(p.t.Context(), h)
	ok(p.t, err)
	var st struct {
		AccessToken string `json:"access_token"`
	}
	ok(p.t, json.Unmarshal(c.State, &st))
	return st.AccessToken
}

// bytes are all that the store has on disk.
func (p *passThrough) bytes() []byte {
	p.t.Helper()
	var all []byte
	names, err := filepath.Glob(filepath.Join(p.dir, "*"))
	ok(p.t, err)
	for _, name := range names {
		text, err := os.ReadFile(name)
		ok(p.t, err)
		all = append(all, text...)
	}
	return all
}
