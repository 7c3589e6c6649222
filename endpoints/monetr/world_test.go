package monetr_test

import (
	"bytes"
	"encoding/json"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/gingham-dev/gingham/endpoints/api"
	"github.com/gingham-dev/gingham/endpoints/api/apitest"
	"github.com/gingham-dev/gingham/endpoints/api/linksession"
	"github.com/gingham-dev/gingham/endpoints/item"
	"github.com/gingham-dev/gingham/endpoints/link"
	"github.com/gingham-dev/gingham/endpoints/monetr"
	sandboxapi "github.com/gingham-dev/gingham/endpoints/sandbox"
	"github.com/gingham-dev/gingham/ledger"
	"github.com/gingham-dev/gingham/ledger/vault"
	"github.com/gingham-dev/gingham/models"
	"github.com/gingham-dev/gingham/store"
)

// options change what newWorld makes.
type options struct {
	kit    apitest.Options
	monetr func(*monetr.Options)
	signIn func(*monetr.SignInsOptions)
}

// world is a server with monetr's surface and as much of Plaid's as links Items.
type world struct {
	*apitest.Server
	t        testing.TB
	sessions *linksession.Sessions
	signIns  *monetr.SignIns
	log      *bytes.Buffer
}

func newWorld(t testing.TB, o options) *world {
	t.Helper()
	w := &world{t: t, log: &bytes.Buffer{}}
	w.Server = apitest.New(t, o.kit, func(s *apitest.Server) []api.Route {
		sealer, err := vault.New(bytes.Repeat([]byte{4}, vault.KeySize))
		must(t, err)
		w.sessions = linksession.New(s.Store, s.Tokens)
		in := monetr.SignInsOptions{
			Store: s.Store, Tokens: s.Tokens, IDs: s.IDs, Client: apitest.Client, Key: bytes.Repeat([]byte{5}, 32),
			PublicURL: "https://my.monetr.example", SignUp: true,
		}
		if o.signIn != nil {
			o.signIn(&in)
		}
		w.signIns, err = monetr.NewSignIns(in)
		must(t, err)
		m := monetr.Options{
			Store: s.Store, Ledger: s.Ledger, Tokens: s.Tokens, Sessions: w.sessions, IDs: s.IDs, Sealer: sealer, SignIns: w.signIns,
			After: func(time.Duration) <-chan time.Time { return nil }, Log: slog.New(slog.NewTextHandler(w.log, nil)),
		}
		if o.monetr != nil {
			o.monetr(&m)
		}
		var routes []api.Route
		for _, g := range []interface{ Routes() []api.Route }{
			monetr.New(m), item.New(s.Ledger, s.Tokens, s.Store), sandboxapi.New(s.Ledger, s.Tokens),
			link.New(link.Options{Sessions: w.sessions, Tokens: s.Tokens, Providers: s.Providers, Environment: s.Environment}),
		} {
			routes = append(routes, g.Routes()...)
		}
		return routes
	})
	return w
}

// reply is an answer.
type reply struct {
	*httptest.ResponseRecorder
	t    testing.TB
	path string
}

// send sends a request with headers as "Name: value".
func (w *world) send(method, path, body string, headers ...string) *reply {
	w.t.Helper()
	r := httptest.NewRequestWithContext(w.t.Context(), method, path, strings.NewReader(body))
	return w.do(r, headers...)
}

func (w *world) do(r *http.Request, headers ...string) *reply {
	w.t.Helper()
	for _, h := range headers {
		name, value, _ := strings.Cut(h, ": ")
		r.Header.Set(name, value)
	}
	out := &reply{httptest.NewRecorder(), w.t, r.Method + " " + r.URL.Path}
	w.ServeHTTP(out.ResponseRecorder, r)
	return out
}

// credentials are a client's headers on behalf of a user.
func credentials(client models.ClientID, user string) []string {
	return []string{
		"PLAID-CLIENT-ID: " + string(client), "PLAID-SECRET: " + apitest.Secret, api.UserHeader + ": " + user,
	}
}

// as sends a request for a user of Client's.
func (w *world) as(user, method, path, body string) *reply {
	w.t.Helper()
	return w.send(method, path, body, credentials(apitest.Client, user)...)
}

// get, post and put send requests for alice.
func (w *world) get(path string) *reply { w.t.Helper(); return w.as("alice", http.MethodGet, path, "") }

