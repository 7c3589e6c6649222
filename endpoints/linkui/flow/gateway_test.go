package flow_test

import (
	"encoding/json"
	"errors"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/gingham-dev/gingham/endpoints/api/apitest"
	"github.com/gingham-dev/gingham/endpoints/api/gateway"
	"github.com/gingham-dev/gingham/endpoints/api/linksession"
	"github.com/gingham-dev/gingham/endpoints/linkui/flow"
	"github.com/gingham-dev/gingham/models"
	"github.com/gingham-dev/gingham/store"
)

const appPage = "https://app.example/done?a=1&b=%20#top"

// request asks for the gateway.
func (w *world) request(client models.ClientID, user, redirect string) gateway.Request {
	w.t.Helper()
	c, err := w.Store.Client(w.t.Context(), client)
	must(w.t, err)
	return gateway.Request{Client: &c, UserID: user, Organization: "acme", RedirectURI: redirect}
}

// visits opens the gateway for a user of apitest.Client.
func (w *world) visits(user, redirect string) *person {
	w.t.Helper()
	key, err := w.OpenGateway(w.t.Context(), w.request(apitest.Client, user, redirect))
	must(w.t, err)
	p := &person{world: w, key: key}
	p.looks()
	p.does(flow.Step{Action: flow.Open})
	return p
}

// links links accounts of a bank, from the institutions on.
func (p *person) links(id string, masks ...string) {
	p.t.Helper()
	p.chooses(id)
	p.signsIn("user_good", "pass_good")
	p.shares(masks...)
	p.at(flow.PaneConnected)
}

// event is what an app reads of an Item that was linked.
type event struct {
	UserID      string `json:"user_id"`
	ItemID      string `json:"item_id"`
	Institution struct {
		Name string
		ID   string `json:"institution_id"`
	}
	Accounts []struct {
		ID   string
		Mask string
	}
}

// told is what the app is told in the end.
func (p *person) toldApp() []event {
	p.t.Helper()
	p.at(flow.PaneDone)
	u, err := url.Parse(p.view.Completion)
	must(p.t, err)
	var list []event
	must(p.t, json.Unmarshal([]byte(u.Query().Get("events")), &list))
	return list
}

// TestGateway links no Item, one, and several.
func TestGateway(t *testing.T) {
	t.Parallel()
	for n, banks := range [][]string{nil, {bank}, {bank, "ins_109512", bank}} {
		w := newWorld(t, "", nil)
		p := w.visits("alice", appPage)
		if p.at(flow.PaneConsent); p.view.Mode != flow.Gateway || p.view.Parent != "" || p.view.Completion != "" {
			t.Errorf("begins with %+v", p.view)
		}
		p.goes(flow.Continue)
		for i, id := range banks {
			if i > 0 {
				p.goes(flow.Another)
			}
			p.at(flow.PaneInstitution)
			p.links(id, "0000", "1111")
			if !p.view.CanLinkAnother || len(p.view.Results) != i+1 || p.view.Results[i].PublicToken != "" {
				t.Errorf("after %d banks: %+v", i+1, p.view)
			}
		}
		if n == 0 {
			p.goes(flow.Close)
		} else {
			p.goes(flow.Continue)
		}
		list := p.toldApp()
		if len(list) != len(banks) {
			t.Fatalf("told of %d Items, want %d", len(list), len(banks))
		}
		for i, e := range list {
			h, err := w.Store.Head(t.Context(), apitest.Client, models.ItemID(e.ItemID))
			must(t, err)
			if h.Item.UserID != "alice" || h.Item.Unclaimed || h.Item.ClaimedAt.IsZero() || h.Item.DaysRequested != 730 ||
				e.UserID != "acme:alice" || e.Institution.ID != banks[i] || e.Institution.Name != h.Item.InstitutionName ||
				len(e.Accounts) != 2 || e.Accounts[0].ID != string(h.Accounts[0].ID) || e.Accounts[0].Mask != "0000" {
				t.Errorf("Item %+v, told as %+v", h.Item, e)
			}
		}
		if end := p.view.Completion; !strings.HasPrefix(end, "https://app.example/done?a=1&b=%20&events=%5B") || !strings.HasSuffix(end, "#top") {
			t.Errorf("ends at %s", end)
		}
		if told := w.told(); len(told) != 0 {
			t.Errorf("the client is told by webhook: %+v", told)
		}
		// Whoever loads the page anew goes to the same place.
		before := p.view.Completion
		p.looks()
		p.goes(flow.Open, flow.Another, flow.Continue)
		if p.at(flow.PaneDone); p.view.Completion != before {
			t.Errorf("then ends at %s, before at %s", p.view.Completion, before)
		}
	}
}

