package program_test

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/gingham-dev/gingham/endpoints/api"
	"github.com/gingham-dev/gingham/endpoints/api/apitest"
	"github.com/gingham-dev/gingham/endpoints/api/linksession"
	"github.com/gingham-dev/gingham/endpoints/item"
	"github.com/gingham-dev/gingham/endpoints/link"
	"github.com/gingham-dev/gingham/endpoints/linkui/flow"
	"github.com/gingham-dev/gingham/endpoints/program"
	"github.com/gingham-dev/gingham/endpoints/sandbox"
	"github.com/gingham-dev/gingham/ledger"
	"github.com/gingham-dev/gingham/models"
	"github.com/gingham-dev/gingham/models/plaid/wire"
	"github.com/gingham-dev/gingham/store"
)

const (
	bank    = "ins_109508"
	profile = "db6e63c8-495d-440e-9fdf-8be68cd4378d"
	mine    = apitest.Client
	theirs  = apitest.Stranger
)

// world is a server with a Program's routes, and those of Plaid's that it goes with.
type world struct {
	*apitest.Server
	sessions *linksession.Sessions
	// granted are the signed tokens that are good.
	granted map[string]api.Grant
	t       testing.TB
}

// Grant implements api.SignedTokens.
func (w *world) Grant(_ context.Context, token string, _ time.Time) (api.Grant, error) {
	g, ok := w.granted[token]
	if !ok {
		return api.Grant{}, api.ErrNoGrant
	}
	return g, nil
}

// UserItems implements api.SignedTokens.
func (w *world) UserItems(context.Context, models.ClientID, string, time.Time) ([]*store.Head, error) {
	return nil, nil
}

func newWorld(t testing.TB, o apitest.Options) *world {
	t.Helper()
	w := &world{t: t, granted: map[string]api.Grant{}}
	o.API = func(o *api.Options) { o.Signed = w }
	w.Server = apitest.New(t, o, func(s *apitest.Server) []api.Route {
		w.sessions = linksession.New(s.Store, s.Tokens)
		return slices.Concat(
			program.New(program.Options{
				Store: s.Store, Ledger: s.Ledger, Tokens: s.Tokens, Sessions: w.sessions, IDs: s.IDs, Environment: s.Environment,
			}).Routes(),
			link.New(link.Options{Sessions: w.sessions, Tokens: s.Tokens, Providers: s.Providers, Environment: s.Environment}).Routes(),
			item.New(s.Ledger, s.Tokens, s.Store).Routes(),
			sandbox.New(s.Ledger, s.Tokens).Routes(),
		)
	})
	return w
}

