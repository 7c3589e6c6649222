// Package sandbox is the provider of test data: institutions that do not
// exist, and people whose accounts and transactions are a pure function of who
// they are, of the day on which they were linked, of the clock, and of what a
// tester asked for since (refreshes, added and edited rows, a custom user's JSON,
// a login that is to be broken).
//
// Two calls with equal connections and clocks return equal bytes, in any
// process, at any time; nothing is remembered between calls.
//
// Three kinds of people live here. user_good is static, as Plaid's is: its
// balances do not follow its transactions. The lives of fixtures go on: rows
// come as days pass and on refreshes, and balances add up (see life). A custom
// user is what its JSON says (see custom).
package sandbox

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"github.com/gingham-dev/gingham/fixtures"
	"github.com/gingham-dev/gingham/models"
	"github.com/gingham-dev/gingham/providers"
)

// Name is the provider's name.
const Name = "sandbox"

// The contract that Provider keeps.
var (
	_ providers.Provider            = (*Provider)(nil)
	_ providers.IdentityProvider    = (*Provider)(nil)
	_ providers.NumbersProvider     = (*Provider)(nil)
	_ providers.InvestmentsProvider = (*Provider)(nil)
	_ providers.LiabilitiesProvider = (*Provider)(nil)
	_ providers.StatementsProvider  = (*Provider)(nil)
	_ providers.TransactionCreator  = (*Provider)(nil)
	_ providers.TransactionEditor   = (*Provider)(nil)
	_ providers.LoginResetter       = (*Provider)(nil)
	_ providers.Enricher            = (*Provider)(nil)
)

// Provider is the sandbox. It is safe for concurrent use.
type Provider struct {
	set          *fixtures.Set
	list         []models.Institution
	institutions map[models.InstitutionID]*models.Institution
	good         *good
	loginLasts   time.Duration
}

// degraded is the institution that has trouble.
const degraded models.InstitutionID = "ins_132363"

// Options are what can be chosen of a sandbox.
type Options struct {
	// LoginLasts is after how long a login that is linked stops working, until the
	// person signs in again; 0 is never.
	LoginLasts time.Duration
}

// New makes a sandbox over a loaded set of fixtures, which it shares.
func New(set *fixtures.Set, o Options) *Provider {
	p := &Provider{
		set: set, list: slices.Clone(set.Institutions),
		institutions: make(map[models.InstitutionID]*models.Institution, len(set.Institutions)), loginLasts: o.LoginLasts,
	}
	for i := range p.list {
		in := &p.list[i]
		p.institutions[in.ID] = in
		switch {
		case in.Unavailable == string(providers.InstitutionDown):
			in.Health = models.Down
		case in.ID == degraded:
			in.Health = models.Degraded
		default:
			in.Health = models.Healthy
		}
	}
	p.good = newGood(p)
	return p
}

// Info says that every answer holds all transactions of the window asked for.
func (p *Provider) Info() providers.Info {
	return providers.Info{Name: Name, Mode: providers.Snapshot}
}

// Institutions lists the institutions of the sandbox.
func (p *Provider) Institutions() []models.Institution { return p.list }

// persona is a person's data as a view sees it.
type persona interface {
	accounts(v *view, by moves) []models.Account
	// transactions are those from a day on, and what is to come of them.
	transactions(v *view, from models.Date) ([]models.Transaction, []coming)
	// past are the rows that had posted, from a day on, before those of transactions
	// begin. Statements alone tell of them.
	past(v *view, from models.Date) []models.Transaction
	// describe fills in what a transaction's description and direction tell of it.
	describe(known *meanings, t *models.Transaction)
	owners(v *view) []models.AccountOwners
	numbers(v *view) []models.AccountNumbers
	investments(v *view, from models.Date) models.Investments
	liabilities(v *view) models.Liabilities
}

// coming is a day on which transactions change by themselves, if it is after today:
// the row of that key posts, or, where there is none, any other reason.
type coming struct {
	key string
	day models.Date
}

// view is a connection at a moment.
type view struct {
	*state
	now         time.Time
	today       models.Date
	institution *models.Institution
	country     string
	currency    models.Currency
}

// open reads a connection's state and finds the person it is of. A login that no
// longer works is a LoginRequired error.
func (p *Provider) open(c providers.Conn) (*view, persona, error) {
	st, err := readState(c.State)
	if err != nil {
		return nil, nil, err
	}
	in := p.institutions[c.Institution]
	if in == nil {
		return nil, nil, &providers.Error{
			Kind: providers.InstitutionGone, Scope: "item", Detail: "no such institution in the sandbox",
		}
	}
	if err := st.check(c.Now); err != nil {
		return nil, nil, err
	}
	v := &view{
		state: st, now: c.Now, today: models.DateOf(c.Now), institution: in,
		country: in.Countries[0], currency: currencyOf(in.Countries[0]),
	}
	who, err := p.persona(st)
	return v, who, err
}

