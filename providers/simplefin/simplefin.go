// Package simplefin is the provider of what people share through SimpleFIN: a person
// gives his banks to a SimpleFIN server (the Bridge, or a bank's own), gets a setup
// token there, and pastes it in Link. The token is good once: it is changed for an
// access URL, with which balances and transactions are read until he revokes it.
//
// A server may have several banks behind one access URL. An Item is one of them: where
// there are more, Link asks which, and each further one takes a setup token of its own.
//
// Both versions of the protocol are understood. Version 2 is asked for; a server that
// knows only 1 ignores that, and its organisations stand for connections.
//
// What SimpleFIN doesn't tell is presumed or left open: types of accounts come from
// holdings, settings or names (see kinds.go); merchants, limits and numbers are unknown.
package simplefin

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"time"

	"github.com/gingham-dev/gingham/models"
	"github.com/gingham-dev/gingham/providers"
	"github.com/gingham-dev/gingham/providers/upstream"
)

// Name is the provider's name, Institution the one institution that it has.
const (
	Name                             = "simplefin"
	Institution models.InstitutionID = "ins_simplefin"
)

const (
	// maxWindow is how many days a server may be asked for at once, in days, and
	// dailyBudget how often a day it may be asked: the Bridge's limits.
	maxWindow   = 90
	dailyBudget = 24
	// refreshEvery is how often data is fetched without anybody asking: banks are read
	// by the Bridge about once a day.
	refreshEvery = 6 * time.Hour
)

// The contract that Provider keeps.
var (
	_ providers.New                 = New
	_ providers.Provider            = (*Provider)(nil)
	_ providers.InvestmentsProvider = (*Provider)(nil)
)

// Provider speaks to SimpleFIN servers. It is safe for concurrent use.
type Provider struct {
	client       *upstream.Client
	institutions []models.Institution
	hosts        []string
	window       int
	budget       int
	refresh      time.Duration
	kinds        kinds
	log          *slog.Logger
}

// settings are the provider's block of the configuration.
type settings struct {
	// Hosts are the servers whose tokens are taken, as "bridge.simplefin.org"; none is all.
	Hosts []string `json:"hosts"`
	// Countries are those that people find it in, as "US".
	Countries []string `json:"countries"`
	// WindowDays is how much is asked for at once, 1 to 90 days.
	WindowDays int `json:"window_days"`
	// Budget is how often a day an Item may be asked about; 0 is as often as one likes.
	Budget int `json:"budget"`
	// Refresh is how often data is fetched without anybody asking, as "6h".
	Refresh string `json:"refresh"`
	// Timeout is how long a server may take, as "15s".
	Timeout string `json:"timeout"`
	// MaxReplyMB is how long an answer may be, in MiB.
	MaxReplyMB int64 `json:"max_reply_mb"`
	// AccountTypes say what accounts are, where names mislead.
	AccountTypes []accountType `json:"account_types"`
	// Presume is the type that an account gets of which nothing tells one.
	Presume accountType `json:"presume"`
}

// New makes the provider. It fails for settings that are none, or out of bounds.
func New(s providers.Settings, around providers.Surroundings) (providers.Provider, error) {
	o := settings{
		Countries: []string{"US", "CA"}, WindowDays: maxWindow, Budget: dailyBudget, Refresh: refreshEvery.String(),
		Timeout: upstream.DefaultTimeout.String(), MaxReplyMB: upstream.DefaultMaxReply >> 20,
		Presume: accountType{Type: models.OtherType, Subtype: "other"},
	}
	if err := s.Decode(&o); err != nil {
		return nil, err
	}
	refresh, err := time.ParseDuration(o.Refresh)
	if err != nil {
		return nil, fmt.Errorf("simplefin: refresh: %w", err)
	}
	timeout, err := time.ParseDuration(o.Timeout)
	if err != nil {
		return nil, fmt.Errorf("simplefin: timeout: %w", err)
	}
	switch {
	case o.WindowDays < 1 || o.WindowDays > maxWindow:
		return nil, fmt.Errorf("simplefin: window_days is %d, not 1 to %d", o.WindowDays, maxWindow)
	case o.Budget < 0 || refresh <= 0 || timeout <= 0 || o.MaxReplyMB <= 0:
		return nil, errors.New("simplefin: budget, refresh, timeout and max_reply_mb are not negative, and but for budget not 0")
	}
	known, err := newKinds(o.AccountTypes, o.Presume)
	if err != nil {
		return nil, err
	}
	p := &Provider{
		client: upstream.New(upstream.Options{
			Timeout: timeout, MaxReply: o.MaxReplyMB << 20, Now: around.Now,
			AllowLoopback: around.AllowLoopback, AllowPrivate: around.AllowPrivate,
		}),
		institutions: []models.Institution{{
			ID: Institution, Name: "SimpleFIN Bridge", URL: "https://bridge.simplefin.org", PrimaryColor: "#1f5f4a",
			Countries: o.Countries, Health: models.HealthUnknown,
			Products: []models.Product{
				models.ProductBalance, models.ProductInvestments, models.ProductRecurring, models.ProductTransactions, models.ProductTransactionsRefresh,
			},
		}},
		window: o.WindowDays, budget: o.Budget, refresh: refresh, kinds: known, log: around.Log,
	}
	for _, host := range o.Hosts {
		p.hosts = append(p.hosts, strings.ToLower(host))
	}
	if p.log == nil {
		p.log = slog.New(slog.DiscardHandler)
	}
	return p, nil
}

