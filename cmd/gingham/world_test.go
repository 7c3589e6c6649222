package main

import (
	"encoding/json"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/gingham-dev/gingham/clock"
	"github.com/gingham-dev/gingham/endpoints/api"
	"github.com/gingham-dev/gingham/models"
	"github.com/gingham-dev/gingham/models/plaid"
	"github.com/gingham-dev/gingham/providers"
	"github.com/gingham-dev/gingham/server"
	"github.com/gingham-dev/gingham/store"
)

// world is the whole program without its listeners: all routes, over a store in
// memory, on a clock that is moved by hand, with two clients that each have
// something of everything.
type world struct {
	// t is the test that runs; a fuzz target has one for each input.
	t       testing.TB
	gingham *server.Server
	server  *api.Server
	clock   *clock.Clock
	// mine calls; what is theirs is what it must never get at.
	mine, theirs *holder
	// heard, where it isn't nil, is told of every text that theirs is given.
	heard func(text string)
}

// holder is a client and what it holds. The values are named as the bodies of
// the table of needs name them, as "@access".
type holder struct {
	id, secret string
	values     map[string]string
	// other is an account of another Item of the same client.
	other string
	// bad are tokens that were good once.
	bad map[string]string
	// tokens are signed, by what shows who calls.
	tokens map[string]string
}

// worldStart is where the clock of a world stands.
var worldStart = time.Date(2026, 11, 20, 12, 0, 0, 0, time.UTC)

// newWorld starts the program over a store that wrap, where it isn't nil, puts
// something around.
func newWorld(t testing.TB, wrap func(store.Store) store.Store) *world {
	t.Helper()
	// What lasts for hours at most is made the day before.
	w := &world{t: t, clock: clock.Standing(worldStart.Add(-24 * time.Hour))}
	w.open(wrap)
	w.mine = &holder{id: sandboxClientID, secret: sandboxSecret}
	w.theirs = &holder{id: strings.Repeat("ab", 12), secret: strings.Repeat("cd", 15)}
	w.must(w.gingham.Store.CreateClient(t.Context(), store.Client{
		ID: models.ClientID(w.theirs.id), CreatedAt: w.clock.Now(),
		Secrets: []store.SecretHash{{Hash: w.gingham.Tokens.SecretHash(models.ClientID(w.theirs.id), w.theirs.secret)}},
	}))
	holders := []*holder{w.mine, w.theirs}
	for _, h := range holders {
		h.bad = map[string]string{
			"expired public": w.link(h, "user_good"),
			"expired link":   w.text(h, "/link/token/create", needs["/link/token/create"].body, "link_token"),
		}
	}
	w.must(w.clock.MoveTo(worldStart))
	for _, h := range holders {
		w.spoil(h)
		w.furnish(h)
	}
	return w
}

// open opens the program's server, on the clock and over the store of a world.
func (w *world) open(wrap func(store.Store) store.Store) {
	w.t.Helper()
	// The log of a million refused requests is of no use; panics and faults are.
	log := slog.New(slog.NewTextHandler(w, &slog.HandlerOptions{Level: slog.LevelError}))
	s, err := server.OpenStore(w.t.Context(), "memory", log)
	w.must(err)
	if wrap != nil {
		s = wrap(s)
	}
	w.gingham, err = server.Open(w.t.Context(), server.Options{
		Environment: models.Sandbox, Store: s, Clock: w.clock, Log: log, ClientID: sandboxClientID, Secret: sandboxSecret,
		Monetr:    server.MonetrOptions{StringIDs: true},
		Providers: map[string]providers.Settings{"files": {}},
	})
	w.must(err)
	w.t.Cleanup(func() { _ = w.gingham.Close() })
	w.server, err = w.gingham.Handler("http://127.0.0.1")
	w.must(err)
}

// Write is for the log: it goes to the test that runs.
func (w *world) Write(line []byte) (int, error) { return w.t.Output().Write(line) }

func (w *world) must(err error) {
	w.t.Helper()
	if err != nil {
		w.t.Fatal(err)
	}
}

// everyProduct is what the Items of a world have.
const everyProduct = `["auth","identity","investments","investments_auth","liabilities","transactions"]`

