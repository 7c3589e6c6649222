package store

import (
	"encoding/json"
	"maps"
	"slices"
	"time"

	"github.com/gingham-dev/gingham/models"
)

// ItemRef names an Item and whose it is.
type ItemRef struct {
	Client models.ClientID `json:"client"`
	Item   models.ItemID   `json:"item"`
}

// Head is one Item: everything that changes together. It stays small (at most
// 64 KB at 100,000 transactions); what is bulky lies in blocks.
type Head struct {
	ID     models.ItemID   `json:"id"`
	Client models.ClientID `json:"client"`
	// Seq counts commits, from 1.
	Seq int64 `json:"seq"`
	// Commit is a random id of the commit that made this head, by which a
	// writer whose reply was lost can tell that it won.
	Commit string `json:"commit"`
	// Due is when background work on the Item is next due; zero is never.
	Due   time.Time `json:"due,omitzero"`
	Lease Lease     `json:"lease"`

	Item     models.Item      `json:"item"`
	Accounts []models.Account `json:"accounts"`
	// Provider names the adapter.
	Provider string `json:"provider"`

	Transactions TransactionLog `json:"transactions"`
	// Parts are the blocks of data that is rewritten whole, by name: the
	// connection's sealed state, owners, numbers….
	Parts map[string]BlockID `json:"parts,omitempty"`

	// Outbox holds events to be delivered. In a head given to Commit: those to append.
	Outbox []Event `json:"outbox,omitempty"`
}

// Lease is the right of one owner to work on an Item until a time. The fence
// rises with every lease, so that one who lost his can't commit.
type Lease struct {
	Owner string    `json:"owner,omitempty"`
	Until time.Time `json:"until,omitzero"`
	Fence int64     `json:"fence"`
}

// TransactionLog says where an Item's transactions lie.
type TransactionLog struct {
	// Seq is the head's Seq at the last change of any transaction; 0 is none yet.
	Seq int64 `json:"seq"`
	// InitialAt and HistoricalAt are when the first 30 days and when all history
	// became readable; zero is not yet.
	InitialAt    time.Time `json:"initial_at,omitzero"`
	HistoricalAt time.Time `json:"historical_at,omitzero"`
	// InitialDue and HistoricalDue are when they are to become readable; zero is at once.
	InitialDue    time.Time `json:"initial_due,omitzero"`
	HistoricalDue time.Time `json:"historical_due,omitzero"`
	// Streams are fingerprints of each account's recurring streams, where somebody asked for them.
	Streams map[models.AccountID]string `json:"streams,omitempty"`
	// Accounts are the accounts that ever had a transaction; blocks name an
	// account by its place in it, so that the list only ever grows.
	Accounts []models.AccountID `json:"accounts,omitempty"`
	// Views are the view blocks, newest dates first.
	Views []ViewRef `json:"views,omitempty"`
	// Changes are the change blocks, oldest first.
	Changes []ChangeRef `json:"changes,omitempty"`
}

// ViewRef refers to a view block: a run of transactions in date order, newest first.
type ViewRef struct {
	Block BlockID     `json:"block"`
	First models.Date `json:"first"` // date of the newest row
	Last  models.Date `json:"last"`  // date of the oldest row
	Rows  int         `json:"rows"`
	// PerAccount counts rows by the account's place in TransactionLog.Accounts.
	PerAccount []int `json:"per_account"`
}

// ChangeRef refers to a change block: which transactions changed at which Seq.
type ChangeRef struct {
	Block BlockID `json:"block"`
	From  int64   `json:"from"` // Seq of the first record
	To    int64   `json:"to"`   // Seq of the last record
	Rows  int     `json:"rows"`
}

// Event is something that happened to an Item and that its client is to be told.
type Event struct {
	// ID is unique, and begins with its time: ids sort as events came about. A
	// receiver can deduplicate by it.
	ID   string          `json:"id"`
	Type string          `json:"type"` // as TRANSACTIONS
	Code string          `json:"code"` // as SYNC_UPDATES_AVAILABLE
	URL  string          `json:"url"`
	Body json.RawMessage `json:"body"`
	// At is when the client is to be told, at the earliest.
	At time.Time `json:"at"`
}

// Clone copies h deeply enough that changing the copy's fields, accounts,
// parts and lists leaves h alone. The outbox of the copy is empty: a commit
// appends.
func (h *Head) Clone() *Head {
	c := *h
	c.Item.Products = append([]models.Product(nil), h.Item.Products...)
	c.Item.Available = append([]models.Product(nil), h.Item.Available...)
	c.Item.Consented = append([]models.Product(nil), h.Item.Consented...)
	c.Item.Shared = slices.Clone(h.Item.Shared)
	c.Item.Offered = slices.Clone(h.Item.Offered)
	c.Item.Statements = slices.Clone(h.Item.Statements)
	c.Accounts = append([]models.Account(nil), h.Accounts...)
	c.Transactions.Accounts = append([]models.AccountID(nil), h.Transactions.Accounts...)
	c.Transactions.Views = append([]ViewRef(nil), h.Transactions.Views...)
	c.Transactions.Changes = append([]ChangeRef(nil), h.Transactions.Changes...)
	c.Transactions.Streams = maps.Clone(h.Transactions.Streams)
	c.Parts = make(map[string]BlockID, len(h.Parts))
	for k, v := range h.Parts {
		c.Parts[k] = v
	}
	c.Outbox = nil
	return &c
}

// BlockIDs lists every block that the head refers to.
func (h *Head) BlockIDs() []BlockID {
	ids := make([]BlockID, 0, len(h.Transactions.Views)+len(h.Transactions.Changes)+len(h.Parts))
	for _, v := range h.Transactions.Views {
		ids = append(ids, v.Block)
	}
	for _, c := range h.Transactions.Changes {
		ids = append(ids, c.Block)
	}
	for _, id := range h.Parts {
		ids = append(ids, id)
	}
	return ids
}
