// Package store is the contract between Gingham and its document store.
//
// What changes together is one document. An Item's head is changed by one
// conditional update; its bulky data lies in immutable blocks that are written
// before the head refers to them; everything else is a document of its own,
// taken or claimed by one conditional update. No operation needs a transaction
// over several documents, so that the same code runs on an embedded store, a
// standalone MongoDB, a replica set and a sharded cluster.
//
// Every method that touches a client's data takes the client's id: what
// belongs to another client is ErrNotFound, exactly as what does not exist.
//
// Times given to a store are in UTC, and are kept to the millisecond.
//
// Errors are these sentinels, wrapped, or the store's own trouble (unreachable,
// full), which is none of them.
package store

import (
	"context"
	"errors"
	"time"

	"github.com/gingham-dev/gingham/models"
)

// The sentinels of the contract.
var (
	// ErrNotFound: there is no such document, or it is another client's.
	ErrNotFound = errors.New("store: not found")
	// ErrExists: a document with that id is there already.
	ErrExists = errors.New("store: already exists")
	// ErrConflict: the document is no longer what the caller read; nothing was changed.
	ErrConflict = errors.New("store: conflict")
)

// Store is the whole contract. Implementations are safe for concurrent use, and
// pass storetest.Run.
type Store interface {
	Clients
	Items
	Blocks
	Tokens
	Records
	Outbox

	// Ping reports whether the store can answer; /readyz asks it.
	Ping(ctx context.Context) error
	// Check verifies that collections, indexes or tables are as the code
	// declares them, and says in its error what is missing.
	Check(ctx context.Context) error
	// SweepExpired deletes up to limit documents, of all kinds and clients together,
	// and says how many it deleted: tokens, records and deliveries whose ExpiresAt is set
	// and before the given time. What never expires stays, and so does a Waiting delivery,
	// whatever its ExpiresAt. The time is of the clock that ExpiresAt is by, which a
	// sandbox's may be moved; one well in the past lets clients be told for a while that
	// a token has expired. Fewer than limit means that there are no more, or that another
	// sweeps at the same time.
	SweepExpired(ctx context.Context, before time.Time, limit int) (int, error)
	// Close releases the store. Calls under way end first.
	Close() error
}

// Clients are the applications that may call the API.
type Clients interface {
	// CreateClient adds c. ErrExists if its id is taken.
	CreateClient(ctx context.Context, c Client) error
	// Client returns ErrNotFound for an unknown id.
	Client(ctx context.Context, id models.ClientID) (Client, error)
	// UpdateClient replaces a client, on condition that its Rev is still c.Rev;
	// the stored one has Rev+1. ErrNotFound, ErrConflict.
	UpdateClient(ctx context.Context, c Client) error
	// ListClients returns all clients in the order of their ids.
	ListClients(ctx context.Context) ([]Client, error)
}

// Items are the heads.
type Items interface {
	// CreateItem writes blocks, then the head, with Seq 1 and no lease. ErrExists,
	// unless it is this very creation (Head.Commit tells) whose reply was lost.
	CreateItem(ctx context.Context, h *Head, blocks []Block) error
	// Head reads the newest head of an Item. ErrNotFound. The head may be shared
	// with other readers: do not change it; Clone it first.
	Head(ctx context.Context, client models.ClientID, item models.ItemID) (*Head, error)
	// Commit writes blocks, then makes next the head, on condition that the
	// stored head's Seq is next.Seq-1 and its Lease.Fence is next.Lease.Fence.
	// next.Outbox is appended to the stored outbox; the lease is left alone.
	// ErrConflict if the condition fails, and then nothing happened; ErrNotFound.
	// A writer whose reply was lost is told of its success: Head.Commit tells, so
	// giving the same commit a second time is no error and changes nothing.
	Commit(ctx context.Context, next *Head, blocks []Block) error
	// Acquire leases an Item to owner until the given time, if it is free or its
	// lease has ended by now, or is owner's already, and returns the head with its new,
	// higher fence. ErrConflict while another owner holds it. ErrNotFound.
	Acquire(ctx context.Context, client models.ClientID, item models.ItemID, owner string, now, until time.Time) (*Head, error)
	// Release ends the lease of the given fence; a lease lost meanwhile is no
	// error, nor is an Item that isn't there. The fence stays as it is.
	Release(ctx context.Context, client models.ClientID, item models.ItemID, fence int64) error
	// ListItems returns up to limit ids of a client's Items, in the order of
	// their ids, from the one after the given one. Removed Items are among them.
	ListItems(ctx context.Context, client models.ClientID, after models.ItemID, limit int) ([]models.ItemID, error)
	// DueItems returns up to limit Items of all clients whose Due time has come by due
	// and that nobody holds a lease of at now, the longest due first. (Leases are by the
	// machine's clock, what is due by the ledger's, which a sandbox's can be moved.)
	DueItems(ctx context.Context, due, now time.Time, limit int) ([]ItemRef, error)
}