func (w *world) post(path, body string) *reply {
	w.t.Helper()
	return w.as("alice", http.MethodPost, path, body)
}

func (w *world) put(path string) *reply { w.t.Helper(); return w.as("alice", http.MethodPut, path, "") }

func (w *world) delete(path string) *reply {
	w.t.Helper()
	return w.as("alice", http.MethodDelete, path, "")
}

// is fails the test unless the reply has the status and the body.
func (r *reply) is(status int, body string) *reply {
	r.t.Helper()
	if r.Code != status || r.Body.String() != body {
		r.t.Errorf("%s answered %d %s, want %d %s", r.path, r.Code, r.Body, status, body)
	}
	return r
}

// fails fails the test unless the reply is this error.
func (r *reply) fails(status int, text string) {
	r.t.Helper()
	r.is(status, `{"error":"`+text+`"}`)
	if got := r.Header().Get("Content-Type"); got != "application/json" {
		r.t.Errorf("%s answered an error of type %q", r.path, got)
	}
}

// at is the value of a member of an object within the reply, as plaidLink.status.
func (r *reply) at(path string) any {
	r.t.Helper()
	var v any
	if err := json.Unmarshal(r.Body.Bytes(), &v); err != nil || r.Code != http.StatusOK {
		r.t.Fatalf("%s answered %d %s: %v", r.path, r.Code, r.Body, err)
	}
	for key := range strings.SplitSeq(path, ".") {
		m, _ := v.(map[string]any)
		v = m[key]
	}
	return v
}

func (r *reply) text(path string) string {
	r.t.Helper()
	s, _ := r.at(path).(string)
	return s
}

// link links an Item, as the sandbox does, and returns its public token.
func (w *world) link(members ...string) (public string, h *store.Head) {
	w.t.Helper()
	body := strings.Join(append(members, `"institution_id":"ins_109508"`, `"initial_products":["auth"]`), ",")
	public = w.Post("/sandbox/public_token/create", body).OK().Text("public_token")
	_, h, err := w.Tokens.Resolve(w.t.Context(), apitest.Client, store.PublicToken, public)
	must(w.t, err)
	return public, h
}

// back is the body of a callback of all accounts of an Item.
func back(public string, h *store.Head) string {
	return `{"publicToken":"` + public + `","institutionId":"ins_109508","institutionName":"A Bank","accountIds":` + accountIDs(h) + `}`
}

func accountIDs(h *store.Head) string {
	ids := make([]models.AccountID, len(h.Accounts))
	for i := range h.Accounts {
		ids[i] = h.Accounts[i].ID
	}
	list, _ := json.Marshal(ids)
	return string(list)
}

// linked makes a link of alice's, of id 1 if it is the first.
func (w *world) linked() (h *store.Head) {
	w.t.Helper()
	public, h := w.link()
	if r := w.post(callbackPath, back(public, h)); r.Code != http.StatusOK {
		w.t.Fatalf("callback answered %d %s", r.Code, r.Body)
	}
	return w.head(h)
}

// head is the newest head of an Item.
func (w *world) head(h *store.Head) *store.Head {
	w.t.Helper()
	h, err := w.Store.Head(w.t.Context(), h.Client, h.ID)
	must(w.t, err)
	return h
}

// alter changes an Item.
func (w *world) alter(h *store.Head, fn func(*store.Head)) {
	w.t.Helper()
	_, err := w.Ledger.Update(w.t.Context(), h.Client, h.ID, func(next *store.Head) error {
		fn(next)
		return nil
	})
	must(w.t, err)
}

// breakLogin makes an Item one whose person must sign in again.
func (w *world) breakLogin(h *store.Head) {
	w.t.Helper()
	must(w.t, w.Ledger.ResetLogin(w.t.Context(), h))
}

// notReady has transactions become readable after a while.
func notReady(d time.Duration) func(*ledger.Options) {
	return func(o *ledger.Options) {
		o.Readiness = func(models.ClientID) (initial, historical time.Duration) { return d, d }
	}
}

const (
	tokenPath          = "/api/plaid/link/token/new"
	callbackPath       = "/api/plaid/link/token/callback"
	updateCallbackPath = "/api/plaid/link/update/callback"
	syncPath           = "/api/plaid/link/sync"
	registerPath       = "/api/authentication/register"
	loginPath          = "/api/authentication/login"
	logoutPath         = "/api/authentication/logout"
)

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
