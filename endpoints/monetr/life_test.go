package monetr_test

import (
	"context"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/gingham-dev/gingham/endpoints/api/apitest"
	"github.com/gingham-dev/gingham/endpoints/monetr"
	"github.com/gingham-dev/gingham/models"
	"github.com/gingham-dev/gingham/store"
)

// TestLife walks a link from its link token to its end.
func TestLife(t *testing.T) {
	w := newWorld(t, options{kit: apitest.Options{Ledger: notReady(time.Minute)}, monetr: func(o *monetr.Options) {
		o.After = func(time.Duration) <-chan time.Time {
			over := make(chan time.Time)
			close(over)
			return over
		}
	}})
	token := w.get(tokenPath + "?use_cache=true").text("linkToken")
	if again := w.get(tokenPath + "?use_cache=true").text("linkToken"); again != token {
		t.Errorf("the token is %s, then %s", token, again)
	}

	public, h := w.link()
	w.post(callbackPath, back(public, h)).is(200, `{"linkId":1}`)
	if after := w.get(tokenPath + "?use_cache=true").text("linkToken"); after == token {
		t.Error("a token that was used is given out again")
	}
	w.status("pending")
	w.get("/api/plaid/link/setup/wait/1").is(408, ``)
	w.post(syncPath, `{"linkId":1}`).fails(400, "link is not in a valid status, it cannot be manually synced")

	w.Advance(time.Minute)
	w.work()
	w.status("setup")
	w.get("/api/plaid/link/setup/wait/1").is(200, ``)
	w.post(syncPath, `{"linkId":1}`).is(202, ``)
	w.post(syncPath, `{"linkId":1}`).fails(425, "link has been manually synced too recently")
	w.Advance(time.Second)
	w.work()
	if got, want := w.get("/api/links/1").text("plaidLink.lastSuccessfulUpdate"), w.Now().Format(time.RFC3339); got != want {
		t.Errorf("synced at %s, want %s", got, want)
	}

	w.breakLogin(h)
	w.status("error")
	if code := w.get("/api/links/1").text("plaidLink.errorCode"); code != "ITEM_LOGIN_REQUIRED" {
		t.Errorf("errorCode is %q", code)
	}
	w.put("/api/plaid/link/update/1").at("linkToken")
	w.alter(h, func(next *store.Head) { next.Item.Error = nil }) // as Link does
	public = w.Issue(store.Token{Client: apitest.Client, Kind: store.PublicToken, Item: h.ID})
	r := w.post(updateCallbackPath, `{"linkId":1,"publicToken":"`+public+`","accountIds":`+accountIDs(h)+`}`)
	if got := r.text("plaidLink.status"); got != "setup" || r.at("linkId") != 1.0 {
		t.Errorf("mended: %s", r.Body)
	}
	if due := w.head(h).Due; !due.Equal(w.Now()) {
		t.Errorf("the Item is due at %v", due)
	}

	w.delete("/api/links/1").is(200, ``)
	if !w.head(h).Item.Removed() {
		t.Error("the Item is still there")
	}
	w.get("/api/links/1").fails(404, "failed to retrieve link: record does not exist")
	w.delete("/api/links/1").fails(404, "failed to retrieve the specified link: record does not exist")
	// Ids are not given out again.
	w.linked()
	w.get("/api/links/2").at("linkId")
}

// status fails the test unless alice's first link has it.
func (w *world) status(want string) {
	w.t.Helper()
	if got := w.get("/api/links/1").text("plaidLink.status"); got != want {
		w.t.Errorf("the link's status is %q, want %q", got, want)
	}
}

// work does what is due.
func (w *world) work() {
	w.t.Helper()
	if n, err := w.Ledger.RunDue(w.t.Context(), 10); err != nil || n == 0 {
		w.t.Fatalf("work on %d Items: %v", n, err)
	}
}

