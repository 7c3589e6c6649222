package mongo

import (
	"context"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo/options"

	"github.com/gingham-dev/gingham/models"
	"github.com/gingham-dev/gingham/store"
)

// sweepPage is how many blocks a sweep looks at with one query.
const sweepPage = 1000

// sweepPlace is how far a sweep has come, in the order of the index.
type sweepPlace struct {
	Item  models.ItemID
	Block store.BlockID
}

// old is a block that a sweep looks at.
type old struct {
	ID   store.BlockID `bson:"_id"`
	Item models.ItemID `bson:"item"`
}

// SweepBlocks deletes up to limit blocks made before the given time that no head
// refers to, and says how many. It looks at all blocks, Item by Item; one that
// reached its limit is gone on with by the next.
func (s *Store) SweepBlocks(ctx context.Context, before time.Time, limit int) (int, error) {
	s.sweep.Lock()
	defer s.sweep.Unlock()
	began := s.sweepFrom
	deleted, wrapped := 0, began == sweepPlace{}
	for deleted < limit {
		page, err := s.oldBlocks(ctx, before)
		if err != nil {
			return deleted, err
		}
		dead, err := s.unreferenced(ctx, page)
		if err != nil {
			return deleted, err
		}
		whole := len(dead) <= limit-deleted
		if !whole {
			dead = dead[:limit-deleted]
		}
		n, err := s.deleteBlocks(ctx, dead)
		deleted += n
		if err != nil {
			return deleted, err
		}
		switch {
		case !whole: // the page is looked at again
			return deleted, nil
		case len(page) == sweepPage:
			s.sweepFrom = sweepPlace{page[sweepPage-1].Item, page[sweepPage-1].ID}
		default:
			s.sweepFrom = sweepPlace{}
			if wrapped {
				return deleted, nil
			}
			wrapped = true // what lies before where this sweep began
		}
		if wrapped && began != (sweepPlace{}) && !s.sweepFrom.before(began) {
			return deleted, nil
		}
	}
	return deleted, nil
}

// before reports whether p comes before q.
func (p sweepPlace) before(q sweepPlace) bool {
	return p.Item < q.Item || p.Item == q.Item && p.Block < q.Block
}

// oldBlocks reads the next page of blocks made before the given time.
func (s *Store) oldBlocks(ctx context.Context, before time.Time) ([]old, error) {
	at := s.sweepFrom
	filter := bson.D{
		{Key: "item", Value: bson.D{{Key: "$gte", Value: at.Item}}},
		{Key: "$or", Value: bson.A{
			bson.D{{Key: "item", Value: bson.D{{Key: "$gt", Value: at.Item}}}},
			bson.D{{Key: "_id", Value: bson.D{{Key: "$gt", Value: at.Block}}}},
		}},
		{Key: "created_at", Value: bson.D{{Key: "$lt", Value: before}}},
	}
	var page []old
	err := s.call(ctx, func(ctx context.Context) error {
		cursor, err := s.db.Collection(blocks).Find(ctx, filter, options.Find().
			SetSort(bson.D{{Key: "item", Value: 1}, {Key: "_id", Value: 1}}).SetLimit(sweepPage).
			SetProjection(bson.D{{Key: "item", Value: 1}}))
		if err != nil {
			return err
		}
		return cursor.All(ctx, &page)
	})
	return page, err
}

// unreferenced are those blocks of a page that their Item's head does not refer
// to. The heads are read after the blocks: a block as old as these is never
// about to be referred to.
func (s *Store) unreferenced(ctx context.Context, page []old) ([]store.BlockID, error) {
	var items []models.ItemID
	for _, b := range page {
		if n := len(items); n == 0 || items[n-1] != b.Item {
			items = append(items, b.Item)
		}
	}
	if len(items) == 0 {
		return nil, nil
	}
	live := map[store.BlockID]bool{}
	err := s.call(ctx, func(ctx context.Context) error {
		cursor, err := s.db.Collection(heads).Find(ctx, bson.D{{Key: "_id", Value: bson.D{{Key: "$in", Value: items}}}},
			options.Find().SetProjection(bson.D{{Key: "transactions", Value: 1}, {Key: "parts", Value: 1}}))
		if err != nil {
			return err
		}
		var docs []headDoc
		if err := cursor.All(ctx, &docs); err != nil {
			return err
		}
		for _, d := range docs {
			for _, id := range d.head().BlockIDs() {
				live[id] = true
			}
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	var dead []store.BlockID
	for _, b := range page {
		if !live[b.ID] {
			dead = append(dead, b.ID)
		}
	}
	return dead, nil
}

// deleteBlocks deletes blocks and says how many there were.
func (s *Store) deleteBlocks(ctx context.Context, ids []store.BlockID) (int, error) {
	if len(ids) == 0 {
		return 0, nil
	}
	return s.deleteMany(ctx, blocks, byID(ids))
}

// byID is the filter of documents by their ids.
func byID[T ~string](ids []T) bson.D {
	return bson.D{{Key: "_id", Value: bson.D{{Key: "$in", Value: ids}}}}
}

// deleteMany deletes documents and says how many there were.
func (s *Store) deleteMany(ctx context.Context, collection string, filter bson.D) (int, error) {
	n := 0
	err := s.call(ctx, func(ctx context.Context) error {
		res, err := s.db.Collection(collection).DeleteMany(ctx, filter)
		if err == nil {
			n = int(res.DeletedCount)
		}
		return err
	})
	return n, err
}

// SweepExpired deletes up to limit tokens, records and ended deliveries that
// expired before the given time, and says how many.
func (s *Store) SweepExpired(ctx context.Context, before time.Time, limit int) (int, error) {
	expired := bson.D{{Key: "expires_at", Value: bson.D{{Key: "$lt", Value: before}}}}
	deleted := 0
	for _, of := range []struct {
		collection string
		filter     bson.D
	}{
		{tokens, expired},
		{records, expired},
		{deliveries, append(expired[:1:1], bson.E{Key: "state", Value: bson.D{{Key: "$ne", Value: store.Waiting}}})},
	} {
		for deleted < limit {
			most := min(limit-deleted, sweepPage)
			ids, err := s.ids(ctx, of.collection, of.filter, bson.D{{Key: "expires_at", Value: 1}}, most)
			if err != nil {
				return deleted, err
			}
			if len(ids) == 0 {
				break
			}
			// With the condition, as each may have changed since: a delivery that is to
			// be tried again, a token that was made anew.
			n, err := s.deleteMany(ctx, of.collection, append(byID(ids), of.filter...))
			deleted += n
			if err != nil {
				return deleted, err
			}
			if n < most { // no more, or others sweep the same
				break
			}
		}
	}
	return deleted, nil
}

// ids lists the ids of up to limit documents, in an order.
func (s *Store) ids(ctx context.Context, collection string, filter, order bson.D, limit int) ([]string, error) {
	var ids []string
	err := s.call(ctx, func(ctx context.Context) error {
		cursor, err := s.db.Collection(collection).Find(ctx, filter, options.Find().
			SetSort(order).SetLimit(int64(limit)).SetProjection(bson.D{{Key: "_id", Value: 1}}))
		if err != nil {
			return err
		}
		var docs []struct {
			ID string `bson:"_id"`
		}
		err = cursor.All(ctx, &docs)
		for _, d := range docs {
			ids = append(ids, d.ID)
		}
		return err
	})
	return ids, err
}