// spoil gives h tokens that are spent, each in its own way.
func (w *world) spoil(h *holder) {
	w.t.Helper()
	h.bad["used public"] = w.link(h, "user_good")
	h.other = w.account(h, w.exchange(h, h.bad["used public"]), "checking")
	h.bad["rotated access"] = w.exchange(h, w.link(h, "user_good"))
	w.ask(h, "/item/access_token/invalidate", `{"access_token":"`+h.bad["rotated access"]+`"}`)

	access := w.exchange(h, w.link(h, "user_good"))
	account := w.account(h, access, "checking")
	h.bad["removed public"] = w.text(h, "/item/public_token/create", `{"access_token":"`+access+`"}`, "public_token")
	h.bad["removed processor"] = w.processor(h, access, account)
	w.ask(h, "/item/remove", `{"access_token":"`+access+`"}`)
	h.bad["removed access"] = access
}

// furnish gives h new Items and tokens that are good.
func (w *world) furnish(h *holder) {
	w.t.Helper()
	access := w.exchange(h, w.link(h, "user_good"))
	checking := w.account(h, access, "checking")
	h.values = map[string]string{
		"@access":             access,
		"@account":            checking,
		"@processor":          w.processor(h, access, checking),
		"@processor:invested": w.processor(h, access, w.account(h, access, "401k")),
		"@processor:owed":     w.processor(h, access, w.account(h, access, "credit card")),
		"@link":               w.text(h, "/link/token/create", needs["/link/token/create"].body, "link_token"),
		"@access:dynamic":     w.exchange(h, w.link(h, "user_transactions_dynamic")),
		"@cursor":             w.text(h, "/transactions/sync", `{"access_token":"`+access+`"}`, "next_cursor"),
	}
	h.values["@cursor:processor"] = w.text(h, "/processor/transactions/sync",
		`{"processor_token":"`+h.values["@processor"]+`"}`, "next_cursor")
	h.values["@user"] = w.text(h, "/user/create", `{"client_user_id":"u"}`, "user_id")
	h.values["@usertoken"] = w.text(h, "/user/create", `{"client_user_id":"u"}`, "user_token")
	w.furnishStatements(h)
	h.values["@access:files"] = w.text(h, "/gingham/files/link", needs["/gingham/files/link"].body, "access_token")
	w.furnishReports(h)
	w.furnishMoney(h)
	w.furnishMonetr(h)
	w.furnishProgram(h)
	w.furnishControl(h)
}

// furnishStatements gives h an Item with statements, and one of them.
func (w *world) furnishStatements(h *holder) {
	w.t.Helper()
	access := w.exchange(h, w.text(h, "/sandbox/public_token/create", `{"institution_id":"ins_109508","initial_products":["statements"],`+
		`"options":{"statements":{"start_date":"2026-10-01","end_date":"2026-10-31"}}}`, "public_token"))
	var list plaid.StatementsListResponse
	h.values["@access:statements"] = access
	text, err := json.Marshal(w.ask(h, "/statements/list", `{"access_token":"`+access+`"}`))
	w.must(err)
	w.must(json.Unmarshal(text, &list))
	h.values["@statement"] = list.Accounts[0].Statements[0].StatementID
}

// furnishReports gives h an asset report that is ready, and what opens it for others.
func (w *world) furnishReports(h *holder) {
	w.t.Helper()
	access := w.exchange(h, w.text(h, "/sandbox/public_token/create",
		`{"institution_id":"ins_109508","initial_products":["assets"]}`, "public_token"))
	h.values["@access:assets"], h.values["@account:assets"] = access, w.account(h, access, "savings")
	report := w.text(h, "/asset_report/create", `{"access_tokens":["`+access+`"],"days_requested":10}`, "asset_report_token")
	_, err := w.gingham.MoveClock(w.t.Context(), w.clock.Now()) // which makes it
	w.must(err)
	h.values["@assets"] = report
	h.values["@audit"] = w.text(h, "/asset_report/audit_copy/create", `{"asset_report_token":"`+report+`"}`, "audit_copy_token")
	h.values["@relay"] = w.text(h, "/credit/relay/create",
		`{"report_tokens":["`+report+`"],"secondary_client_id":"`+h.id+`"}`, "relay_token")
}

// furnishControl gives h what it controls its sandbox by. A snapshot has all the rest in it.
func (w *world) furnishControl(h *holder) {
	w.t.Helper()
	h.values["@item"] = w.first(h, h.values["@access"], "/item/get", "item", "item_id")
	h.values["@transaction"] = w.first(h, h.values["@access"], "/transactions/sync", "added", "transaction_id")
	h.values["@webhook"] = w.delivery(h, store.Delivered)
	w.ask(h, "/gingham/faults/remove", `{}`)
	h.values["@fault"] = w.text(h, "/gingham/faults/create", needs["/gingham/faults/create"].body, "fault_id")
	h.values["@snapshot"] = w.text(h, "/gingham/snapshot/create", `{}`, "snapshot_id")
}

