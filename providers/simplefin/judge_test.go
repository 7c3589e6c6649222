package simplefin_test

import (
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/gingham-dev/gingham/providers"
	"github.com/gingham-dev/gingham/providers/simplefin/simplefintest"
)

// TestErrlist goes through the codes of version 2: what an Item in one of two banks is
// told of each, as the error's kind or as the accounts that nothing certain is known of.
func TestErrlist(t *testing.T) {
	type problem = simplefintest.Problem
	both := []string{"CON-1-1", "CON-1-2"}
	for name, c := range map[string]struct {
		list   []problem
		kind   providers.Kind
		untold []string
	}{
		"none":                      {nil, "", nil},
		"no access":                 {[]problem{{Code: "gen.auth"}}, providers.LoginRequired, nil},
		"the server":                {[]problem{{Code: "gen.api"}}, providers.ServerError, nil},
		"of the server, to come":    {[]problem{{Code: "gen.later"}}, "", both},
		"login":                     {[]problem{{Code: "con.auth", ConnID: "CON-1"}}, providers.LoginRequired, nil},
		"another's login":           {[]problem{{Code: "con.auth", ConnID: "CON-2"}}, "", nil},
		"nobody's login":            {[]problem{{Code: "con.auth"}}, "", nil},
		"of a bank, to come":        {[]problem{{Code: "con.later", ConnID: "CON-1"}}, "", both},
		"an account":                {[]problem{{Code: "act.failed", AccountID: "CON-1-2"}}, "", both[1:]},
		"an account of the bank":    {[]problem{{Code: "act.failed", ConnID: "CON-1", AccountID: "CON-1-2"}}, "", both[1:]},
		"all accounts":              {[]problem{{Code: "act.failed", AccountID: "CON-1-2"}, {Code: "act.failed", AccountID: "CON-1-1"}}, providers.InstitutionNotAnswering, nil},
		"another's account":         {[]problem{{Code: "act.failed", AccountID: "CON-2-1"}}, "", nil},
		"another's, by its bank":    {[]problem{{Code: "act.failed", ConnID: "CON-2", AccountID: "CON-1-1"}}, "", nil},
		"missing data":              {[]problem{{Code: "act.missingdata", AccountID: "CON-1-1"}, {Code: "act.missingdata", AccountID: "CON-1-2"}}, "", both},
		"of an account, to come":    {[]problem{{Code: "act.later", AccountID: "CON-1-1"}}, "", both[:1]},
		"some account":              {[]problem{{Code: "act.failed", ConnID: "CON-1"}}, "", both},
		"of a kind that is to come": {[]problem{{Code: "new.kind"}}, "", both},
		"without a code":            {[]problem{{Msg: "Something"}}, "", both},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, 2, nil, bank("CON-1"), bank("CON-2"))
			conn := w.linkTo(t, "Bank CON-1")
			w.Trouble(c.list...)
			res, err := w.SyncTransactions(t.Context(), conn, providers.SyncRequest{From: "2026-06-01"})
			if c.kind != "" {
				if e := w.want(t, err, c.kind); e.UserAction != (c.kind == providers.LoginRequired) || e.Raw == "" {
					t.Errorf("%+v", e)
				}
				return
			}
			if err != nil || !slices.Equal(res.Untold, c.untold) || len(res.Transactions) != 3 || len(res.Accounts) != 2 {
				t.Errorf("%v; untold %v of %+v", err, res.Untold, res)
			}
		})
	}
}

// linkTo connects one of several banks.
func (w *world) linkTo(t *testing.T, name string) providers.Conn {
	t.Helper()
	step, err := w.paste(t, w.Token(), nil)
	if err != nil || step.Kind != providers.StepSelections {
		t.Fatalf("%+v, %v", step, err)
	}
	step, err = w.ContinueConnect(t.Context(), step.Session, providers.Answer{Now: now, Values: map[string]string{step.Fields[0].Name: name}})
	if err != nil {
		t.Fatal(err)
	}
	return providers.Conn{State: step.State, Now: now}
}

