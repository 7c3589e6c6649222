package flow_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/gingham-dev/gingham/endpoints/linkui/flow"
	"github.com/gingham-dev/gingham/models"
)

// TestAllowedAccounts checks which accounts products and filters leave to choose.
func TestAllowedAccounts(t *testing.T) {
	w := newWorld(t, "", nil)
	for members, want := range map[string]string{
		`"products":["transactions"]`: "0000 1111 2222 3333 4444 5555 6666 7777 8888 9001 9002 9999",
		`"products":["auth"]`:         "0000 1111 9002",
		`"products":["transactions"],"required_if_supported_products":["auth"]`:                                                                   "0000 1111 2222 3333 4444 5555 6666 7777 8888 9001 9002 9999",
		`"products":["auth"],"account_filters":{"depository":{"account_subtypes":["savings","cd"]}}`:                                              "1111",
		`"products":["transactions"],"account_filters":{"depository":{"account_subtypes":["all"]}}`:                                               "0000 1111 2222 4444 9001 9002",
		`"products":["transactions"],"account_filters":{"credit":{"account_subtypes":["credit card"]},"investment":{"account_subtypes":["ira"]}}`: "3333 5555 9999",
		`"products":["transactions"],"account_filters":{"loan":{"account_subtypes":["student"]}}`:                                                 "7777",
		`"products":["transactions"],"account_filters":{}`:                                                                                        "0000 1111 2222 3333 4444 5555 6666 7777 8888 9001 9002 9999",
	} {
		p := w.opens(flow.Opening{LinkToken: w.token(members)})
		p.goes(flow.Continue)
		p.chooses(bank)
		p.signsIn("user_good", "pass_good")
		p.at(flow.PaneAccounts)
		var got []string
		for _, a := range p.view.Accounts {
			got = append(got, a.Mask)
		}
		if slices.Sort(got); strings.Join(got, " ") != want {
			t.Errorf("%s: %s, want %s", members, got, want)
		}
	}
}

// TestChoice checks what a choice of accounts must be.
func TestChoice(t *testing.T) {
	for name, tt := range map[string]struct {
		selection flow.Selection
		first     int // how many are chosen at first
		shares    [][]string
		good      bool // whether the last is
	}{
		"none":        {flow.SelectSome, 0, [][]string{{}, {"nope"}}, false},
		"some":        {flow.SelectSome, 0, [][]string{{}, {"0000", "9002"}}, true},
		"one of one":  {flow.SelectOne, 0, [][]string{{"0000", "1111"}, {"1111"}}, true},
		"two of one":  {flow.SelectOne, 0, [][]string{{"0000", "1111"}}, false},
		"all, or not": {flow.SelectAll, 3, [][]string{{"0000"}}, true},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t, "", func(o *flow.Options) {
				o.Selection = func(name string) flow.Selection {
					if name != "mine" {
						t.Errorf("asked for %q", name)
					}
					return tt.selection
				}
			})
			p := w.opens(flow.Opening{LinkToken: w.token(`"products":["auth"],"link_customization_name":"mine"`)})
			p.goes(flow.Continue)
			p.chooses(bank)
			p.signsIn("user_good", "pass_good")
			first := 0
			for _, a := range p.view.Accounts {
				if a.Chosen {
					first++
				}
			}
			if first != tt.first || p.view.Selection != tt.selection {
				t.Errorf("%d chosen at first", first)
			}
			for i, masks := range tt.shares {
				p.shares(masks...)
				if good := tt.good && i == len(tt.shares)-1; good != (p.view.Pane == flow.PaneConnected) || good == p.view.Unchosen {
					t.Fatalf("%v leads to %s, unchosen %t", masks, p.view.Pane, p.view.Unchosen)
				}
			}
		})
	}
}

