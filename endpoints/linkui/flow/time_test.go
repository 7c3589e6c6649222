package flow_test

import (
	"errors"
	"slices"
	"testing"

	"github.com/gingham-dev/gingham/endpoints/linkui/flow"
	"github.com/gingham-dev/gingham/models"
	"github.com/gingham-dev/gingham/models/plaiderr"
)

// TestTime checks what ends by itself.
func TestTime(t *testing.T) {
	t.Run("left alone", func(t *testing.T) {
		w := newWorld(t, "", nil)
		p := w.atCredentials()
		w.Advance(29 * minute)
		p.looks()
		p.at(flow.PaneAnswer)
		end := w.Now().Add(minute)
		w.Advance(3 * minute)
		p.signsIn("user_good", "pass_good")
		p.at(flow.PaneDone)
		if s := p.session(); s.Exit == nil || s.Exit.Failure.Code != "USER_INPUT_TIMEOUT" || s.Exit.Status != "requires_credentials" || !s.FinishedAt.Equal(end) {
			t.Errorf("%+v finished at %s, want %s", s.Exit, s.FinishedAt, end)
		}
		if got := p.happened(); !slices.Equal(got[len(got)-2:], []string{"ERROR USER_INPUT_TIMEOUT", "EXIT USER_INPUT_TIMEOUT requires_credentials"}) {
			t.Errorf("told %q", got)
		}
		p.goes(flow.Continue, flow.Exit, flow.Open) // nothing more can be done
		if n := len(p.session().Events); n != 7 {
			t.Errorf("%d events", n)
		}
	})
	t.Run("left alone with an Item", func(t *testing.T) {
		w := newWorld(t, "", nil)
		p := w.atAccounts()
		p.shares("0000")
		w.Advance(31 * minute)
		p.looks()
		p.at(flow.PaneDone)
		if s := p.session(); s.Exit != nil || s.Events[len(s.Events)-1].Name != "HANDOFF" {
			t.Errorf("%+v", s)
		}
	})
	t.Run("its token ends", func(t *testing.T) {
		w := newWorld(t, "", nil)
		p := w.atCredentials()
		for range 10 {
			w.Advance(25 * minute)
			p.goes(flow.Close, flow.Stay)
		}
		p.at(flow.PaneDone)
		if x := p.session().Exit; x == nil || x.Failure.Code != "INVALID_LINK_TOKEN" {
			t.Errorf("%+v", x)
		}
	})
	t.Run("never seen", func(t *testing.T) {
		w := newWorld(t, "", nil)
		token := w.token(`"products":["auth"]`)
		key, err := w.Open(t.Context(), flow.Opening{LinkToken: token, Mode: flow.Frame, Parent: parent})
		must(t, err)
		p := &person{world: w, key: key}
		w.Advance(3 * 60 * minute) // a page may wait long before it shows Link
		p.looks()
		p.at(flow.PaneConsent)
		if p.view.Opened || len(p.view.Messages) > 0 {
			t.Errorf("opened by itself: %+v", p.view)
		}
		if list := w.Post("/link/token/get", `"link_token":"`+token+`"`).OK().At("link_sessions").([]any); len(list) != 0 {
			t.Errorf("told of %v", list)
		}
		p.goes(flow.Continue) // a page without script says nothing first
		p.wantEvents("OPEN\nVIEW CONSENT\nVIEW SELECT_INSTITUTION")
		w.Advance(60 * minute)
		p.looks()
		p.at(flow.PaneDone)
	})
	t.Run("too many turns", func(t *testing.T) {
		w := newWorld(t, "", nil)
		p := w.atCredentials()
		for range 90 {
			p.goes(flow.Close, flow.Stay)
		}
		p.at(flow.PaneDone)
	})
}

// TestOnce checks that a token of production is for one success.
func TestOnce(t *testing.T) {
	w := newWorld(t, models.Production, nil)
	token := w.token(`"products":["auth"]`)
	o := flow.Opening{LinkToken: token, Parent: "https://app.example"}
	atAccounts := func() *person {
		p := w.opens(o)
		p.goes(flow.Continue)
		p.chooses(bank)
		p.signsIn("user_good", "pass_good")
		return p
	}
	first, second := atAccounts(), atAccounts()
	first.shares("0000")
	first.at(flow.PaneConnected)
	second.shares("0000")
	if second.at(flow.PaneError); second.view.Failure.Code != "INVALID_LINK_TOKEN" || len(second.session().Results) > 0 {
		t.Errorf("the second: %+v", second.view.Failure)
	}
	if _, err := w.Open(t.Context(), flow.Opening{LinkToken: token, Mode: flow.Webview}); !errors.Is(err, plaiderr.UnknownLinkToken()) {
		t.Errorf("opened again: %v", err)
	}
	first.goes(flow.Continue)
	first.at(flow.PaneDone)
	sandbox := newWorld(t, "", nil)
	token = sandbox.token(`"products":["auth"]`)
	for range 2 {
		p := sandbox.opens(flow.Opening{LinkToken: token})
		p.goes(flow.Continue)
		p.chooses(bank)
		p.signsIn("user_good", "pass_good")
		p.shares("0000")
		p.at(flow.PaneConnected)
	}
}