// TestSentences goes through what version 1 says in words.
func TestSentences(t *testing.T) {
	for text, c := range map[string]struct {
		kind   providers.Kind
		untold int
	}{
		"You must reauthenticate.":                                    {"", 2}, // who, of two?
		"Connection to Bank CON-1 may need attention. Auth required.": {providers.LoginRequired, 0},
		"Connection to BANK CON-2 may need attention. Auth required.": {"", 0},
		"con-1: Authentication failed":                                {providers.LoginRequired, 0},
		"Bank CON-1 had a bad day":                                    {"", 2},
	} {
		w := newWorld(t, 1, nil, bank("CON-1"), bank("CON-2"))
		conn := w.linkTo(t, "Bank CON-1")
		w.Trouble(simplefintest.Problem{Msg: text})
		res, err := w.SyncTransactions(t.Context(), conn, providers.SyncRequest{From: "2026-06-01"})
		if c.kind != "" {
			w.want(t, err, c.kind)
		} else if err != nil || len(res.Untold) != c.untold {
			t.Errorf("%q: %v, %v", text, res.Untold, err)
		}
	}
	w := newWorld(t, 1, nil, bank("CON-1"))
	conn := w.link(t)
	w.Trouble(simplefintest.Problem{Msg: "You must reauthenticate."})
	w.want(t, w.Status(t.Context(), conn), providers.LoginRequired)
}

// TestAccountsThatAreMissing checks that an account that a server says it had trouble
// with stays as it was, that one that it is silent about goes without its transactions,
// and that a bank without accounts is an error.
func TestAccountsThatAreMissing(t *testing.T) {
	w := newWorld(t, 2, nil, bank("CON-1"))
	c := w.link(t)
	w.sync(t, &c, "2026-06-01")
	w.Do(func(banks []*simplefintest.Bank) { banks[0].Accounts[1].Silent = true })
	w.Trouble(simplefintest.Problem{Code: "act.failed", AccountID: "CON-1-2"})
	page := w.sync(t, &c, "2026-06-01")[0]
	if len(page.Accounts) != 2 || page.Accounts[1].Balances.Current.String() != "410.5" || !slices.Equal(page.Untold, []string{"CON-1-2"}) {
		t.Errorf("with trouble: %+v", page)
	}
	w.Trouble()
	for range 2 {
		page = w.sync(t, &c, "2026-06-01")[0]
		if len(page.Accounts) != 1 || !slices.Equal(page.Untold, []string{"CON-1-2"}) {
			t.Errorf("in silence: %+v", page)
		}
	}
	w.Do(func(banks []*simplefintest.Bank) { banks[0].Accounts = nil })
	if e := w.want(t, w.Status(t.Context(), c), providers.NoAccounts); !e.UserAction {
		t.Errorf("%+v", e)
	}
	w.Trouble(simplefintest.Problem{Code: "con.later", ConnID: "CON-1"})
	w.want(t, w.Status(t.Context(), c), providers.InstitutionNotAnswering)
	w.Trouble(simplefintest.Problem{Code: "gen.later"})
	w.want(t, w.Status(t.Context(), c), providers.ServerError)
}

func TestStatuses(t *testing.T) {
	w := newWorld(t, 2, nil, bank("CON-1"))
	c := w.link(t)
	for status, want := range map[int]struct {
		kind   providers.Kind
		action bool
	}{
		401: {providers.LoginRequired, true},
		402: {providers.AccessNotGranted, true},
		403: {providers.LoginRequired, true},
		429: {providers.RateLimited, false},
		404: {providers.ServerError, false},
		500: {providers.InstitutionDown, false},
		504: {providers.InstitutionNotAnswering, false},
	} {
		w.Meddle(func(rw http.ResponseWriter, _ *http.Request, _ []byte) bool {
			rw.Header().Set("Retry-After", "3600")
			rw.WriteHeader(status)
			return true
		})
		e := w.want(t, w.Status(t.Context(), c), want.kind)
		if e.UserAction != want.action || !strings.HasPrefix(e.Raw, "HTTP ") || want.kind == providers.RateLimited && e.RetryAfter != time.Hour {
			t.Errorf("%d: %+v", status, e)
		}
	}
}