// TestWhatIsLinked checks the Item that comes of it all.
func TestWhatIsLinked(t *testing.T) {
	w := newWorld(t, "", nil)
	p := w.opens(flow.Opening{LinkToken: w.token(`"products":["transactions"],"required_if_supported_products":["auth","liabilities"],` +
		`"optional_products":["identity","investments"],"additional_consented_products":["assets"],"transactions":{"days_requested":90},"webhook":"https://app.example/hook"`)})
	p.goes(flow.Continue)
	p.chooses(bank)
	p.signsIn("user_good", "pass_good")
	p.shares("0000", "3333")
	r := p.session().Results[0]
	h, err := w.Store.Head(t.Context(), p.session().Client, r.Item)
	must(t, err)
	it := h.Item
	if want := []models.Product{"auth", "identity", "liabilities", "transactions"}; !slices.Equal(it.Products, want) {
		t.Errorf("products %v, want %v", it.Products, want)
	}
	if !it.Unclaimed || it.DaysRequested != 90 || it.Webhook != "https://app.example/hook" || len(it.Offered) != 12 {
		t.Errorf("%+v", it)
	}
	if got := masks(h.Accounts); !slices.Equal(got, []string{"0000", "3333"}) {
		t.Errorf("accounts %v", got)
	}
	if len(r.Accounts) != 2 || r.Accounts[0].ID != h.Accounts[0].ID || r.Accounts[0].Mask != "0000" {
		t.Errorf("result %+v", r)
	}
	again := w.opens(flow.Opening{LinkToken: w.token(`"products":["auth"]`)})
	again.goes(flow.Continue)
	again.chooses(bank)
	again.signsIn("user_good", "pass_good")
	again.shares("0000") // what is linked already can be linked again
	again.at(flow.PaneConnected)
}

func TestSearch(t *testing.T) {
	w := newWorld(t, "", nil)
	p := w.opens(flow.Opening{LinkToken: w.token(`"products":["transactions"]`)})
	p.goes(flow.Continue)
	find := func(query string) []string {
		t.Helper()
		list, _, err := w.Search(t.Context(), p.key, query)
		must(t, err)
		var ids []string
		for _, in := range list {
			ids = append(ids, string(in.ID))
		}
		return ids
	}
	if got := find("GINGHÁM"); len(got) == 0 || got[0] != "ins_109509" {
		t.Errorf("found %v", got)
	}
	if got := find("tartan dominion"); len(got) != 0 {
		t.Errorf("found %v in another country", got)
	}
	if got := find(" "); len(got) != 8 || got[0] != bank {
		t.Errorf("suggests %v", got)
	}
	for _, long := range []string{strings.Repeat("a", 5000), strings.Repeat("é", 60)} {
		if got := find(long); len(got) != 0 {
			t.Errorf("found %v", got)
		}
	}
	if got := find("b"); len(got) != 20 {
		t.Errorf("found %d", len(got))
	}
	p.chooses(bank)
	if got := find("bank"); got != nil {
		t.Errorf("found %v where there is nothing to choose", got)
	}
	lacking := w.opens(flow.Opening{LinkToken: w.token(`"products":["investments"]`)})
	lacking.goes(flow.Continue)
	p = lacking
	if got := find("source"); len(got) != 4 {
		t.Errorf("found %v of those that lack the product", got)
	}
}

// TestAccountFlows is about accounts that are not to be had.
func TestAccountFlows(t *testing.T) {
	goThrough(t, []scenario{
		{
			name: "no accounts", members: `"products":["identity"]`,
			goes: func(p *person) {
				p.goes(flow.Continue)
				p.chooses(emptyBank)
				p.signsIn("a", "b")
				p.goes(flow.Exit)
			},
			want: sent + `
				ERROR NO_ACCOUNTS
				VIEW ERROR
				EXIT NO_ACCOUNTS requires_credentials`,
			code: "NO_ACCOUNTS", status: "requires_credentials",
		},
		{
			name: "no account to pay to", members: withAuth + `,"account_filters":{"credit":{"account_subtypes":["all"]}}`,
			goes: func(p *person) {
				p.goes(flow.Continue)
				p.chooses(bank)
				p.signsIn("user_good", "pass_good")
				p.goes(flow.Exit)
			},
			want: sent + `
				ERROR NO_AUTH_ACCOUNTS
				VIEW ERROR
				EXIT NO_AUTH_ACCOUNTS requires_credentials`,
			code: "NO_AUTH_ACCOUNTS", status: "requires_credentials",
		},
		{
			name: "too long at the accounts", members: withAuth,
			goes: func(p *person) {
				p.goes(flow.Continue)
				p.chooses(bank)
				p.signsIn("user_good", "pass_good")
				p.Advance(6 * minute)
				p.shares("0000")
				p.at(flow.PaneError)
				p.goes(flow.Retry)
				p.at(flow.PaneAnswer)
				p.goes(flow.Exit)
			},
			want: sent + `
				VIEW SELECT_ACCOUNT
				ERROR USER_INPUT_TIMEOUT
				VIEW ERROR
				VIEW CREDENTIAL
				EXIT requires_credentials`,
			status: "requires_credentials",
		},
	})
}
