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
	"github.com/gingham-dev/gingham/store/blockcodec"
)

// blockDoc is a block as a document.
type blockDoc struct {
	ID        store.BlockID   `bson:"_id"`
	Item      models.ItemID   `bson:"item"`
	Client    models.ClientID `bson:"client"`
	CreatedAt time.Time       `bson:"created_at"`
	Data      []byte          `bson:"data"`
}

// batchBytes is how much data one insert or find carries: each has the store's
// time-out to itself, so that a large commit is no slow one.
const batchBytes = 4 << 20

// writeBlocks writes the blocks of a change of h, then calls the hook before the head.
func (s *Store) writeBlocks(ctx context.Context, h *store.Head, all []store.Block) error {
	docs := make([]blockDoc, 0, len(all))
	for _, b := range all {
		if b.Client != h.Client || b.Item != h.ID {
			return fmt.Errorf("mongo: block %q is of another Item", b.ID)
		}
		data, err := blockcodec.Encode(b.Data)
		if err != nil {
			return fmt.Errorf("mongo: block %q: %w", b.ID, err)
		}
		docs = append(docs, blockDoc{b.ID, b.Item, b.Client, b.CreatedAt, data})
	}
	for len(docs) > 0 {
		n, size := 0, 0
		for n < len(docs) && (n == 0 || size+len(docs[n].Data) <= batchBytes) {
			size += len(docs[n].Data)
			n++
		}
		batch := docs[:n]
		err := s.call(ctx, func(ctx context.Context) error {
			return s.twice(ctx, func(ctx context.Context) error { return s.insertBlocks(ctx, h, batch) })
		})
		if err != nil {
			return err
		}
		docs = docs[n:]
	}
	if s.opts.BeforeHead != nil {
		return s.opts.BeforeHead()
	}
	return nil
}

// insertBlocks inserts a batch. Those that are there already are no error, if
// they are this Item's: the change is given again.
func (s *Store) insertBlocks(ctx context.Context, h *store.Head, batch []blockDoc) error {
	c := s.db.Collection(blocks)
	_, err := c.InsertMany(ctx, batch, options.InsertMany().SetOrdered(false))
	var bulk driver.BulkWriteException
	if !errors.As(err, &bulk) || bulk.WriteConcernError != nil {
		return err
	}
	var there []store.BlockID
	for _, e := range bulk.WriteErrors {
		if !driver.IsDuplicateKeyError(e) {
			return err
		}
		there = append(there, batch[e.Index].ID)
	}
	n, countErr := c.CountDocuments(ctx, ofItem(h.Client, h.ID, there))
	if countErr != nil {
		return countErr
	}
	if int(n) != len(there) {
		return fmt.Errorf("a block's id is taken: %w", err)
	}
	return nil
}

// ofItem is the filter of blocks of one Item.
func ofItem(client models.ClientID, item models.ItemID, ids []store.BlockID) bson.D {
	return append(bson.D{{Key: "_id", Value: bson.D{{Key: "$in", Value: ids}}}},
		bson.E{Key: "client", Value: client}, bson.E{Key: "item", Value: item})
}

// maxIDs is how many blocks one find asks for.
const maxIDs = 64

// Blocks reads blocks of one Item, in the order of ids. It returns store.ErrNotFound if one is missing.
func (s *Store) Blocks(ctx context.Context, client models.ClientID, item models.ItemID, ids []store.BlockID) ([]store.Block, error) {
	found := make(map[store.BlockID]store.Block, len(ids))
	for some := range slices.Chunk(ids, maxIDs) {
		err := s.call(ctx, func(ctx context.Context) error {
			cursor, err := s.db.Collection(blocks).Find(ctx, ofItem(client, item, some))
			if err != nil {
				return err
			}
			var docs []blockDoc
			if err := cursor.All(ctx, &docs); err != nil {
				return err
			}
			for _, d := range docs {
				data, err := blockcodec.Decode(d.Data)
				if err != nil {
					return fmt.Errorf("block %q: %w", d.ID, err)
				}
				found[d.ID] = store.Block{ID: d.ID, Item: d.Item, Client: d.Client, CreatedAt: d.CreatedAt, Data: data}
			}
			return nil
		})
		if err != nil {
			return nil, err
		}
	}
	all := make([]store.Block, len(ids))
	for i, id := range ids {
		b, ok := found[id]
		if !ok {
			return nil, named(store.ErrNotFound, "block", id)
		}
		all[i] = b
	}
	return all, nil
}
