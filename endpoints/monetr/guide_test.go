package monetr_test

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/gingham-dev/gingham/endpoints/api/apitest"
	"github.com/gingham-dev/gingham/endpoints/api/linksession"
	"github.com/gingham-dev/gingham/endpoints/monetr"
	"github.com/gingham-dev/gingham/models"
	"github.com/gingham-dev/gingham/store"
)

// The tests of this file are named after the headings of monetr's page on Plaid links.

// faulty is a store that fails as it is told: at records of a kind, or at commits.
type faulty struct {
	store.Store
	kind    atomic.Pointer[string]
	commits atomic.Bool
}

var errDown = errors.New("the store is down")

// fails has what writes records of a kind fail; "" is none.
func (f *faulty) fails(kind string) { f.kind.Store(&kind) }

func (f *faulty) CreateRecord(ctx context.Context, r store.Record) error {
	if k := f.kind.Load(); k != nil && *k == r.Kind {
		return errDown
	}
	return f.Store.CreateRecord(ctx, r)
}

func (f *faulty) Commit(ctx context.Context, next *store.Head, blocks []store.Block) error {
	if f.commits.Load() {
		return errDown
	}
	return f.Store.Commit(ctx, next, blocks)
}

// wrap puts f around the store of a world.
func (f *faulty) wrap(o options) options {
	o.kit.WrapStore = func(s store.Store) store.Store {
		f.Store = s
		return f
	}
	return o
}

func TestNewPlaidLinkToken(t *testing.T) {
	w := newWorld(t, options{})
	for _, path := range []string{tokenPath, "/api/plaid/token/new"} {
		first := w.get(path).text("linkToken")
		if !strings.HasPrefix(first, "link-sandbox-") {
			t.Fatalf("%s: link token %q", path, first)
		}
		for query, same := range map[string]bool{"?use_cache=true": true, "?use_cache=1": true, "": false, "?use_cache=false": false, "?use_cache=please": false} {
			again := w.get(path + query).text("linkToken")
			if (again == first) != same {
				t.Errorf("%s%s: %q after %q", path, query, again, first)
			}
			if !same {
				first = again
			}
		}
	}
	tok, err := w.sessions.Token(t.Context(), w.get(tokenPath).text("linkToken"))
	must(t, err)
	if tok.Client != apitest.Client || tok.UserID != "alice" || tok.ClientName != "monetr" || tok.DaysRequested != 730 ||
		len(tok.Products) != 1 || tok.Products[0] != models.ProductTransactions || !tok.ExpiresAt.Equal(w.Now().Add(4*time.Hour)) {
		t.Errorf("the token stands for %+v", tok)
	}
}

// TestLinkTokenAgain checks when a link token is not given out again, though it may be.
func TestLinkTokenAgain(t *testing.T) {
	f := &faulty{}
	w := newWorld(t, f.wrap(options{}))
	const path = tokenPath + "?use_cache=true"
	ways := map[string]func(token string){
		"once it has expired": func(string) { w.Advance(4 * time.Hour) },
		"for another user": func(token string) {
			if w.as("bob", http.MethodGet, path, "").text("linkToken") == token {
				t.Error("one user is given another's token")
			}
			w.post(callbackPath, `{}`).fails(400, "must select at least one account")
		},
		"once Link came to its end": func(token string) {
			tok, err := w.sessions.Token(t.Context(), token)
			must(t, err)
			s := &linksession.Session{
				ID: w.IDs.UUID(), Client: apitest.Client, Token: tok.ID(), StartedAt: w.Now(), Deadline: w.Now().Add(time.Hour),
				Results: []linksession.Result{{}},
			}
			must(t, w.sessions.Create(t.Context(), s))
			must(t, w.sessions.Begin(t.Context(), s))
		},
		"once it is spent": func(token string) {
			tok, err := w.sessions.Token(t.Context(), token)
			must(t, err)
			_, err = w.sessions.UpdateToken(t.Context(), tok.ID(), func(tok *linksession.Token) error {
				tok.SpentBy = "a session"
				return nil
			})
			must(t, err)
		},
	}
	for name, fn := range ways {
		token := w.get(path).text("linkToken")
		fn(token)
		if w.get(path).text("linkToken") == token {
			t.Errorf("a token is given out again %s", name)
		}
	}
	// That it can't be kept is no reason to have none.
	f.fails("monetr_links")
	w.as("carol", http.MethodGet, path, "").at("linkToken")
	if log := w.log.String(); !strings.Contains(log, "level=WARN") || strings.Contains(log, "link-sandbox") {
		t.Errorf("logged %s", log)
	}
}