// TestGatewayEvents checks what is kept of a visit.
func TestGatewayEvents(t *testing.T) {
	t.Parallel()
	w := newWorld(t, "", nil)
	p := w.visits("alice", "")
	p.goes(flow.Continue)
	p.links(bank, "0000")
	p.goes(flow.Continue)
	if p.at(flow.PaneDone); p.view.Completion != "" {
		t.Errorf("a window that closes goes to %s", p.view.Completion)
	}
	p.wantEvents(`OPEN
		VIEW CONSENT
		VIEW SELECT_INSTITUTION
		SELECT_INSTITUTION
		VIEW CREDENTIAL
		SUBMIT_CREDENTIALS
		VIEW LOADING
		VIEW SELECT_ACCOUNT
		VIEW CONNECTED
		HANDOFF`)
}

// TestGatewayOffers checks which institutions and products there are.
func TestGatewayOffers(t *testing.T) {
	t.Parallel()
	w := newWorld(t, "", nil)
	p := w.visits("alice", "")
	asked := slices.Concat(p.view.Products, p.view.BestEffort)
	slices.Sort(asked)
	if want := []models.Product{"assets", "auth", "identity", "investments", "liabilities", "transactions"}; !slices.Equal(asked, want) {
		t.Errorf("asks for %v", asked)
	}
	p.goes(flow.Continue)
	for name, id := range map[string]models.InstitutionID{
		"First Platypus Bank": bank, "Wessex Bank": "", "Wislany Bank": "", "Source ins_token": tokenBank,
	} {
		found, _, err := p.Search(t.Context(), p.key, name)
		must(t, err)
		if len(found) == 0 || id != "" && found[0].ID != id {
			t.Errorf("%q finds %v", name, found)
		}
	}
	// An Item has what its institution has and its accounts are good for.
	for masks, want := range map[string]string{
		"0000":      "assets auth identity transactions",
		"5555 7777": "assets identity investments liabilities transactions",
	} {
		p.links(bank, strings.Fields(masks)...)
		h, err := w.Store.Head(t.Context(), apitest.Client, p.view.Results[len(p.view.Results)-1].Item)
		must(t, err)
		var have []string
		for _, product := range h.Item.Products {
			have = append(have, string(product))
		}
		if got := strings.Join(have, " "); got != want {
			t.Errorf("%s: has %s, want %s", masks, got, want)
		}
		p.goes(flow.Another)
	}
}

