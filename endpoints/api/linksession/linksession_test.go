package linksession_test

import (
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/gingham-dev/gingham/endpoints/api"
	"github.com/gingham-dev/gingham/endpoints/api/apitest"
	"github.com/gingham-dev/gingham/endpoints/api/linksession"
	"github.com/gingham-dev/gingham/models/plaiderr"
	"github.com/gingham-dev/gingham/store"
)

func serve(t *testing.T) (*apitest.Server, *linksession.Sessions) {
	t.Helper()
	s := apitest.New(t, apitest.Options{}, func(*apitest.Server) []api.Route { return nil })
	return s, linksession.New(s.Store, s.Tokens)
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func TestTokens(t *testing.T) {
	s, sessions := serve(t)
	text, err := sessions.CreateToken(t.Context(), &linksession.Token{
		Client: apitest.Client, ExpiresAt: s.Now().Add(time.Hour), Filters: &linksession.Filters{Credit: []string{}},
	})
	must(t, err)
	token, err := sessions.Token(t.Context(), text)
	must(t, err)
	if token.Client != apitest.Client || token.Filters.Credit == nil || token.Filters.Loan != nil || token.Expired(s.Now()) || !token.Expired(s.Now().Add(time.Hour)) {
		t.Errorf("%+v", token)
	}
	if _, err := sessions.Token(t.Context(), text+"0"); !errors.Is(err, plaiderr.UnknownLinkToken()) {
		t.Errorf("an unknown token: %v", err)
	}
	if path := linksession.HostedPath("sandbox", text); linksession.HostedToken("sandbox", strings.TrimPrefix(path, "/link/")) != text {
		t.Errorf("%s is served at %s", text, path)
	}

	// Changes that race are all made.
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			_, err := sessions.UpdateToken(t.Context(), token.ID(), func(t *linksession.Token) error {
				t.WrongLogins++
				return nil
			})
			if err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	if token, err = sessions.TokenByID(t.Context(), token.ID()); err != nil || token.WrongLogins != 8 || token.Locked() {
		t.Errorf("%+v, %v", token, err)
	}
	wrong := errors.New("no")
	if _, err := sessions.UpdateToken(t.Context(), token.ID(), func(*linksession.Token) error { return wrong }); !errors.Is(err, wrong) {
		t.Errorf("a change that is none: %v", err)
	}
}

func TestSessions(t *testing.T) {
	s, sessions := serve(t)
	session := &linksession.Session{ID: s.IDs.UUID(), Deadline: s.Now().Add(time.Hour)}
	key := sessions.NewKey(session, s.IDs)
	must(t, sessions.Create(t.Context(), session))
	read, err := sessions.ByKey(t.Context(), key)
	must(t, err)
	session.Results = []linksession.Result{{PublicToken: "p"}}
	must(t, sessions.Save(t.Context(), session))
	must(t, sessions.Save(t.Context(), session))
	if err := sessions.Save(t.Context(), read); !errors.Is(err, store.ErrConflict) {
		t.Errorf("an old session is saved: %v", err)
	}
	again := sessions.NewKey(session, s.IDs)
	must(t, sessions.Save(t.Context(), session))
	if _, err := sessions.ByKey(t.Context(), key); !errors.Is(err, linksession.ErrNoSession) {
		t.Errorf("the old key: %v", err)
	}
	if read, err = sessions.ByKey(t.Context(), again); err != nil || len(read.Results) != 1 {
		t.Errorf("the new key: %+v, %v", read, err)
	}
	r, err := s.Store.Record(t.Context(), "", "link_session", session.ID)
	must(t, err)
	if strings.Contains(string(r.Body), strings.SplitN(again, ".", 2)[1]) || !r.ExpiresAt.Equal(session.Deadline.Add(linksession.Retention)) {
		t.Errorf("kept until %s: %s", r.ExpiresAt, r.Body)
	}

	must(t, sessions.CreateState(t.Context(), "state", session))
	if read, err = sessions.ByState(t.Context(), "state"); err != nil || read.ID != session.ID {
		t.Errorf("by state: %+v, %v", read, err)
	}
	if _, err := sessions.ByState(t.Context(), "another"); !errors.Is(err, linksession.ErrNoSession) {
		t.Errorf("by another state: %v", err)
	}
}

// TestOf lists the newest sessions that were begun, as long as they are kept.
func TestOf(t *testing.T) {
	s, sessions := serve(t)
	text, err := sessions.CreateToken(t.Context(), &linksession.Token{ExpiresAt: s.Now().Add(time.Hour)})
	must(t, err)
	token, err := sessions.Token(t.Context(), text)
	must(t, err)
	for i := range 103 {
		session := &linksession.Session{ID: fmt.Sprint("s", i), Token: token.ID(), StartedAt: s.Now(), Deadline: s.Now()}
		if i == 50 {
			session.StartedAt = time.Time{}
		}
		must(t, sessions.Create(t.Context(), session))
		for range 2 {
			must(t, sessions.Begin(t.Context(), session))
		}
	}
	must(t, s.Store.DeleteRecord(t.Context(), "", "link_session", "s60"))
	token, err = sessions.Token(t.Context(), text)
	must(t, err)
	list, err := sessions.Of(t.Context(), token, s.Now())
	must(t, err)
	if len(list) != 98 || list[0].ID != "s102" || list[97].ID != "s3" {
		t.Errorf("%d sessions", len(list))
	}
	if list, err = sessions.Of(t.Context(), token, s.Now().Add(linksession.Retention)); err != nil || len(list) != 0 {
		t.Errorf("kept for ever: %d, %v", len(list), err)
	}
}

func TestCheckCompletion(t *testing.T) {
	for uri, good := range map[string]bool{
		"https://app.example/done?a=b#c": true, "http://localhost:3000": true, "myapp://done": true, "com.example.app:/done": true, "myapp:done": true,
		"": false, "/done": false, "https:///x": false, "javascript:alert(1)": false, "JavaScript://x/%0aalert(1)": false, " javascript:alert(1)": false,
		"data:text/html,x": false, "blob:https://app.example/1": false, "vbscript:x": false, "about:blank": false, "%": false,
	} {
		if err := linksession.CheckCompletion(uri); (err == nil) != good {
			t.Errorf("%q: %v", uri, err)
		}
	}
}

func TestIsLoopback(t *testing.T) {
	for host, want := range map[string]bool{"localhost": true, "127.0.0.1": true, "127.9.9.9": true, "::1": true, "localhost.evil.example": false, "10.0.0.1": false, "": false} {
		if linksession.IsLoopback(host) != want {
			t.Errorf("%q: %t", host, !want)
		}
	}
}