func TestNewLinkErrors(t *testing.T) {
	t.Run("Link Limit Reached", func(t *testing.T) {
		w := newWorld(t, options{monetr: func(o *monetr.Options) { o.LinkLimit = 1 }})
		public, h := w.link()
		w.linked()
		w.post("/api/links", `{"institutionName":"By hand"}`).at("linkId")
		w.get(tokenPath).fails(400, "max number of Plaid links already reached")
		w.post(callbackPath, back(public, h)).fails(400, "max number of Plaid links already reached")
		w.as("bob", http.MethodGet, tokenPath, "").at("linkToken")
		// What was refused is not lost.
		w.as("bob", http.MethodPost, callbackPath, back(public, h)).is(200, `{"linkId":1}`)
	})
	t.Run("Plaid API failure or other failure", func(t *testing.T) {
		f := &faulty{}
		w := newWorld(t, f.wrap(options{}))
		f.fails("link_token")
		w.get(tokenPath).fails(500, "failed to create link token")
		if log := w.log.String(); !strings.Contains(log, "level=ERROR") || !strings.Contains(log, errDown.Error()) {
			t.Errorf("logged %s", log)
		}
	})
}

func TestPlaidTokenCallback(t *testing.T) {
	w := newWorld(t, options{})
	for i, path := range []string{callbackPath, "/api/plaid/token/callback"} {
		public, h := w.link()
		w.post(path, back(public, h)).is(200, `{"linkId":`+string(rune('1'+i))+`}`)
		if h = w.head(h); h.Item.Unclaimed || !h.Item.HasProduct(models.ProductTransactions) {
			t.Errorf("%s: the Item is %+v", path, h.Item)
		}
		w.post(path, back(public, h)).fails(500, "failed to exchange token")
	}
	w.as("bob", http.MethodGet, "/api/links/1", "").fails(404, "failed to retrieve link: record does not exist")
}

func TestPlaidTokenCallbackErrors(t *testing.T) {
	w := newWorld(t, options{})
	public, h := w.link()
	foreign := w.PostAs(apitest.Stranger, "/sandbox/public_token/create",
		`"institution_id":"ins_109508","initial_products":["auth"]`).OK().Text("public_token")
	tests := []struct {
		heading, body string
		status        int
		text          string
	}{
		{"No public token provided", `{"publicToken":" ","accountIds":["1"]}`, 400, "must provide a public token"},
		{"No public token provided", `{"publicToken":null,"accountIds":["1"]}`, 400, "must provide a public token"},
		{"No accounts provided", `{"publicToken":"` + public + `","accountIds":[]}`, 400, "must select at least one account"},
		{"No accounts provided", `{"accountIds":null}`, 400, "must select at least one account"},
		{"No accounts provided", `{}`, 400, "must select at least one account"},
		{"Plaid API failure or other failure", back("public-sandbox-1", h), 500, "failed to exchange token"},
		{"Plaid API failure or other failure", back("public-sandbox-11111111-2222-3333-4444-555555555555", h), 500, "failed to exchange token"},
		{"another client's", back(foreign, h), 500, "failed to exchange token"},
		{"accounts of nobody", `{"publicToken":"` + public + `","accountIds":["1"]}`, 500, "failed to retrieve accounts"},
		{"no JSON", `{"publicToken":`, 400, "invalid JSON body"},
		{"nothing", ``, 400, "must select at least one account"},
		{"another type", `{"publicToken":7}`, 400, "invalid JSON body"},
	}
	for _, tt := range tests {
		t.Run(tt.heading, func(*testing.T) { w.post(callbackPath, tt.body).fails(tt.status, tt.text) })
	}
	w.breakLogin(h)
	w.post(callbackPath, back(public, h)).fails(500, "failed to retrieve accounts")
	w.get("/api/links").is(200, `[]`)
	if log := w.log.String(); strings.Contains(log, public) || strings.Contains(log, foreign) {
		t.Errorf("a token is in the log: %s", log)
	}
}