// Info says that an answer holds all of its days, that ids of transactions can't be relied
// on (the Bridge gives whole blocks new ones), and how often a day a server may be asked.
func (p *Provider) Info() providers.Info {
	return providers.Info{Name: Name, Mode: providers.Snapshot, LooseKeys: true, Bare: true, Budget: p.budget}
}

// Institutions lists the one institution: which banks a person has is for him to tell.
func (p *Provider) Institutions() []models.Institution { return p.institutions }

// Status asks for balances, and is nil where they come.
func (p *Provider) Status(ctx context.Context, c providers.Conn) error {
	_, err := p.Accounts(ctx, c)
	return err
}

// Disconnect has nothing to tell: only the person can revoke access, at the server.
func (p *Provider) Disconnect(context.Context, providers.Conn) error { return nil }

// Accounts lists the bank's accounts with their balances.
func (p *Provider) Accounts(ctx context.Context, c providers.Conn) ([]models.Account, error) {
	st, err := readState(c.State)
	if err != nil {
		return nil, err
	}
	told, err := p.ask(ctx, st, query{balancesOnly: true})
	if err != nil {
		return nil, err
	}
	return told.list, nil
}

// told is what an answer says of an Item's bank.
type told struct {
	// raw are the bank's accounts as the server tells them.
	raw []account
	// list are its accounts, those too that the server had trouble with, as they were last.
	list []models.Account
	// known are all accounts that the bank ever had, as last told.
	known []models.Account
	// untold are the keys of the accounts of which the answer may lack something; lacking
	// says that it does so by a fault, rather than that an account is there no more.
	untold  []string
	lacking bool
}

// ask asks about an Item's bank and judges the answer.
func (p *Provider) ask(ctx context.Context, st *state, q query) (*told, error) {
	set, err := p.get(ctx, st.Access, q)
	if err != nil {
		return nil, err
	}
	return p.tell(ctx, set, st)
}

// tell is what an answer says of an Item's bank. Errors are those that the answer
// itself tells, and NoAccounts where the bank isn't in it any more.
func (p *Provider) tell(ctx context.Context, set *accountSet, st *state) (*told, error) {
	out := &told{known: slices.Clone(st.Accounts)}
	var here []string
	for i := range set.Accounts {
		a := &set.Accounts[i]
		switch at := slices.Index(here, a.ID); {
		case set.bankOf(a) != st.Bank.Key:
		case at >= 0: // told twice: with what either has
			out.raw[at].Transactions = slices.Concat(out.raw[at].Transactions, a.Transactions)
		default:
			here = append(here, a.ID)
			out.raw = append(out.raw, *a)
		}
	}
	trouble, err := p.judge(ctx, set, st, here)
	if err != nil {
		return nil, err
	}
	for i := range out.raw {
		a := p.account(&out.raw[i], st)
		out.list = append(out.list, a)
		if at := keyAt(out.known, a.Key); at >= 0 {
			out.known[at] = a
		} else {
			out.known = append(out.known, a)
		}
	}
	for _, a := range out.known {
		missing, failed := !slices.Contains(here, a.Key), trouble.with(a.Key)
		if missing || failed {
			out.untold = append(out.untold, a.Key)
		}
		// What the server had trouble with is still there; what it doesn't speak of is not.
		if missing && failed {
			out.list = append(out.list, a)
		}
		out.lacking = out.lacking || failed
	}
	if len(out.list) == 0 {
		return nil, &providers.Error{
			Kind: providers.NoAccounts, Scope: "item", UserAction: true, Detail: "the server has no account of this bank any more",
		}
	}
	return out, nil
}

// keyAt is the place of the account of a key, or -1.
func keyAt(list []models.Account, key string) int {
	return slices.IndexFunc(list, func(a models.Account) bool { return a.Key == key })
}
