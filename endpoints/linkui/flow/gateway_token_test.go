package flow_test

import (
	"errors"
	"sync"
	"testing"
	"time"

	"github.com/gingham-dev/gingham/endpoints/api/apitest"
	"github.com/gingham-dev/gingham/endpoints/linkui/flow"
	"github.com/gingham-dev/gingham/models"
	"github.com/gingham-dev/gingham/models/plaiderr"
)

// TestGatewayUsers keeps users apart, and visits of one.
func TestGatewayUsers(t *testing.T) {
	t.Parallel()
	w := newWorld(t, "", nil)
	people := []*person{w.visits("alice", appPage), w.visits("bob", appPage), w.visits("alice", appPage)}
	for i, p := range people {
		p.goes(flow.Continue)
		p.links(bank, []string{"0000", "1111", "2222"}[i])
	}
	for i, p := range people {
		p.goes(flow.Continue)
		list := p.toldApp()
		if user := []string{"acme:alice", "acme:bob", "acme:alice"}[i]; len(list) != 1 || list[0].UserID != user ||
			list[0].ItemID != string(p.view.Results[0].Item) {
			t.Errorf("%s is told as %+v", user, list)
		}
	}
}

// refused refuses so many credentials of a person's.
func (p *person) refused(n int) {
	p.t.Helper()
	for range n {
		p.signsIn("user_good", "wrong")
	}
}

// TestGatewayLock checks that credentials can't be guessed by coming again and again.
func TestGatewayLock(t *testing.T) {
	t.Parallel()
	w := newWorld(t, "", nil)
	waiting := w.visits("alice", "") // at the point of guessing before it was too often
	waiting.goes(flow.Continue)
	waiting.chooses(bank)
	for range 2 {
		p := w.visits("alice", "")
		p.goes(flow.Continue)
		p.chooses(bank)
		p.refused(10)
		if (p.view.Pane == flow.PaneError) != (p.view.Failure.Code == "INVALID_LINK_TOKEN") {
			t.Errorf("at %s with %+v", p.view.Pane, p.view.Failure)
		}
	}
	waiting.signsIn("user_good", "pass_good")
	if waiting.at(flow.PaneError); waiting.view.Failure.Code != "INVALID_LINK_TOKEN" || waiting.view.CanRetry || waiting.view.CanGoBack {
		t.Errorf("another visit goes on: %+v", waiting.view)
	}
	waiting.goes(flow.Retry, flow.Back, flow.Select)
	waiting.at(flow.PaneError)

	open := func(client models.ClientID, user string) error {
		_, err := w.OpenGateway(t.Context(), w.request(client, user, ""))
		return err
	}
	if err := open(apitest.Client, "alice"); !errors.Is(err, plaiderr.New(plaiderr.LimitRate)) {
		t.Errorf("opens again: %v", err)
	}
	must(t, open(apitest.Client, "bob"))
	must(t, open(apitest.Stranger, "alice")) // another client's user
	w.Advance(24*time.Hour - time.Second)
	if err := open(apitest.Client, "alice"); err == nil {
		t.Error("opens again within a day")
	}
	w.Advance(time.Second)
	must(t, open(apitest.Client, "alice"))
}

// TestGatewayTimes checks when a visit can be gone on with.
func TestGatewayTimes(t *testing.T) {
	t.Parallel()
	w := newWorld(t, "", nil)
	key, err := w.OpenGateway(t.Context(), w.request(apitest.Client, "alice", appPage))
	must(t, err)
	w.Advance(30 * minute)
	unseen := &person{world: w, key: key}
	unseen.looks()
	unseen.does(flow.Step{Action: flow.Continue})
	unseen.at(flow.PaneDone)

	if list := unseen.toldApp(); len(list) != 0 || unseen.view.Exit.Failure.Code != "USER_INPUT_TIMEOUT" {
		t.Errorf("one that nobody saw ends with %+v", unseen.view.Exit)
	}

	// Who is never idle can go on for as long as the token works.
	p := w.visits("bob", appPage)
	p.goes(flow.Continue)
	for range 48 * 60 / 29 {
		w.Advance(29 * minute)
		if p.view.Pane == flow.PaneInstitution {
			p.chooses(bank)
		} else {
			p.goes(flow.Back)
		}
	}
	p.at(flow.PaneAnswer)
	w.Advance(29 * minute)
	p.goes(flow.Back)
	if p.at(flow.PaneDone); p.view.Exit.Failure.Code != "INVALID_LINK_TOKEN" {
		t.Errorf("ends with %+v", p.view.Exit)
	}
}

// TestGatewayInProduction checks that a user can come back: a token of production is
// for one success otherwise.
func TestGatewayInProduction(t *testing.T) {
	t.Parallel()
	w := newWorld(t, models.Production, nil)
	first, second := w.visits("alice", appPage), w.visits("alice", appPage)
	for _, p := range []*person{first, second, w.visits("alice", appPage)} {
		p.goes(flow.Continue)
		p.links(bank, "0000")
		p.goes(flow.Another)
		p.links(bank, "1111")
		p.goes(flow.Continue)
		if list := p.toldApp(); len(list) != 2 {
			t.Errorf("told of %+v", list)
		}
	}
}

// TestGatewayRace opens the gateway of one user at the same time: his visits share
// what is counted.
func TestGatewayRace(t *testing.T) {
	t.Parallel()
	w := newWorld(t, "", nil)
	keys := make([]string, 8)
	var wg sync.WaitGroup
	for i := range keys {
		wg.Go(func() {
			var err error
			if keys[i], err = w.OpenGateway(t.Context(), w.request(apitest.Client, "alice", "")); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	tokens := map[string]bool{}
	for _, key := range keys {
		s, err := w.sessions.ByKey(t.Context(), key)
		must(t, err)
		tokens[s.Token] = true
	}
	if len(tokens) != 1 {
		t.Errorf("%d tokens", len(tokens))
	}
}

// TestGatewayTrouble checks that who can't be told of what was linked now is told later.
func TestGatewayTrouble(t *testing.T) {
	t.Parallel()
	var trouble *flaky
	w := newWorld(t, "", func(o *flow.Options) {
		trouble = &flaky{Store: o.Store}
		o.Store = trouble
	})
	trouble.broken = true
	if _, err := w.OpenGateway(t.Context(), w.request(apitest.Client, "alice", appPage)); err == nil {
		t.Errorf("opens: %v", err)
	}
	trouble.broken = false
	p := w.visits("alice", appPage)
	p.goes(flow.Continue)
	p.links(bank, "0000")
	trouble.broken = true
	if _, err := w.Act(t.Context(), p.key, flow.Step{Action: flow.Continue, Turn: p.view.Turn}); err == nil {
		t.Errorf("ends: %v", err)
	}
	trouble.broken = false
	p.looks()
	if list := p.toldApp(); len(list) != 1 {
		t.Errorf("told of %+v", list)
	}
}
