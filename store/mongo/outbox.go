package mongo

import (
	"context"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo/options"

	"github.com/gingham-dev/gingham/store"
)

// TakeEvents returns the events waiting in an Item's head. It returns store.ErrNotFound.
func (s *Store) TakeEvents(ctx context.Context, ref store.ItemRef) ([]store.Event, error) {
	var doc struct {
		Outbox []store.Event `bson:"outbox"`
	}
	err := s.call(ctx, func(ctx context.Context) error {
		err := s.db.Collection(heads).FindOne(ctx, owned(ref.Item, ref.Client),
			options.FindOne().SetProjection(bson.D{{Key: "outbox", Value: 1}})).Decode(&doc)
		return named(notFound(err), "item", ref.Item)
	})
	return doc.Outbox, err
}

// DropEvents removes events from an Item's head. It returns store.ErrNotFound.
func (s *Store) DropEvents(ctx context.Context, ref store.ItemRef, ids []string) error {
	if ids == nil {
		ids = []string{} // $in wants a list
	}
	pull := bson.D{{Key: "$pull", Value: bson.D{{Key: "outbox", Value: bson.D{{Key: "id", Value: bson.D{{Key: "$in", Value: ids}}}}}}}}
	return s.call(ctx, func(ctx context.Context) error {
		res, err := s.db.Collection(heads).UpdateOne(ctx, owned(ref.Item, ref.Client), pull)
		if err == nil && res.MatchedCount == 0 {
			err = named(store.ErrNotFound, "item", ref.Item)
		}
		return err
	})
}
