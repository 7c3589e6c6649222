package mongo

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"
	driver "go.mongodb.org/mongo-driver/v2/mongo"
	"go.mongodb.org/mongo-driver/v2/mongo/options"

	"github.com/gingham-dev/gingham/models"
	"github.com/gingham-dev/gingham/store"
)

// headDoc is a head as a document. What a commit replaces is in state.
type headDoc struct {
	ID     models.ItemID   `bson:"_id"`
	Client models.ClientID `bson:"client"`
	State  state           `bson:",inline"`
	Lease  store.Lease     `bson:"lease"`
	Outbox []store.Event   `bson:"outbox"`
	// Commits are the ids of the last commits, the newest last: more than one,
	// so that a writer whose reply was lost finds his own behind another's.
	Commits []string `bson:"commits"`
}

// state is what a commit replaces.
type state struct {
	Seq          int64                    `bson:"seq"`
	Commit       string                   `bson:"commit"`
	Due          *time.Time               `bson:"due,omitempty"` // absent for never, so that the index is of those that are due
	Item         models.Item              `bson:"item"`
	Accounts     []models.Account         `bson:"accounts"`
	Provider     string                   `bson:"provider"`
	Transactions store.TransactionLog     `bson:"transactions"`
	Parts        map[string]store.BlockID `bson:"parts"`
}

// rememberedCommits is how many ids of commits a head keeps.
const rememberedCommits = 16

// stateOf is what a commit of h replaces.
func stateOf(h *store.Head) state {
	st := state{
		Seq: h.Seq, Commit: h.Commit, Item: h.Item, Accounts: h.Accounts, Provider: h.Provider,
		Transactions: h.Transactions, Parts: h.Parts,
	}
	if !h.Due.IsZero() {
		st.Due = &h.Due
	}
	return st
}

// head is the head that a document is of.
func (d *headDoc) head() *store.Head {
	st := d.State
	h := &store.Head{
		ID: d.ID, Client: d.Client, Seq: st.Seq, Commit: st.Commit, Lease: d.Lease, Item: st.Item, Accounts: st.Accounts,
		Provider: st.Provider, Transactions: st.Transactions, Parts: st.Parts, Outbox: d.Outbox,
	}
	if st.Due != nil {
		h.Due = *st.Due
	}
	return h
}

// wholeHead is the projection of what a store.Head shows.
var wholeHead = bson.D{{Key: "commits", Value: 0}}

// Head reads the newest head of an Item. It returns store.ErrNotFound.
func (s *Store) Head(ctx context.Context, client models.ClientID, item models.ItemID) (*store.Head, error) {
	var doc headDoc
	err := s.call(ctx, func(ctx context.Context) error {
		err := s.db.Collection(heads).FindOne(ctx, owned(item, client), options.FindOne().SetProjection(wholeHead)).Decode(&doc)
		return named(notFound(err), "item", item)
	})
	if err != nil {
		return nil, err
	}
	return doc.head(), nil
}

// named adds to a sentinel what it is about.
func named[T ~string](err error, what string, id T) error {
	if errors.Is(err, store.ErrNotFound) || errors.Is(err, store.ErrConflict) || errors.Is(err, store.ErrExists) {
		return fmt.Errorf("%s %q: %w", what, id, err)
	}
	return err
}

// CreateItem writes blocks, then the head, with Seq 1. It returns store.ErrExists.
func (s *Store) CreateItem(ctx context.Context, h *store.Head, newBlocks []store.Block) error {
	if err := s.writeBlocks(ctx, h, newBlocks); err != nil {
		return err
	}
	doc := headDoc{ID: h.ID, Client: h.Client, State: stateOf(h), Outbox: h.Outbox, Commits: []string{h.Commit}}
	doc.State.Seq = 1
	if doc.Outbox == nil {
		doc.Outbox = []store.Event{}
	}
	return s.call(ctx, func(ctx context.Context) error {
		err := s.twice(ctx, func(ctx context.Context) error {
			if _, err := s.db.Collection(heads).InsertOne(ctx, doc); err != nil {
				return err
			}
			return s.afterCommit()
		})
		if !driver.IsDuplicateKeyError(err) {
			return err
		}
		switch won, err := s.committed(ctx, h); {
		case err != nil && !errors.Is(err, store.ErrNotFound):
			return err
		case won:
			return nil
		}
		return named(store.ErrExists, "item", h.ID)
	})
}

// Commit writes blocks, then makes next the head, if it follows the stored one.
// It returns store.ErrConflict or store.ErrNotFound.
func (s *Store) Commit(ctx context.Context, next *store.Head, newBlocks []store.Block) error {
	if err := s.writeBlocks(ctx, next, newBlocks); err != nil {
		return err
	}
	filter := append(owned(next.ID, next.Client),
		bson.E{Key: "seq", Value: next.Seq - 1}, bson.E{Key: "lease.fence", Value: next.Lease.Fence})
	push := bson.D{{Key: "commits", Value: bson.D{
		{Key: "$each", Value: []string{next.Commit}}, {Key: "$slice", Value: -rememberedCommits},
	}}}
	if len(next.Outbox) > 0 {
		push = append(push, bson.E{Key: "outbox", Value: bson.D{{Key: "$each", Value: next.Outbox}}})
	}
	update := append(set(stateOf(next)), bson.E{Key: "$push", Value: push})
	if next.Due.IsZero() {
		update = append(update, bson.E{Key: "$unset", Value: bson.D{{Key: "due", Value: ""}}})
	}
	return s.call(ctx, func(ctx context.Context) error {
		changed := false
		err := s.twice(ctx, func(ctx context.Context) error {
			res, err := s.db.Collection(heads).UpdateOne(ctx, filter, update)
			if err != nil {
				return err
			}
			if changed = res.MatchedCount > 0; !changed {
				return nil
			}
			return s.afterCommit()
		})
		if err != nil || changed {
			return err
		}
		won, err := s.committed(ctx, next)
		if err == nil && !won {
			err = store.ErrConflict
		}
		return named(err, "item", next.ID)
	})
}

