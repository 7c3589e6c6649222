package linkmoney_test

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strconv"
	"strings"
	"sync"
	"testing"

	"github.com/gingham-dev/gingham/endpoints/accounts"
	"github.com/gingham-dev/gingham/endpoints/api"
	"github.com/gingham-dev/gingham/endpoints/api/apitest"
	"github.com/gingham-dev/gingham/endpoints/api/gateway"
	"github.com/gingham-dev/gingham/endpoints/api/useritems"
	"github.com/gingham-dev/gingham/endpoints/assetreport"
	"github.com/gingham-dev/gingham/endpoints/auth"
	"github.com/gingham-dev/gingham/endpoints/categories"
	"github.com/gingham-dev/gingham/endpoints/identity"
	"github.com/gingham-dev/gingham/endpoints/institutions"
	"github.com/gingham-dev/gingham/endpoints/investments"
	"github.com/gingham-dev/gingham/endpoints/item"
	"github.com/gingham-dev/gingham/endpoints/liabilities"
	"github.com/gingham-dev/gingham/endpoints/linkmoney"
	"github.com/gingham-dev/gingham/endpoints/processor"
	"github.com/gingham-dev/gingham/endpoints/transactions"
	"github.com/gingham-dev/gingham/endpoints/webhookkeys"
	"github.com/gingham-dev/gingham/fixtures"
	"github.com/gingham-dev/gingham/ledger"
	"github.com/gingham-dev/gingham/ledger/vault"
	"github.com/gingham-dev/gingham/models"
	"github.com/gingham-dev/gingham/providers/sandbox"
	"github.com/gingham-dev/gingham/store"
	"github.com/gingham-dev/gingham/webhooks"
)

const owner models.ClientID = "gingham"

// world is a server with the whole API as Link Money's clients have it.
type world struct {
	*apitest.Server
	t         testing.TB
	keys      *webhooks.Keys
	tokens    *linkmoney.Tokens
	callbacks *linkmoney.Callbacks
	reports   *assetreport.Worker
	gateway   *pages
	wake      func()
	// announced are the URLs that were told of, and as what.
	mu        sync.Mutex
	announced []string
}

// pages stand for Link's: they keep what the gateway was opened with.
type pages struct {
	mu     sync.Mutex
	opened []gateway.Request
	err    error
}

func (p *pages) OpenGateway(_ context.Context, r gateway.Request) (string, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.opened = append(p.opened, r)
	return "/link/s/key", p.err
}

func newWorld(t testing.TB, o apitest.Options) *world {
	t.Helper()
	set, err := fixtures.Load()
	if err != nil {
		t.Fatal(err)
	}
	w := &world{t: t, gateway: &pages{}, wake: func() {}}
	wrap := o.WrapStore
	o.WrapStore = func(s store.Store) store.Store {
		if wrap != nil {
			s = wrap(s)
		}
		return useritems.Index(s)
	}
	o.API = func(o *api.Options) { o.Signed = w.tokens }
	w.Server = apitest.New(t, o, func(s *apitest.Server) []api.Route {
		sealer, err := vault.New(bytes.Repeat([]byte{1}, vault.KeySize))
		if err != nil {
			t.Fatal(err)
		}
		w.keys = webhooks.NewKeys(webhooks.KeysOptions{
			Store: s.Store, Owner: owner, Sealer: sealer, Environment: s.Environment, Kind: linkmoney.KeysKind, Now: s.Now, Random: s.IDs,
		})
		w.tokens = linkmoney.NewTokens(linkmoney.TokensOptions{
			Keys: w.keys, Store: s.Store, Ledger: s.Ledger, IDs: s.IDs, Issuer: "https://gingham.example",
		})
		w.callbacks = linkmoney.NewCallbacks(s.Store)
		lm := linkmoney.New(linkmoney.Options{
			Store: s.Store, Ledger: s.Ledger, Tokens: w.tokens, Callbacks: w.callbacks, IDs: s.IDs,
			Institutions: s.Providers.Institutions(), Gateway: w.gateway,
			Wake: func() { w.wake() },
			Announce: func(_ context.Context, client models.ClientID, url string, m webhooks.Message) error {
				w.mu.Lock()
				defer w.mu.Unlock()
				w.announced = append(w.announced, string(client)+" "+m.Code+" "+url)
				return nil
			},
		})
		var routes []api.Route
		w.reports = assetreport.NewWorker(assetreport.WorkerOptions{Store: s.Store, Ledger: s.Ledger, Environment: s.Environment, Random: s.IDs})
		for _, g := range []interface{ Routes() []api.Route }{
			assetreport.New(assetreport.Options{Store: s.Store, Ledger: s.Ledger, Tokens: s.Tokens, IDs: s.IDs}),
			accounts.New(s.Ledger), auth.New(s.Ledger), categories.New(set.Categories), identity.New(s.Ledger),
			institutions.New(s.Providers.Institutions()), investments.New(s.Ledger), item.New(s.Ledger, s.Tokens, s.Store),
			liabilities.New(s.Ledger), processor.New(s.Ledger, s.Tokens, s.IDs, s.Environment),
			transactions.New(s.Ledger, sandbox.New(set, sandbox.Options{})), webhookkeys.New(w.keys),
		} {
			routes = append(routes, g.Routes()...)
		}
		return append(lm.Extend(routes), lm.Routes()...)
	})
	return w
}

