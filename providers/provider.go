// Package providers is the contract between Gingham and the sources of a
// person's data: the sandbox, bank files, other aggregators.
//
// A provider has a small required core, Provider, and optional interfaces that
// are found by type assertion. Adapters speak the domain: exact decimals,
// Plaid's signs already applied, their own keys. They never make Plaid ids:
// the ledger does.
//
// Every error an adapter returns for a reason upstream is an *Error; anything
// else is taken for a fault of ours.
package providers

import (
	"context"
	"encoding/json"
	"time"

	"github.com/gingham-dev/gingham/models"
)

// Provider is a source of data. Implementations are safe for concurrent use.
type Provider interface {
	// Info says what the provider is and can do. It is constant.
	Info() Info
	// Institutions lists every institution it connects to, in a fixed order.
	// The slice is shared: do not change it.
	Institutions() []models.Institution
	// BeginConnect starts linking an institution. The returned Step either asks
	// for something or is Done.
	BeginConnect(ctx context.Context, req ConnectRequest) (Step, error)
	// ContinueConnect answers the step that a session is at.
	ContinueConnect(ctx context.Context, session []byte, answer Answer) (Step, error)
	// Status asks the upstream whether a connection still works: nil, or an *Error that says why not.
	Status(ctx context.Context, c Conn) error
	// Accounts fetches accounts with their balances, in the institution's order.
	Accounts(ctx context.Context, c Conn) ([]models.Account, error)
	// SyncTransactions fetches what the request asks for.
	SyncTransactions(ctx context.Context, c Conn, req SyncRequest) (SyncResult, error)
	// Disconnect tells the upstream that the connection is over.
	Disconnect(ctx context.Context, c Conn) error
}

// Info describes a provider.
type Info struct {
	// Name is its short name, as "sandbox".
	Name string
	// Mode is how it tells what changed.
	Mode SyncMode
	// LooseKeys says that its keys of transactions can be missing, repeated, or given
	// anew to others. The ledger then tells transactions apart by what they say, and
	// keeps each under the key that it had first. To a posted transaction it finds
	// the pending one that it was.
	LooseKeys bool
	// Bare says that its transactions have little more than what the bank wrote: merchants
	// and categories are to be found out.
	Bare bool
	// Budget is how often a day, in UTC, a connection may be asked for accounts, transactions
	// or investments; each call asks once. 0 is as often as one likes. The ledger counts.
	Budget int
}

// SyncMode is how a provider tells what changed.
type SyncMode int

// The modes.
const (
	// Snapshot: an answer, with all its pages, holds all transactions since a day;
	// what is missing from it is gone.
	Snapshot SyncMode = iota
	// Delta: an answer holds what changed since the connection's state.
	Delta
)

// Conn is a connection to one login.
type Conn struct {
	Institution models.InstitutionID
	// State is the adapter's own, as it last returned it; kept sealed.
	State json.RawMessage
	// Now is the time of the call on the injected clock.
	Now time.Time
	// Products are those the Item uses.
	Products []models.Product
	// Fresh asks Accounts for balances of this moment, rather than for those that the
	// upstream has.
	Fresh bool
}

// ConnectRequest asks to link an institution.
type ConnectRequest struct {
	Institution models.InstitutionID
	Products    []models.Product
	Now         time.Time
	// Seed is random per Item; a deterministic provider derives what should
	// differ between two Items of the same login from it.
	Seed uint64
	// Credentials are given at once where they are known already (the sandbox's
	// own endpoints); nil asks for a Step that wants them.
	Credentials map[string]string
	// State is of the connection to mend, whose data goes on; nil is a new one.
	State json.RawMessage
	// ChooseAccounts says that the person who mends it may share other accounts than before.
	ChooseAccounts bool
	// ReturnURL is where a person who is sent elsewhere (StepRedirect) is to come back to:
	// what its query has then are the Values of the next Answer. "" is nowhere.
	ReturnURL string
}

// StepKind is what a step of linking wants.
type StepKind string

// The kinds of steps.
const (
	StepCredentials StepKind = "credentials"
	StepDevice      StepKind = "device"     // choose where a code is sent
	StepCode        StepKind = "code"       // enter the code
	StepQuestions   StepKind = "questions"  // answer in words
	StepSelections  StepKind = "selections" // answer by choosing
	StepRedirect    StepKind = "redirect"   // sign in at RedirectURL
	StepToken       StepKind = "token"      // paste a token
	StepUpload      StepKind = "upload"     // upload a file
	StepDone        StepKind = "done"
)

// Step is a state of linking.
type Step struct {
	Kind StepKind
	// Session is to be handed to ContinueConnect; kept sealed.
	Session []byte
	// Fields are what to ask for, one answer each.
	Fields []Field
	// RedirectURL is where to send the person (StepRedirect).
	RedirectURL string
	// State is the connection's first state (StepDone).
	State json.RawMessage
	// LoginExpiresAt is when the login stops working unless the person signs in
	// again, ConsentExpiresAt when he must agree again; zero is unknown (StepDone).
	LoginExpiresAt, ConsentExpiresAt time.Time
	// NextChange is when anything but transactions would differ without anybody
	// asking; zero is unknown (StepDone).
	NextChange time.Time
}

// Field is one thing asked of a person.
type Field struct {
	Name   string
	Label  string
	Secret bool
	// Options are the choices of a selection.
	Options []string
}

// Answer is a person's answer to a step, by field name.
type Answer struct {
	Now    time.Time
	Values map[string]string
	File   []byte
}