// reply is an answer.
type reply struct {
	*httptest.ResponseRecorder
	t    testing.TB
	what string
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

// as sends a request with Basic credentials of a client's.
func (w *world) as(client models.ClientID, method, path, body string) *reply {
	w.t.Helper()
	r := httptest.NewRequestWithContext(w.t.Context(), method, path, strings.NewReader(body))
	r.SetBasicAuth(string(client), apitest.Secret)
	out := &reply{httptest.NewRecorder(), w.t, method + " " + path}
	w.ServeHTTP(out.ResponseRecorder, r)
	return out
}

func (w *world) post(path, body string) *reply {
	w.t.Helper()
	return w.as(mine, http.MethodPost, path, body)
}

func (w *world) patch(path, body string) *reply {
	w.t.Helper()
	return w.as(mine, http.MethodPatch, path, body)
}

func (w *world) get(path string) *reply { w.t.Helper(); return w.as(mine, http.MethodGet, path, "") }

// list is what is registered of a profile, with its items' login status.
func (w *world) list(profile string) *reply {
	w.t.Helper()
	return w.get("/profiles/" + profile + "/plaid/items?include_login_status=true").ok()
}

// ok fails the test unless the reply is 200, and has its request id where it belongs.
func (r *reply) ok() *reply {
	r.t.Helper()
	if r.Code != http.StatusOK || len(r.Header().Get("Plaid-Request-Id")) != 15 {
		r.t.Fatalf("%s answered %d %s", r.what, r.Code, r.Body)
	}
	return r
}

// is fails the test unless the reply is these bytes of JSON.
func (r *reply) is(want string) {
	r.t.Helper()
	if got := r.ok().Body.String(); got != want {
		r.t.Errorf("%s answered\n%s, want\n%s", r.what, got, want)
	}
}

// fails fails the test unless the reply is this error.
func (r *reply) fails(status int, text string) {
	r.t.Helper()
	var got map[string]any
	if err := json.Unmarshal(r.Body.Bytes(), &got); err != nil || r.Code != status || got["error"] != text || len(got) != 1 ||
		r.Header().Get("Content-Type") != "application/json" {
		r.t.Errorf("%s answered %d %s, want %d %q", r.what, r.Code, r.Body, status, text)
	}
	if challenged := r.Header().Get("WWW-Authenticate") != ""; challenged != (status == http.StatusUnauthorized) {
		r.t.Errorf("%s answered %d with a challenge: %t", r.what, r.Code, challenged)
	}
}

// at is the value at a path, as bank_accounts.0.id, or nil.
func (r *reply) at(path string) any {
	r.t.Helper()
	var v any
	if err := json.Unmarshal(r.Body.Bytes(), &v); err != nil {
		r.t.Fatalf("%s answered %d %s: %v", r.what, r.Code, r.Body, err)
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

// statuses are the last four digits and the status of each account at a path.
func (r *reply) statuses(path string) (out []string) {
	r.t.Helper()
	list, _ := r.at(path).([]any)
	for i := range list {
		at := path + "." + strconv.Itoa(i) + "."
		out = append(out, r.text(at+"account_number_last_four")+" "+r.text(at+"status"))
	}
	return out
}

// public has the simulated Link link an Item at a bank, and returns the public token and the Item.
func (w *world) public(client models.ClientID, institution string) (token string, h *store.Head) {
	w.t.Helper()
	token = w.PostAs(client, "/sandbox/public_token/create",
		fmt.Sprintf(`"institution_id":%q,"initial_products":["auth"]`, institution)).OK().Text("public_token")
	_, h, err := w.Tokens.Resolve(w.t.Context(), client, store.PublicToken, token)
	must(w.t, err)
	return token, h
}

// accountOf finds an account by its subtype.
func accountOf(t testing.TB, h *store.Head, subtype string) string {
	t.Helper()
	i := slices.IndexFunc(h.Accounts, func(a models.Account) bool { return a.Subtype == subtype })
	if i < 0 {
		t.Fatalf("no %s account", subtype)
	}
	return string(h.Accounts[i].ID)
}

// register is a body that registers accounts at the first bank.
func register(profile, token string, accounts ...string) string {
	return fmt.Sprintf(`{"profile_id":%q,"plaid_public_token":%q,"plaid_institution":{"id":%q,"name":"First Platypus Bank"},`+
		`"plaid_account_ids":%s}`, profile, token, bank, wire.AppendStrings(nil, accounts))
}

// choosing is a body that says which accounts are to be registered.
func choosing(accounts ...string) string {
	return fmt.Sprintf(`{"plaid_bank_account_ids":%s}`, wire.AppendStrings(nil, accounts))
}

// registered registers the checking account of a new Item.
func (w *world) registered(client models.ClientID, profile string) (*store.Head, *reply) {
	w.t.Helper()
	token, h := w.public(client, bank)
	return h, w.as(client, http.MethodPost, "/plaid/items", register(profile, token, accountOf(w.t, h, "checking"))).ok()
}

// head reads an Item anew.
func (w *world) head(h *store.Head) *store.Head {
	w.t.Helper()
	h, err := w.Store.Head(w.t.Context(), h.Client, h.ID)
	must(w.t, err)
	return h
}

// walk goes through Link as a person who signs in and shares the accounts of the given
// masks, if he is asked. It returns the public token and the masks he was offered.
func (w *world) walk(linkToken string, masks ...string) (public string, offered []string) {
	w.t.Helper()
	e := flow.New(flow.Options{
		Store: w.Store, Sessions: w.sessions, Tokens: w.Tokens, IDs: w.IDs, Ledger: w.Ledger, Providers: w.Providers,
		Environment: w.Environment,
	})
	key, err := e.Open(w.t.Context(), flow.Opening{LinkToken: linkToken, Mode: flow.Frame, Parent: "http://localhost:3000"})
	must(w.t, err)
	view, err := e.Look(w.t.Context(), key)
	must(w.t, err)
	step := func(in flow.Step) {
		w.t.Helper()
		in.Turn = view.Turn
		view, err = e.Act(w.t.Context(), key, in)
		must(w.t, err)
	}
	step(flow.Step{Action: flow.Open})
	step(flow.Step{Action: flow.Continue})
	if view.Pane == flow.PaneInstitution {
		step(flow.Step{Action: flow.Select, Institution: bank})
	}
	step(flow.Step{Action: flow.Submit, Answers: map[string]string{"username": "user_good", "password": "pass_good"}})
	if view.Pane == flow.PaneAccounts {
		var places []int
		for i, a := range view.Accounts {
			offered = append(offered, a.Mask)
			if slices.Contains(masks, a.Mask) {
				places = append(places, i)
			}
		}
		step(flow.Step{Action: flow.Submit, Accounts: places})
	}
	if view.Pane != flow.PaneConnected {
		w.t.Fatalf("Link ended at %q with %+v", view.Pane, view.Failure)
	}
	s, err := w.sessions.Session(w.t.Context(), view.SessionID)
	must(w.t, err)
	return s.Results[0].PublicToken, offered
}

// resetLogin has an Item's person sign in again.
func (w *world) resetLogin(h *store.Head) {
	w.t.Helper()
	must(w.t, w.Ledger.ResetLogin(w.t.Context(), h))
}

// transactionsOnly links an Item that has no numbers yet.
func transactionsOnly() ledger.LinkRequest {
	return ledger.LinkRequest{Products: []models.Product{models.ProductTransactions}}
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