func TestUpdatePlaidLink(t *testing.T) {
	w := newWorld(t, options{})
	h := w.linked()
	for query, selection := range map[string]bool{"": false, "?update_account_selection=true": true, "?update_account_selection=maybe": false} {
		tok, err := w.sessions.Token(t.Context(), w.put("/api/plaid/link/update/1"+query).text("linkToken"))
		must(t, err)
		u := tok.Update
		if u == nil || len(u.Items) != 1 || u.Items[0] != h.ID || u.AccountSelection != selection || len(tok.Products) != 0 {
			t.Errorf("%q: the token stands for %+v", query, tok)
		}
	}
}

func TestUpdateLinkErrors(t *testing.T) {
	f := &faulty{}
	w := newWorld(t, f.wrap(options{}))
	h := w.linked()
	t.Run("Manual Link Update Requested", func(*testing.T) {
		w.post("/api/links", `{"institutionName":"By hand"}`).at("linkId")
		w.put("/api/plaid/link/update/2").fails(400, "cannot update a non-Plaid link")
		w.post(updateCallbackPath, `{"linkId":2}`).fails(400, "cannot update a non-Plaid link")
	})
	for _, id := range []string{"0", "-1", "one", "1.0", "link_1", "18446744073709551616"} {
		w.put("/api/plaid/link/update/"+id).fails(400, "must specify a valid link Id")
	}
	w.put("/api/plaid/link/update/3").fails(404, "failed to retrieve link: record does not exist")
	f.fails("link_token")
	w.put("/api/plaid/link/update/1").fails(500, "failed to create link token to update Plaid link")
	must(t, w.Ledger.Remove(t.Context(), h))
	w.put("/api/plaid/link/update/1").fails(500, "no Plaid details associated with link")
}

func TestManuallyResyncPlaidLink(t *testing.T) {
	f := &faulty{}
	w := newWorld(t, f.wrap(options{}))
	h := w.linked()
	w.post("/api/links", `{"institutionName":"By hand"}`).at("linkId")

	w.post(syncPath, `{"linkId":1}`).is(202, ``)
	if due := w.head(h).Due; !due.Equal(w.Now()) {
		t.Errorf("the Item is due at %v", due)
	}
	t.Run("Provided Link does not exist", func(*testing.T) {
		for _, id := range []string{`3`, `0`, `null`, `"link_01hzzzzzzzzzzzzzzzzzzzzzzz"`, `""`} {
			w.post(syncPath, `{"linkId":`+id+`}`).fails(404, "failed to retrieve link: record does not exist")
		}
		w.post(syncPath, `{}`).fails(404, "failed to retrieve link: record does not exist")
	})
	for _, id := range []string{`-1`, `1.5`, `[]`, `true`, `{}`} {
		w.post(syncPath, `{"linkId":`+id+`}`).fails(400, "invalid JSON body")
	}
	t.Run("Link is not a Plaid link", func(*testing.T) {
		w.post(syncPath, `{"linkId":2}`).fails(400, "cannot manually sync a non-Plaid link")
	})
	t.Run("Previous manual sync was too recent", func(*testing.T) {
		w.Advance(30*time.Minute - time.Millisecond)
		w.post(syncPath, `{"linkId":1}`).fails(425, "link has been manually synced too recently")
		w.Advance(time.Millisecond)
		w.post(syncPath, `{"linkId":"1"}`).is(202, ``)
	})
	t.Run("Failed to enqueue sync job", func(*testing.T) {
		w.Advance(time.Hour)
		f.commits.Store(true)
		w.post(syncPath, `{"linkId":1}`).fails(500, "failed to trigger manual sync")
		f.commits.Store(false)
		w.post(syncPath, `{"linkId":1}`).fails(425, "link has been manually synced too recently")
	})
	t.Run("Link is not in a valid status", func(*testing.T) {
		w.Advance(time.Hour)
		w.alter(h, func(next *store.Head) { next.Item.ConsentWarned = true })
		w.post(syncPath, `{"linkId":1}`).fails(400, "link is not in a valid status, it cannot be manually synced")
		w.alter(h, func(next *store.Head) { next.Item.ConsentWarned = false })
		w.breakLogin(h)
		w.post(syncPath, `{"linkId":1}`).is(202, ``)
	})
}