// first is a field of an object that is answered about an Item of h's, or of the
// first of several.
func (w *world) first(h *holder, access, path, object, field string) string {
	w.t.Helper()
	v := w.ask(h, path, `{"access_token":"`+access+`"}`)[object]
	if list, ok := v.([]any); ok && len(list) > 0 {
		v = list[0]
	}
	fields, _ := v.(map[string]any)
	text, ok := fields[field].(string)
	if !ok {
		w.t.Fatalf("%s answered without a %s", path, field)
	}
	return text
}

// value is what a name stands for. A public token can be exchanged once, so that
// each is a new one.
func (w *world) value(h *holder, name string) string {
	w.t.Helper()
	if which, ok := strings.CutPrefix(name, "@public"); ok {
		return w.text(h, "/item/public_token/create", `{"access_token":"`+h.values["@access"+which]+`"}`, "public_token")
	}
	v, ok := h.values[name]
	if !ok {
		w.t.Fatalf("a body of the table of needs has %s, which no client holds", name)
	}
	return v
}

func (w *world) link(h *holder, user string) string {
	w.t.Helper()
	products := everyProduct
	if user != "user_good" {
		products = `["transactions"]`
	}
	return w.text(h, "/sandbox/public_token/create", `{"institution_id":"ins_109508","initial_products":`+products+
		`,"options":{"override_username":"`+user+`","override_password":"pass_good","webhook":"`+nowhere+`"}}`, "public_token")
}

func (w *world) exchange(h *holder, public string) string {
	w.t.Helper()
	return w.text(h, "/item/public_token/exchange", `{"public_token":"`+public+`"}`, "access_token")
}

func (w *world) processor(h *holder, access, account string) string {
	w.t.Helper()
	return w.text(h, "/processor/token/create",
		`{"access_token":"`+access+`","account_id":"`+account+`","processor":"dwolla"}`, "processor_token")
}

// account is the first account of a subtype.
func (w *world) account(h *holder, access, subtype string) string {
	w.t.Helper()
	list, _ := w.ask(h, "/accounts/get", `{"access_token":"`+access+`"}`)["accounts"].([]any)
	for _, a := range list {
		if a := a.(map[string]any); a["subtype"] == subtype {
			return a["account_id"].(string)
		}
	}
	w.t.Fatalf("no account is %q", subtype)
	return ""
}

func (w *world) text(h *holder, path, body, field string) string {
	w.t.Helper()
	s, _ := w.ask(h, path, body)[field].(string)
	if h == w.theirs && w.heard != nil {
		w.heard(s)
	}
	return s
}

// ask sends what must succeed.
func (w *world) ask(h *holder, path, body string) map[string]any {
	w.t.Helper()
	a := w.send(request{path: path, body: []byte(body), headerKeys: h})
	var fields map[string]any
	if err := json.Unmarshal(a.body, &fields); err != nil || a.status != http.StatusOK {
		w.t.Fatalf("%s %s was answered %d %s", path, body, a.status, a.body)
	}
	return fields
}

// request is one to be sent.
type request struct {
	path string
	body []byte
	// headerKeys are whose credentials go into headers; nil is none.
	headerKeys *holder
	// bearer goes into the Authorization header, if hasBearer.
	bearer    string
	hasBearer bool
	// encoding is the Content-Encoding; chunked leaves out the Content-Length.
	encoding string
	chunked  bool
}

// answer is a response.
type answer struct {
	status int
	header http.Header
	body   []byte
}

func (w *world) send(r request) answer {
	req := httptest.NewRequestWithContext(w.t.Context(), http.MethodPost, r.path, strings.NewReader(string(r.body)))
	if h := r.headerKeys; h != nil {
		req.Header.Set("PLAID-CLIENT-ID", h.id)
		req.Header.Set("PLAID-SECRET", h.secret)
	}
	if r.hasBearer {
		req.Header.Set("Authorization", "Bearer "+r.bearer)
	}
	if r.encoding != "" {
		req.Header.Set("Content-Encoding", r.encoding)
	}
	if r.chunked {
		req.ContentLength = -1
	}
	rec := httptest.NewRecorder()
	w.server.ServeHTTP(rec, req)
	return answer{rec.Code, rec.Header(), rec.Body.Bytes()}
}
