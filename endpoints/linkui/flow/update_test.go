package flow_test

import (
	"errors"
	"slices"
	"testing"

	"github.com/gingham-dev/gingham/endpoints/linkui/flow"
	"github.com/gingham-dev/gingham/ledger"
	"github.com/gingham-dev/gingham/models"
	"github.com/gingham-dev/gingham/models/plaiderr"
	"github.com/gingham-dev/gingham/store"
)

// broken links an Item whose person must sign in again.
func (w *world) broken(l ledger.LinkRequest) (token string, h *store.Head) {
	w.t.Helper()
	token, h = w.Link(l)
	must(w.t, w.Ledger.ResetLogin(w.t.Context(), h))
	return token, h
}

func (w *world) head(h *store.Head) *store.Head {
	w.t.Helper()
	h, err := w.Store.Head(w.t.Context(), h.Client, h.ID)
	must(w.t, err)
	return h
}

func masks(list []models.Account) (out []string) {
	for _, a := range list {
		out = append(out, a.Mask)
	}
	return out
}

func TestUpdate(t *testing.T) {
	w := newWorld(t, "", nil)
	access, h := w.broken(ledger.LinkRequest{})
	p := w.opens(flow.Opening{LinkToken: w.token(`"access_token":"` + access + `"`)})
	p.goes(flow.Continue)
	p.signsIn("user_yuppie", "x") // somebody else
	if p.at(flow.PaneAnswer); p.view.CanGoBack || p.view.Institution.ID != bank {
		t.Errorf("%+v", p.view)
	}
	p.signsIn("user_good", "pass_good")
	p.at(flow.PaneConnected)
	p.goes(flow.Continue)
	p.wantEvents(`
		OPEN
		VIEW CONSENT
		VIEW CREDENTIAL
		SUBMIT_CREDENTIALS
		VIEW LOADING
		ERROR INVALID_CREDENTIALS
		VIEW CREDENTIAL
		SUBMIT_CREDENTIALS
		VIEW LOADING
		VIEW CONNECTED
		HANDOFF`)
	if m := p.session().Events[0].Metadata; m.UpdateMode != "true" || m.InstitutionID != bank {
		t.Errorf("OPEN tells %+v", m)
	}
	after := w.head(h)
	if after.Item.Error != nil || len(after.Accounts) != len(h.Accounts) || !slices.Equal(after.Item.Products, h.Item.Products) {
		t.Errorf("mended: %+v", after.Item)
	}
	r := p.session().Results[0]
	if r.Item != h.ID || len(r.Accounts) != len(h.Accounts) {
		t.Errorf("result %+v", r)
	}
	if _, err := w.Tokens.Lookup(t.Context(), h.Client, store.PublicToken, r.PublicToken); err != nil {
		t.Errorf("its public token: %v", err)
	}
}

func TestUpdateAccounts(t *testing.T) {
	w := newWorld(t, "", nil)
	first := w.atAccounts()
	first.shares("0000")
	h := w.head(&store.Head{Client: "5f0e2a6c9b1d4e8f7a3c2b1d", ID: first.session().Results[0].Item})
	if got := masks(h.Accounts); !slices.Equal(got, []string{"0000"}) {
		t.Fatalf("linked %v", got)
	}
	// One account of the person's is news.
	h, err := w.Ledger.Update(t.Context(), h.Client, h.ID, func(next *store.Head) error {
		next.Item.Unclaimed = false
		next.Item.Offered = slices.DeleteFunc(next.Item.Offered, func(key string) bool { return key == next.Item.Offered[len(next.Item.Offered)-1] })
		return nil
	})
	must(t, err)
	access := w.Issue(store.Token{Client: h.Client, Kind: store.AccessToken, Item: h.ID})
	p := w.opens(flow.Opening{LinkToken: w.token(`"access_token":"` + access + `","products":["identity"],"update":{"account_selection_enabled":true}`)})
	p.goes(flow.Continue)
	p.signsIn("user_good", "pass_good")
	p.at(flow.PaneAccounts)
	var chosen, news []string
	for _, a := range p.view.Accounts {
		if a.Chosen {
			chosen = append(chosen, a.Mask)
		}
		if a.New {
			news = append(news, a.Mask)
		}
	}
	if !slices.Equal(chosen, []string{"0000"}) || !slices.Equal(news, []string{"9999"}) {
		t.Errorf("chosen %v, new %v", chosen, news)
	}
	p.shares("1111", "9999")
	p.goes(flow.Continue)
	p.wantEvents(`
		OPEN
		VIEW CONSENT
		VIEW CREDENTIAL
		SUBMIT_CREDENTIALS
		VIEW LOADING
		VIEW SELECT_ACCOUNT
		VIEW CONNECTED
		HANDOFF`)
	after := w.head(h)
	if got := masks(after.Accounts); !slices.Equal(got, []string{"1111", "9999"}) || !after.Item.HasProduct(models.ProductIdentity) {
		t.Errorf("mended with accounts %v and %v", got, after.Item.Products)
	}
	if after.Item.Webhook != h.Item.Webhook {
		t.Errorf("the webhook became %q", after.Item.Webhook)
	}
}

func TestUpdateOfSeveral(t *testing.T) {
	w := newWorld(t, "", nil)
	a, first := w.broken(ledger.LinkRequest{})
	b, second := w.broken(ledger.LinkRequest{Institution: "ins_109511"})
	p := w.opens(flow.Opening{LinkToken: w.token(`"access_tokens":["` + a + `","` + b + `"]`)})
	p.goes(flow.Continue)
	p.signsIn("user_good", "pass_good")
	if p.at(flow.PaneConnected); !p.view.More {
		t.Error("nothing more to mend")
	}
	p.goes(flow.Continue)
	if p.at(flow.PaneAnswer); p.view.Institution.ID != "ins_109511" {
		t.Errorf("at %s", p.view.Institution.ID)
	}
	p.signsIn("user_good", "pass_good")
	if p.at(flow.PaneConnected); p.view.More {
		t.Error("more to mend")
	}
	p.goes(flow.Continue)
	p.at(flow.PaneDone)
	if w.head(first).Item.Error != nil || w.head(second).Item.Error != nil || len(p.session().Results) != 2 {
		t.Errorf("mended %+v", p.session().Results)
	}
}

// TestUpdateOfRemoved checks Items that are removed before and while they are mended.
func TestUpdateOfRemoved(t *testing.T) {
	w := newWorld(t, "", nil)
	access, h := w.broken(ledger.LinkRequest{})
	token := w.token(`"access_token":"` + access + `"`)
	p := w.opens(flow.Opening{LinkToken: token})
	p.goes(flow.Continue)
	must(t, w.Ledger.Remove(t.Context(), h))
	p.signsIn("user_good", "pass_good")
	if p.at(flow.PaneError); p.view.Failure.Code != "ITEM_NOT_FOUND" || p.view.CanRetry || p.view.CanGoBack {
		t.Errorf("%+v", p.view)
	}
	if _, err := w.Open(t.Context(), flow.Opening{LinkToken: token, Mode: flow.Webview}); !errors.Is(err, plaiderr.ItemRemoved()) {
		t.Errorf("opened for it: %v", err)
	}
}