// reply is an answer of any kind.
type reply struct {
	*httptest.ResponseRecorder
	t    testing.TB
	path string
}

// send sends a request with headers as "Name: value".
func (w *world) send(method, path, body string, headers ...string) *reply {
	w.t.Helper()
	r := httptest.NewRequestWithContext(w.t.Context(), method, path, strings.NewReader(body))
	for _, h := range headers {
		name, value, _ := strings.Cut(h, ": ")
		r.Header.Set(name, value)
	}
	out := &reply{httptest.NewRecorder(), w.t, method + " " + path}
	w.ServeHTTP(out.ResponseRecorder, r)
	return out
}

// with posts a body with a bearer token.
func (w *world) with(token, path, body string) *reply {
	w.t.Helper()
	return w.send(http.MethodPost, path, body, bearer(token))
}

func bearer(token string) string { return "Authorization: Bearer " + token }

// ok fails the test unless the reply is 200.
func (r *reply) ok() *reply {
	r.t.Helper()
	if r.Code != http.StatusOK {
		r.t.Fatalf("%s answered %d %s", r.path, r.Code, r.Body)
	}
	return r
}

// at is the value of a reply of JSON at a path, as accounts.0.name, or nil.
func (r *reply) at(path string) any {
	r.t.Helper()
	var v any
	if err := json.Unmarshal(r.Body.Bytes(), &v); err != nil {
		r.t.Fatalf("%s answered %d %s: %v", r.path, r.Code, r.Body, err)
	}
	for key := range strings.SplitSeq(path, ".") {
		switch in := v.(type) {
		case map[string]any:
			v = in[key]
		case []any:
			i, err := strconv.Atoi(key)
			if err != nil || i >= len(in) {
				return nil
			}
			v = in[i]
		default:
			return nil
		}
	}
	return v
}

func (r *reply) text(path string) string {
	r.t.Helper()
	s, _ := r.at(path).(string)
	return s
}

// list is the array at a path.
func (r *reply) list(path string) []any {
	r.t.Helper()
	l, _ := r.at(path).([]any)
	return l
}

// is fails the test unless the reply is this error of Plaid's form.
func (r *reply) is(f apitest.Failure) {
	r.t.Helper()
	f.Status = cmp.Or(f.Status, http.StatusBadRequest)
	got := apitest.Failure{Type: r.text("error_type"), Code: r.text("error_code"), Message: r.text("error_message"), Status: r.Code}
	if got != f {
		r.t.Errorf("%s answered\n%+v, want\n%+v", r.path, got, f)
	}
}

// token asks for a token with further fields of the form.
func (w *world) token(client models.ClientID, fields ...string) string {
	w.t.Helper()
	form := url.Values{"grant_type": {"client_credentials"}, "client_id": {string(client)}, "client_secret": {apitest.Secret}}
	for i := 0; i < len(fields); i += 2 {
		form.Set(fields[i], fields[i+1])
	}
	got := w.send(http.MethodPost, "/oauth/token", form.Encode(), "Content-Type: application/x-www-form-urlencoded")
	var body struct {
		AccessToken string `json:"access_token"`
	}
	if err := json.Unmarshal(got.Body.Bytes(), &body); err != nil || got.Code != http.StatusOK {
		w.t.Fatalf("a token: %d %s", got.Code, got.Body)
	}
	return body.AccessToken
}

// everything are the products of which user_good has all.
var everything = []models.Product{
	models.ProductAuth, models.ProductIdentity, models.ProductInvestments, models.ProductLiabilities, models.ProductTransactions,
}

// link links an Item of a user's with all products.
func (w *world) link(user string, change ...func(*ledger.LinkRequest)) (string, *store.Head) {
	w.t.Helper()
	l := ledger.LinkRequest{UserID: user, Products: everything}
	for _, fn := range change {
		fn(&l)
	}
	return w.Link(l)
}