// persona finds the person that a state is of.
func (p *Provider) persona(st *state) (persona, error) {
	switch {
	case st.User == userCustom:
		return p.custom(st)
	case p.set.Life(st.User) != nil:
		return &life{p: p, Life: p.set.Life(st.User), user: st.User}, nil
	case isGood(st.User):
		return p.good, nil
	}
	return nil, fmt.Errorf("sandbox: state of unknown user %q", st.User)
}

// Status is nil until the login expires or is reset; then it is a LoginRequired error.
func (p *Provider) Status(_ context.Context, c providers.Conn) error {
	_, _, err := p.open(c)
	return err
}

// Disconnect has nothing to tell.
func (p *Provider) Disconnect(context.Context, providers.Conn) error { return nil }

// Accounts lists the person's accounts with their balances at c.Now.
func (p *Provider) Accounts(_ context.Context, c providers.Conn) ([]models.Account, error) {
	v, who, err := p.open(c)
	if err != nil {
		return nil, err
	}
	by, err := p.moved(v, who)
	if err != nil {
		return nil, err
	}
	return who.accounts(v, by), nil
}

// SyncTransactions lists every transaction since req.From as it stands at c.Now.
// A refresh is counted in the state that it returns.
func (p *Provider) SyncTransactions(_ context.Context, c providers.Conn, req providers.SyncRequest) (providers.SyncResult, error) {
	v, who, err := p.open(c)
	if err != nil {
		return providers.SyncResult{}, err
	}
	var res providers.SyncResult
	if _, lives := who.(*life); lives && req.Refresh {
		v.refresh(v.today)
		if res.State, err = v.encode(); err != nil {
			return providers.SyncResult{}, err
		}
	}
	seen, err := p.overlay(v, who, req.From)
	if err != nil {
		return providers.SyncResult{}, err
	}
	res.Transactions, res.NextChange = seen.rows, seen.next.Time()
	return res, nil
}

// CreateTransactions adds rows to the first depository account of a user that
// takes them, and counts as a refresh. Any other user gives an Unsupported error.
func (p *Provider) CreateTransactions(_ context.Context, c providers.Conn, rows []providers.NewTransaction) (json.RawMessage, error) {
	v, who, err := p.open(c)
	if err != nil {
		return nil, err
	}
	if l, ok := who.(*life); !ok || !l.Refresh.Create {
		return nil, &providers.Error{
			Kind: providers.Unsupported, Scope: "item", Detail: "this test user does not take transactions",
		}
	}
	v.refresh(v.today)
	for _, r := range rows {
		v.Created = append(v.Created, createdRow{
			Transacted: r.Transacted, Posted: r.Posted, Amount: r.Amount, Description: r.Description, Currency: r.Currency,
			After: len(v.Refreshes),
		})
	}
	return v.encode()
}

// EditTransactions adds, changes and removes rows of any user. A row is known by
// its key, pending or posted alike. What can't be done is an InvalidInput error whose
// Detail begins with the place, as transactions[3].account_id.
func (p *Provider) EditTransactions(_ context.Context, c providers.Conn, edits []providers.TransactionEdit) (json.RawMessage, error) {
	v, who, err := p.open(c)
	if err != nil {
		return nil, err
	}
	d, err := p.draft(v, who)
	if err != nil {
		return nil, err
	}
	for i := range edits {
		if err := d.make(i, &edits[i]); err != nil {
			return nil, err
		}
	}
	if err := v.setEdits(d.edits); err != nil {
		return nil, err
	}
	return v.encode()
}

// ResetLogin breaks the login. One that is broken already can be reset as well.
func (p *Provider) ResetLogin(_ context.Context, c providers.Conn) (json.RawMessage, error) {
	st, err := readState(c.State)
	if err != nil {
		return nil, err
	}
	st.Reset = true
	return st.encode()
}

// Owners tells who owns each account.
func (p *Provider) Owners(_ context.Context, c providers.Conn) ([]models.AccountOwners, error) {
	v, who, err := p.open(c)
	if err != nil {
		return nil, err
	}
	return who.owners(v), nil
}

// Numbers tells the numbers of each account that has any.
func (p *Provider) Numbers(_ context.Context, c providers.Conn) ([]models.AccountNumbers, error) {
	v, who, err := p.open(c)
	if err != nil {
		return nil, err
	}
	return who.numbers(v), nil
}

// Investments tells what the investment accounts hold, and what they did since from.
func (p *Provider) Investments(_ context.Context, c providers.Conn, from models.Date) (models.Investments, error) {
	v, who, err := p.open(c)
	if err != nil {
		return models.Investments{}, err
	}
	return who.investments(v, from), nil
}

// Liabilities tells the terms of the cards and loans.
func (p *Provider) Liabilities(_ context.Context, c providers.Conn) (models.Liabilities, error) {
	v, who, err := p.open(c)
	if err != nil {
		return models.Liabilities{}, err
	}
	return who.liabilities(v), nil
}