// TestStatus checks the statuses that a link's Item can give it.
func TestStatus(t *testing.T) {
	w := newWorld(t, options{})
	h := w.linked()
	item := func(fn func(*models.Item)) func(*store.Head) {
		return func(next *store.Head) {
			next.Item.Error, next.Item.ConsentWarned = nil, false
			fn(&next.Item)
		}
	}
	end := w.Now().Add(24 * time.Hour)
	for want, fn := range map[string]func(*models.Item){
		"setup":              func(*models.Item) {},
		"error":              func(it *models.Item) { it.Error = &models.ItemError{Code: "INVALID_CREDENTIALS", At: w.Now()} },
		"revoked":            func(it *models.Item) { it.Error = &models.ItemError{Code: "USER_PERMISSION_REVOKED", At: w.Now()} },
		"pending_expiration": func(it *models.Item) { it.ConsentWarned, it.ConsentExpiresAt = true, end },
	} {
		w.alter(h, item(fn))
		w.status(want)
	}
	w.alter(h, func(next *store.Head) { next.Item.ConsentExpiresAt = end })
	if got := w.get("/api/links/1").text("plaidLink.expirationDate"); got != end.Format(time.RFC3339) {
		t.Errorf("expirationDate is %s", got)
	}
	if w.get("/api/links/1").at("plaidLink.newAccountsAvailable") != false {
		t.Error("there are new accounts")
	}
	w.alter(h, func(next *store.Head) { next.Item.Offered = []string{"another"} })
	if w.get("/api/links/1").at("plaidLink.newAccountsAvailable") != true {
		t.Error("there are no new accounts")
	}
	public := w.Issue(store.Token{Client: apitest.Client, Kind: store.PublicToken, Item: h.ID})
	r := w.post(updateCallbackPath, `{"linkId":1,"publicToken":"`+public+`"}`)
	if r.at("plaidLink.newAccountsAvailable") != false {
		t.Error("accounts that the user has seen are new")
	}
	w.alter(h, func(next *store.Head) { next.Item.TransactionsUpdated.LastFailure = end })
	r = w.get("/api/links/1")
	if r.text("plaidLink.lastAttemptedUpdate") != end.Format(time.RFC3339) || r.text("plaidLink.lastSuccessfulUpdate") == end.Format(time.RFC3339) {
		t.Errorf("after a failure: %s", r.Body)
	}
	must(t, w.Ledger.Remove(t.Context(), h)) // as Plaid's /item/remove does
	w.status("deactivated")
	w.delete("/api/links/1").is(200, ``)
}

func TestManualLinks(t *testing.T) {
	w := newWorld(t, options{})
	w.post("/api/links", `{"institutionName":" "}`).fails(400, "link must have an institution name")
	w.post("/api/links", `{"institutionName":7}`).fails(400, "invalid JSON body")
	const want = `{"linkId":1,"linkType":"manual","institutionName":"By hand","description":"cash","createdAt":"2026-11-20T12:00:00Z",` +
		`"createdBy":"alice","updatedAt":"2026-11-20T12:00:00Z","deletedAt":null}`
	w.post("/api/links", `{"institutionName":" By hand ","description":"cash","unknown":1}`).is(200, want)
	w.get("/api/links").is(200, "["+want+"]")
	w.get("/api/links/1").is(200, want)
	w.get("/api/links/x").fails(400, "must specify a valid link Id to retrieve")
	w.delete("/api/links/x").fails(400, "must specify a valid link Id to delete")
	w.get("/api/plaid/link/setup/wait/1").fails(400, "Link is not a Plaid link")
	long := strings.Repeat("é", 301)
	if got := w.post("/api/links", `{"institutionName":"`+long+`","description":null}`).text("institutionName"); got != long[:600] {
		t.Errorf("a long name is kept as %d bytes", len(got))
	}
	w.delete("/api/links/1").is(200, ``)
	w.get("/api/links/1").fails(404, "failed to retrieve link: record does not exist")
}