// SyncRequest asks for transactions.
type SyncRequest struct {
	// From is the oldest date wanted.
	From models.Date
	// Refresh says that the client asked for fresh data, rather than that time passed.
	Refresh bool
}

// SyncResult is what a provider answers.
type SyncResult struct {
	// Transactions are, in Snapshot mode, all of the window; in Delta mode the
	// added and the modified. In any order. A page may repeat what one before it said.
	Transactions []models.Transaction
	// Since is, in Snapshot mode, the day from which on all pages so far together hold
	// all there are; "" is SyncRequest.From.
	Since models.Date
	// Untold are the keys of accounts that the answer says nothing of: the institution
	// failed to tell, or the person withdrew them (Snapshot mode).
	Untold []string
	// Accounts are the accounts with their balances, where the answer has them too; nil
	// has the ledger ask for them.
	Accounts []models.Account
	// Removed are keys of rows that are gone (Delta mode).
	Removed []string
	// State replaces the connection's state; nil leaves it.
	State json.RawMessage
	// More says that another call will bring more.
	More bool
	// Readiness is how much of the history the upstream has by now.
	Readiness Readiness
	// NextChange is when the answer would differ without anybody asking (a pending row
	// posts, a payment arrives); zero is unknown.
	NextChange time.Time
}

// Readiness is how much of the history of transactions an upstream has.
type Readiness int

// How much there is.
const (
	// AllHistory: all that there will be.
	AllHistory Readiness = iota
	// RecentHistory: the last 30 days; more is to come.
	RecentHistory
	// NoHistory: nothing yet.
	NoHistory
)

// Notified is a provider whose upstream tells that there is something new.
type Notified interface {
	// Key is the upstream's own name of a connection, by which it tells. It asks nobody.
	Key(c Conn) (string, error)
}

// IdentityProvider tells who owns accounts.
type IdentityProvider interface {
	Owners(ctx context.Context, c Conn) ([]models.AccountOwners, error)
}

// NumbersProvider tells account and routing numbers.
type NumbersProvider interface {
	Numbers(ctx context.Context, c Conn) ([]models.AccountNumbers, error)
}

// InvestmentsProvider tells securities, holdings and investment transactions.
type InvestmentsProvider interface {
	Investments(ctx context.Context, c Conn, from models.Date) (models.Investments, error)
}

// LiabilitiesProvider tells the terms of cards and loans.
type LiabilitiesProvider interface {
	Liabilities(ctx context.Context, c Conn) (models.Liabilities, error)
}

// FileTaker is a provider whose data come in files that people or scripts upload, one
// after the other.
type FileTaker interface {
	// TakeFile returns the connection's new state, in which a further file's data are
	// there at the next SyncTransactions, and what is to be told of them. Nothing
	// that is there already is lost. An *Error of kind InvalidInput says what is wrong with
	// the file: its Detail names the line.
	TakeFile(ctx context.Context, c Conn, file File) (json.RawMessage, FileReport, error)
}

// File is a file that was uploaded.
type File struct {
	// Name is the file's own, or "".
	Name string
	Data []byte
	// Mapping says what the columns of a table are, as the adapter proposed it or as it
	// was kept; nil has the adapter find out.
	Mapping json.RawMessage
}

// FileReport says what was read of a file.
type FileReport struct {
	Format string `json:"format"` // as OFX
	// Accounts and Transactions count what the file has, whether or not it was known already.
	Accounts     int `json:"accounts"`
	Transactions int `json:"transactions"`
	// Warnings are what could not be read, for a person to see.
	Warnings []string `json:"warnings"`
}

// TransactionCreator lets a tester add transactions (the sandbox's own endpoint).
type TransactionCreator interface {
	// CreateTransactions returns the connection's new state, in which the rows
	// are there at the next SyncTransactions. An *Error of kind Unsupported says
	// that this login does not take them.
	CreateTransactions(ctx context.Context, c Conn, rows []NewTransaction) (json.RawMessage, error)
}

// NewTransaction is a transaction that a tester adds.
type NewTransaction struct {
	Transacted, Posted models.Date
	Amount             models.Decimal
	Description        string
	Currency           string
}

// TransactionEditor lets a tester change an Item's transactions as if the
// institution had.
type TransactionEditor interface {
	// EditTransactions returns the connection's new state, in which the edits are
	// made at the next SyncTransactions, the earlier ones first. An *Error of kind
	// InvalidInput says what can't be done, and then nothing is: its Detail begins
	// with the place, as transactions[3].account_id.
	EditTransactions(ctx context.Context, c Conn, edits []TransactionEdit) (json.RawMessage, error)
}

// TransactionEdit adds a transaction (Key is ""), removes one, or changes what
// is not nil of one.
type TransactionEdit struct {
	Key    string
	Remove bool
	// AccountKey is the account of a row that is added.
	AccountKey string
	// Transacted and Posted are its days: it is pending until the latter has come.
	Transacted, Posted *models.Date
	Amount             *models.Decimal
	Description        *string
	// Currency is an ISO-4217 code.
	Currency *string
}

// LoginResetter lets a tester break a login.
type LoginResetter interface {
	// ResetLogin returns the connection's new state, in which everything fails as
	// LoginRequired until the person signs in again.
	ResetLogin(ctx context.Context, c Conn) (json.RawMessage, error)
}

// Enricher is a provider that can fill in what it knows of a bare description:
// merchant, category, counterparties (Plaid's Enrich).
type Enricher interface {
	Enrich(ctx context.Context, t *models.Transaction)
}