// TestGatewayIsLeft leaves it with an Item linked and with none, from different panes.
func TestGatewayIsLeft(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		leave  func(*person)
		linked int
	}{
		"asked for credentials": {func(p *person) { p.chooses(bank); p.goes(flow.Close, flow.Leave) }, 0},
		"by force":              {func(p *person) { p.chooses(bank); p.goes(flow.Exit) }, 0},
		"after an error": {func(p *person) {
			p.chooses(bank)
			p.signsIn("user_good", "error_ITEM_LOCKED")
			p.at(flow.PaneError)
			p.goes(flow.Exit)
		}, 0},
		"at the second bank": {func(p *person) { p.links(bank, "0000"); p.goes(flow.Another); p.chooses(bank); p.goes(flow.Close) }, 1},
		"by force at the second bank": {func(p *person) {
			p.links(bank, "0000")
			p.goes(flow.Another)
			p.chooses(down)
			p.at(flow.PaneError)
			p.goes(flow.Exit)
		}, 1},
		"at the institutions": {func(p *person) { p.links(bank, "0000"); p.goes(flow.Another, flow.Close) }, 1},
		"left alone":          {func(p *person) { p.links(bank, "0000"); p.Advance(31 * minute); p.looks() }, 1},
		"left alone with nothing linked": {func(p *person) {
			p.Advance(31 * minute)
			p.goes(flow.Close)
		}, 0},
		"an Item that is gone": {func(p *person) {
			p.links(bank, "0000")
			_, err := p.Ledger.Update(p.t.Context(), apitest.Client, p.view.Results[0].Item, func(h *store.Head) error {
				h.Item.RemovedAt = p.Now()
				return nil
			})
			must(p.t, err)
			p.goes(flow.Continue)
		}, 0},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, "", nil)
			p := w.visits("alice", "myapp://done")
			p.goes(flow.Continue)
			tt.leave(p)
			if list := p.toldApp(); len(list) != tt.linked || !strings.HasPrefix(p.view.Completion, "myapp://done?events=%5B") {
				t.Errorf("ends at %s", p.view.Completion)
			}
			if (p.view.Exit == nil) != (len(p.view.Results) > 0) {
				t.Errorf("with %d Items linked, left with %+v", len(p.view.Results), p.view.Exit)
			}
		})
	}
}

// TestGatewayRetry gets over an error.
func TestGatewayRetry(t *testing.T) {
	t.Parallel()
	w := newWorld(t, "", nil)
	p := w.visits("alice", appPage)
	p.goes(flow.Continue)
	p.chooses(bank)
	p.signsIn("user_good", "wrong")
	p.at(flow.PaneAnswer)
	p.signsIn("user_good", "error_INSTITUTION_NOT_RESPONDING")
	p.at(flow.PaneError)
	p.goes(flow.Retry)
	p.signsIn("user_good", "pass_good")
	p.shares() // none, which can't be
	p.at(flow.PaneAccounts)
	p.shares("0000")
	p.goes(flow.Continue)
	if list := p.toldApp(); len(list) != 1 {
		t.Errorf("told of %+v", list)
	}
}

// TestGatewayOAuth goes to a bank's own page and comes back with another key.
func TestGatewayOAuth(t *testing.T) {
	t.Parallel()
	w := newWorld(t, "", nil)
	p := w.visits("alice", appPage)
	p.goes(flow.Continue)
	p.chooses(oauthBank)
	if p.at(flow.PaneOAuth); p.view.OAuthWay != flow.ByPage {
		t.Errorf("goes by %s", p.view.OAuthWay)
	}
	p.goes(flow.OpenOAuth)
	state := p.view.OAuthState
	p.banks(outcome("success"))
	b := p.banks(allow(2))
	old := p.key
	p.key = b.Next
	p.looks()
	p.goes(flow.Return)
	p.at(flow.PaneConnected)
	for _, key := range []string{old, "", p.key + "x"} {
		if _, err := w.Look(t.Context(), key); !errors.Is(err, linksession.ErrNoSession) {
			t.Errorf("the key %q leads to %v", key, err)
		}
		if _, err := w.Act(t.Context(), key, flow.Step{Action: flow.Continue}); !errors.Is(err, linksession.ErrNoSession) {
			t.Errorf("a step by the key %q: %v", key, err)
		}
	}
	if _, err := w.LookAtBank(t.Context(), state); !errors.Is(err, linksession.ErrNoSession) {
		t.Errorf("the bank's page afterwards: %v", err)
	}
	p.goes(flow.Continue)
	if list := p.toldApp(); len(list) != 1 || len(list[0].Accounts) != 2 || list[0].Institution.ID != oauthBank {
		t.Errorf("told of %+v", list)
	}
}