func TestUpdateCallback(t *testing.T) {
	w := newWorld(t, options{})
	public, h := w.link()
	w.post(callbackPath, `{"publicToken":"`+public+`","accountIds":["`+string(h.Accounts[0].ID)+`"]}`).is(200, `{"linkId":1}`)
	other, _ := w.link()
	public = w.Issue(store.Token{Client: apitest.Client, Kind: store.PublicToken, Item: h.ID})
	w.post(updateCallbackPath, `{"linkId":1,"publicToken":"`+other+`"}`).fails(500, "failed to exchange token")
	w.post(updateCallbackPath, `{"linkId":1,"publicToken":""}`).fails(500, "failed to exchange token")
	w.post(updateCallbackPath, `{"linkId":2,"publicToken":"`+public+`"}`).fails(404, "failed to retrieve link: record does not exist")
	w.post(updateCallbackPath, `{"linkId":1`).fails(400, "invalid JSON body")
	w.post(updateCallbackPath, `{"linkId":1,"publicToken":"`+public+`","accountIds":["1"]}`).fails(500, "failed to retrieve new bank accounts")
	w.post(updateCallbackPath, `{"linkId":1,"publicToken":"`+public+`","accountIds":`+accountIDs(h)+`}`).at("linkId")
	w.post(updateCallbackPath, `{"linkId":1,"publicToken":"`+public+`"}`).fails(500, "failed to exchange token")

	// An account that is known may be gone from the Item.
	w.alter(h, func(next *store.Head) { next.Accounts = next.Accounts[1:] })
	public = w.Issue(store.Token{Client: apitest.Client, Kind: store.PublicToken, Item: h.ID})
	w.post(updateCallbackPath, `{"linkId":1,"publicToken":"`+public+`","accountIds":["`+string(h.Accounts[0].ID)+`"]}`).at("linkId")
}

// TestWait waits for links in all ways in which that ends.
func TestWait(t *testing.T) {
	var (
		mu    sync.Mutex
		made  = map[time.Duration]chan time.Time{}
		asked = make(chan time.Duration, 10)
	)
	after := func(d time.Duration) <-chan time.Time {
		mu.Lock()
		defer mu.Unlock()
		c := make(chan time.Time, 1)
		made[d] = c
		asked <- d
		return c
	}
	stopping := make(chan struct{})
	w := newWorld(t, options{
		kit:    apitest.Options{Ledger: notReady(time.Minute)},
		monetr: func(o *monetr.Options) { o.After, o.Stopping = after, stopping },
	})
	w.linked()
	w.get("/api/plaid/link/setup/wait/0").fails(400, "must specify a valid link Id")
	w.get("/api/plaid/link/setup/wait/9").fails(404, "failed to retrieve link: record does not exist")

	const limit = 30 * time.Second
	path := "/api/plaid/link/setup/wait/1"
	wait := func(ctx context.Context) (<-chan *reply, time.Duration) {
		done := make(chan *reply, 1)
		go func() {
			r, _ := http.NewRequestWithContext(ctx, http.MethodGet, path, http.NoBody)
			done <- w.do(r, credentials(apitest.Client, "alice")...)
		}()
		if d := <-asked; d != limit {
			t.Fatalf("it waits %v", d)
		}
		return done, <-asked
	}
	fire := func(d time.Duration) {
		mu.Lock()
		defer mu.Unlock()
		made[d] <- w.Now()
	}

	done, poll := wait(t.Context())
	fire(poll)
	<-asked // nothing new: it looks again
	fire(limit)
	(<-done).is(408, ``)

	ctx, leave := context.WithCancel(t.Context())
	done, _ = wait(ctx)
	leave()
	if r := <-done; r.Code != http.StatusInternalServerError {
		t.Errorf("who left was answered %d", r.Code)
	}

	done, poll = wait(t.Context())
	w.Advance(time.Minute)
	w.work()
	fire(poll)
	(<-done).is(200, ``)

	w.linked() // which has still to wait
	path = "/api/plaid/link/setup/wait/2"
	done, _ = wait(t.Context())
	close(stopping)
	(<-done).is(408, ``)
}