// Blocks are immutable pieces of an Item's data. A cache of them is never wrong.
type Blocks interface {
	// Blocks reads blocks of one Item, in the order of ids. ErrNotFound if one is missing.
	Blocks(ctx context.Context, client models.ClientID, item models.ItemID, ids []BlockID) ([]Block, error)
	// SweepBlocks deletes up to limit blocks made before the given time that no head refers to,
	// and says how many it deleted.
	SweepBlocks(ctx context.Context, before time.Time, limit int) (int, error)
}

// Tokens are looked up by a keyed hash of client and token; the store never sees a
// token. One that has expired is there until SweepExpired deletes it.
type Tokens interface {
	// CreateToken adds t. ErrExists.
	CreateToken(ctx context.Context, t Token) error
	// Token returns ErrNotFound for an unknown hash. Expiry is the caller's to judge:
	// a token that has expired is returned until it is swept, and unknown from then on.
	Token(ctx context.Context, client models.ClientID, hash string) (Token, error)
	// TakeToken marks a one-time token as used at now, once: the second call,
	// from anywhere, gets ErrConflict. ErrNotFound.
	TakeToken(ctx context.Context, client models.ClientID, hash string, now time.Time) (Token, error)
	// DeleteToken forgets a token. Deleting what is not there is no error.
	DeleteToken(ctx context.Context, client models.ClientID, hash string) error
}

// Records are small documents a client owns that are none of the above: Link
// tokens with their sessions, permissions of processor tokens, reports. One that
// has expired is there until SweepExpired deletes it.
type Records interface {
	// CreateRecord adds r with Rev 1. ErrExists. Ids are the client's own: another
	// client can have a record of the same kind and id.
	CreateRecord(ctx context.Context, r Record) error
	// Record returns ErrNotFound for an unknown id. Expiry is the caller's to judge:
	// a record that has expired is returned until it is swept.
	Record(ctx context.Context, client models.ClientID, kind, id string) (Record, error)
	// UpdateRecord replaces a record, its ExpiresAt and Due too, on condition that its
	// Rev is still r.Rev; the stored one has Rev+1. ErrNotFound, ErrConflict.
	UpdateRecord(ctx context.Context, r Record) error
	// DueRecords returns up to limit records of a kind, of all clients, whose Due time has
	// come by due, the longest due first. Who works on one claims it by an UpdateRecord
	// that puts Due off: of two, one gets ErrConflict, and one that dies leaves it due later.
	DueRecords(ctx context.Context, kind string, due time.Time, limit int) ([]Record, error)
	// DeleteRecord forgets a record. Deleting what is not there is no error.
	DeleteRecord(ctx context.Context, client models.ClientID, kind, id string) error
}

// Outbox moves events from heads to deliveries, and hands deliveries to workers.
// Those that are Delivered or Failed are there until SweepExpired or DeleteDeliveries
// deletes them. Times are of the ledger's clock.
type Outbox interface {
	// FullOutboxes returns up to limit Items with events waiting in their heads,
	// the longest waiting first.
	FullOutboxes(ctx context.Context, limit int) ([]ItemRef, error)
	// TakeEvents returns the events waiting in an Item's head, in the order
	// of their commits. ErrNotFound.
	TakeEvents(ctx context.Context, ref ItemRef) ([]Event, error)
	// DropEvents removes events from an Item's head; ids not there are no error.
	// It changes neither Seq nor lease. ErrNotFound for an Item that isn't there.
	DropEvents(ctx context.Context, ref ItemRef, ids []string) error
	// CreateDelivery adds d. A second insert of the same id is no error and
	// changes nothing.
	CreateDelivery(ctx context.Context, d Delivery) error
	// ClaimDeliveries leases up to limit deliveries to owner whose NextAt has
	// come and whose Receiver is none of skip, in the order of NextAt and then of their ids,
	// setting NextAt to until (so that a worker that dies loses them to another) and counting
	// the attempt. One delivery is claimed once. It is quick however many deliveries to
	// the receivers to skip are waiting.
	ClaimDeliveries(ctx context.Context, owner string, now, until time.Time, skip []string, limit int) ([]Delivery, error)
	// FinishDelivery stores the outcome of an attempt, or sends an ended delivery on its
	// way again: d replaces the stored one on condition that d.Owner and d.Attempts are
	// still the stored ones. ErrConflict, also for a delivery that isn't there.
	FinishDelivery(ctx context.Context, d Delivery) error
	// Delivery returns ErrNotFound for an unknown id.
	Delivery(ctx context.Context, client models.ClientID, id string) (Delivery, error)
	// ListDeliveries returns up to limit of a client's deliveries in the order of their
	// ids, the last first, from the one before the given id on ("": from the last). Ids
	// begin with their time, so that the last is the newest.
	ListDeliveries(ctx context.Context, client models.ClientID, before string, limit int) ([]Delivery, error)
	// NextDelivery is the earliest NextAt of all Waiting deliveries, or zero if there are none.
	NextDelivery(ctx context.Context) (time.Time, error)
	// DeleteDeliveries forgets all of a client's deliveries, whatever their state.
	DeleteDeliveries(ctx context.Context, client models.ClientID) error
}