// committed reports whether h is among the last commits of its Item. It returns
// store.ErrNotFound for an Item that isn't there.
func (s *Store) committed(ctx context.Context, h *store.Head) (bool, error) {
	var doc struct {
		Commits []string `bson:"commits"`
	}
	err := s.db.Collection(heads).FindOne(ctx, owned(h.ID, h.Client),
		options.FindOne().SetProjection(bson.D{{Key: "commits", Value: 1}})).Decode(&doc)
	return err == nil && h.Commit != "" && slices.Contains(doc.Commits, h.Commit), notFound(err)
}

// Acquire leases an Item to owner and returns its head. It returns
// store.ErrConflict while another holds it, or store.ErrNotFound.
func (s *Store) Acquire(ctx context.Context, client models.ClientID, item models.ItemID, owner string, now, until time.Time) (*store.Head, error) {
	filter := append(owned(item, client), bson.E{Key: "$or", Value: append(free(now), bson.D{{Key: "lease.owner", Value: owner}})})
	update := append(set(bson.D{{Key: "lease.owner", Value: owner}, {Key: "lease.until", Value: until}}),
		bson.E{Key: "$inc", Value: bson.D{{Key: "lease.fence", Value: int64(1)}}})
	var doc headDoc
	err := s.call(ctx, func(ctx context.Context) error {
		c := s.db.Collection(heads)
		err := c.FindOneAndUpdate(ctx, filter, update,
			options.FindOneAndUpdate().SetReturnDocument(options.After).SetProjection(wholeHead)).Decode(&doc)
		if errors.Is(err, driver.ErrNoDocuments) {
			err = missed(ctx, c, owned(item, client))
		}
		return named(err, "item", item)
	})
	if err != nil {
		return nil, err
	}
	return doc.head(), nil
}

// free are the conditions of which a head that nobody holds meets one.
func free(now time.Time) bson.A {
	return bson.A{
		bson.D{{Key: "lease.until", Value: nil}},
		bson.D{{Key: "lease.until", Value: bson.D{{Key: "$lte", Value: now}}}},
	}
}

// Release ends the lease of the given fence, if it is still the newest.
func (s *Store) Release(ctx context.Context, client models.ClientID, item models.ItemID, fence int64) error {
	filter := append(owned(item, client), bson.E{Key: "lease.fence", Value: fence})
	return s.call(ctx, func(ctx context.Context) error {
		_, err := s.db.Collection(heads).UpdateOne(ctx, filter,
			set(bson.D{{Key: "lease.owner", Value: ""}, {Key: "lease.until", Value: nil}}))
		return err
	})
}

// ListItems returns up to limit ids of a client's Items after the given one.
func (s *Store) ListItems(ctx context.Context, client models.ClientID, after models.ItemID, limit int) ([]models.ItemID, error) {
	refs, err := s.refs(ctx, bson.D{{Key: "client", Value: client}, {Key: "_id", Value: bson.D{{Key: "$gt", Value: after}}}},
		bson.D{{Key: "client", Value: 1}, {Key: "_id", Value: 1}}, limit)
	var ids []models.ItemID
	for _, r := range refs {
		ids = append(ids, r.Item)
	}
	return ids, err
}

// DueItems returns up to limit Items whose Due time has come by due and that nobody holds at now.
func (s *Store) DueItems(ctx context.Context, due, now time.Time, limit int) ([]store.ItemRef, error) {
	return s.refs(ctx, bson.D{{Key: "due", Value: bson.D{{Key: "$lte", Value: due}}}, {Key: "$or", Value: free(now)}},
		bson.D{{Key: "due", Value: 1}}, limit)
}

// FullOutboxes returns up to limit Items with events waiting in their heads, the longest waiting first.
func (s *Store) FullOutboxes(ctx context.Context, limit int) ([]store.ItemRef, error) {
	return s.refs(ctx, bson.D{{Key: "outbox.at", Value: bson.D{{Key: "$exists", Value: true}}}},
		bson.D{{Key: "outbox.at", Value: 1}}, limit)
}

// refs finds Items.
func (s *Store) refs(ctx context.Context, filter, order bson.D, limit int) ([]store.ItemRef, error) {
	if limit <= 0 {
		return nil, ctx.Err() // to MongoDB, no limit
	}
	var refs []store.ItemRef
	err := s.call(ctx, func(ctx context.Context) error {
		cursor, err := s.db.Collection(heads).Find(ctx, filter, options.Find().SetSort(order).SetLimit(int64(limit)).
			SetProjection(bson.D{{Key: "client", Value: 1}}))
		if err != nil {
			return err
		}
		var docs []struct {
			ID     models.ItemID   `bson:"_id"`
			Client models.ClientID `bson:"client"`
		}
		if err := cursor.All(ctx, &docs); err != nil {
			return err
		}
		for _, d := range docs {
			refs = append(refs, store.ItemRef{Client: d.Client, Item: d.ID})
		}
		return nil
	})
	return refs, err
}
