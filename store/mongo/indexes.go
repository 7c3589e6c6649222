package mongo

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"go.mongodb.org/mongo-driver/v2/bson"
	driver "go.mongodb.org/mongo-driver/v2/mongo"
	"go.mongodb.org/mongo-driver/v2/mongo/options"
)

// The collections.
const (
	clients    = "clients"
	heads      = "heads"
	blocks     = "blocks"
	tokens     = "tokens"
	records    = "records"
	deliveries = "deliveries"
)

// index is an index besides the one on _id that every collection has.
type index struct {
	collection string
	keys       bson.D
	sparse     bool
}

// indexes are all that the store's queries need: created by Open, verified by
// Check. A query that leads with neither _id nor one of these fails the tests.
var indexes = []index{
	{heads, bson.D{{Key: "client", Value: 1}, {Key: "_id", Value: 1}}, false}, // a client's Items
	{heads, bson.D{{Key: "due", Value: 1}}, true},                             // background work
	{heads, bson.D{{Key: "outbox.at", Value: 1}}, true},                       // events to be delivered
	{blocks, bson.D{{Key: "item", Value: 1}, {Key: "_id", Value: 1}}, false},  // the sweep, Item by Item
	{tokens, bson.D{{Key: "expires_at", Value: 1}}, true},                     // the sweep of what expired
	{records, bson.D{{Key: "expires_at", Value: 1}}, true},
	{records, bson.D{{Key: "due", Value: 1}}, true}, // background work, of which there are few kinds
	{deliveries, bson.D{{Key: "expires_at", Value: 1}}, true},
	{deliveries, bson.D{{Key: "client", Value: 1}, {Key: "_id", Value: -1}}, false}, // a client's deliveries
	// Deliveries that are due: of all receivers, and of some. Where these are too many
	// to merge, the first serves them as well, with no document read in vain.
	{deliveries, bson.D{{Key: "state", Value: 1}, {Key: "next_at", Value: 1}, {Key: "_id", Value: 1}, {Key: "receiver", Value: 1}}, false},
	{deliveries, bson.D{{Key: "state", Value: 1}, {Key: "receiver", Value: 1}, {Key: "next_at", Value: 1}, {Key: "_id", Value: 1}}, false},
}

// name is the index's name, as MongoDB itself would name it.
func (i index) name() string {
	name := ""
	for _, k := range i.keys {
		if name != "" {
			name += "_"
		}
		name += fmt.Sprintf("%s_%v", k.Key, k.Value)
	}
	return name
}

// createIndexes creates those that are missing.
func (s *Store) createIndexes(ctx context.Context) error {
	for _, i := range indexes {
		o := options.Index().SetName(i.name())
		if i.sparse {
			o.SetSparse(true)
		}
		_, err := s.db.Collection(i.collection).Indexes().CreateOne(ctx, driver.IndexModel{Keys: i.keys, Options: o})
		if err != nil {
			return fmt.Errorf("mongo: creating index %s of %s: %w", i.name(), i.collection, err)
		}
	}
	return nil
}

// Check verifies that every index is as declared; its error names those that
// are missing or different.
func (s *Store) Check(ctx context.Context) error {
	have := map[string][]existing{}
	for _, collection := range []string{heads, blocks, tokens, records, deliveries} {
		err := s.call(ctx, func(ctx context.Context) error {
			cursor, err := s.db.Collection(collection).Indexes().List(ctx)
			if err != nil {
				return err
			}
			var all []existing
			err = cursor.All(ctx, &all)
			have[collection] = all
			return err
		})
		if err != nil {
			return err
		}
	}
	var errs []error
	for _, i := range indexes {
		at := slices.IndexFunc(have[i.collection], func(e existing) bool { return e.Name == i.name() })
		switch {
		case at < 0:
			errs = append(errs, fmt.Errorf("mongo: index %s of %s is missing", i.name(), i.collection))
		case !have[i.collection][at].is(i):
			errs = append(errs, fmt.Errorf("mongo: index %s of %s is not as declared", i.name(), i.collection))
		}
	}
	return errors.Join(errs...)
}

// existing is an index that the server has.
type existing struct {
	Name   string `bson:"name"`
	Key    bson.D `bson:"key"`
	Sparse bool   `bson:"sparse"`
}

// is reports whether e is the index i. Servers answer with numbers of any type.
func (e existing) is(i index) bool {
	return e.Sparse == i.sparse && index{keys: e.Key}.name() == i.name()
}
