package mongo

import (
	"context"
	"encoding/json"
	"errors"
	"slices"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"
	driver "go.mongodb.org/mongo-driver/v2/mongo"
	"go.mongodb.org/mongo-driver/v2/mongo/options"

	"github.com/gingham-dev/gingham/models"
	"github.com/gingham-dev/gingham/store"
)

// deliveryDoc is a delivery as a document.
type deliveryDoc struct {
	ID        string              `bson:"_id"`
	Client    models.ClientID     `bson:"client"`
	Item      models.ItemID       `bson:"item"`
	Type      string              `bson:"type"`
	Code      string              `bson:"code"`
	URL       string              `bson:"url"`
	Body      json.RawMessage     `bson:"body"`
	At        time.Time           `bson:"at"`
	Receiver  string              `bson:"receiver"`
	State     store.DeliveryState `bson:"state"`
	NextAt    time.Time           `bson:"next_at"`
	Attempts  int                 `bson:"attempts"`
	Owner     string              `bson:"owner"`
	Tries     []store.Try         `bson:"tries"`
	ExpiresAt time.Time           `bson:"expires_at,omitempty"` // as a token's
}

// deliveryOf is the document of d.
func deliveryOf(d store.Delivery) deliveryDoc {
	e := d.Event
	return deliveryDoc{
		e.ID, d.Client, d.Item, e.Type, e.Code, e.URL, e.Body, e.At,
		d.Receiver, d.State, d.NextAt, d.Attempts, d.Owner, d.Tries, d.ExpiresAt,
	}
}

// delivery is the delivery that a document is of.
func (d deliveryDoc) delivery() store.Delivery {
	return store.Delivery{
		Event:  store.Event{ID: d.ID, Type: d.Type, Code: d.Code, URL: d.URL, Body: d.Body, At: d.At},
		Client: d.Client, Item: d.Item, Receiver: d.Receiver, State: d.State, NextAt: d.NextAt,
		Attempts: d.Attempts, Owner: d.Owner, Tries: d.Tries, ExpiresAt: d.ExpiresAt,
	}
}

// CreateDelivery adds d; one that is there already stays as it is.
func (s *Store) CreateDelivery(ctx context.Context, d store.Delivery) error {
	err := s.insert(ctx, deliveries, deliveryOf(d), "delivery", d.Event.ID)
	if errors.Is(err, store.ErrExists) {
		return nil
	}
	return err
}

// ClaimDeliveries leases up to limit due deliveries to owner until the given
// time, passing over those to the receivers in skip: it finds some, then claims
// each by its id, on condition that it is still due.
func (s *Store) ClaimDeliveries(ctx context.Context, owner string, now, until time.Time, skip []string, limit int) ([]store.Delivery, error) {
	var claimed []store.Delivery
	for len(claimed) < limit {
		most := limit - len(claimed)
		due, err := s.dueDeliveries(ctx, now, skip, most)
		if err != nil {
			return claimed, ignoreAfter(err, claimed)
		}
		for _, found := range due {
			d, err := s.claim(ctx, found, owner, now, until)
			switch {
			case errors.Is(err, store.ErrNotFound): // another was faster
			case err != nil:
				return claimed, ignoreAfter(err, claimed)
			default:
				claimed = append(claimed, d)
			}
		}
		if len(due) < most {
			break // there were no more
		}
	}
	return claimed, nil
}

// ignoreAfter is err, unless something was claimed: that is to be worked on, and
// the error will come again.
func ignoreAfter(err error, claimed []store.Delivery) error {
	if len(claimed) > 0 {
		return nil
	}
	return err
}

// claimable is the condition of a delivery that may be claimed.
func claimable(now time.Time) bson.D {
	return bson.D{{Key: "state", Value: store.Waiting}, {Key: "next_at", Value: bson.D{{Key: "$lte", Value: now}}}}
}

// dueDelivery is a delivery that was due when it was read.
type dueDelivery struct {
	ID       string `bson:"_id"`
	Receiver string `bson:"receiver"`
}

// dueDeliveries lists up to limit deliveries whose time has come and whose
// receiver is none of skip, the longest due first. Any number of deliveries to
// receivers to skip may lie in front. So it asks for those of the others, by name:
// the server merges the receivers' stretches of an index.
func (s *Store) dueDeliveries(ctx context.Context, now time.Time, skip []string, limit int) ([]dueDelivery, error) {
	filter := claimable(now)
	if len(skip) > 0 {
		others, err := s.waitedFor(ctx, skip)
		if err != nil || len(others) == 0 {
			return nil, err
		}
		filter = append(filter, bson.E{Key: "receiver", Value: bson.D{{Key: "$in", Value: others}}})
	}
	var due []dueDelivery
	err := s.call(ctx, func(ctx context.Context) error {
		cursor, err := s.db.Collection(deliveries).Find(ctx, filter, options.Find().
			SetSort(bson.D{{Key: "next_at", Value: 1}, {Key: "_id", Value: 1}}).SetLimit(int64(limit)).
			SetProjection(bson.D{{Key: "receiver", Value: 1}}))
		if err != nil {
			return err
		}
		return cursor.All(ctx, &due)
	})
	return due, err
}

// waitedFor lists the receivers with waiting deliveries, without those of but: the
// server jumps in the index from one to the next.
func (s *Store) waitedFor(ctx context.Context, but []string) ([]string, error) {
	var receivers []string
	err := s.call(ctx, func(ctx context.Context) error {
		return s.db.Collection(deliveries).Distinct(ctx, "receiver", bson.D{{Key: "state", Value: store.Waiting}}).Decode(&receivers)
	})
	without := make(map[string]bool, len(but))
	for _, r := range but {
		without[r] = true
	}
	return slices.DeleteFunc(receivers, func(r string) bool { return without[r] }), err
}

// claim claims one delivery. It returns store.ErrNotFound if another did.
func (s *Store) claim(ctx context.Context, due dueDelivery, owner string, now, until time.Time) (store.Delivery, error) {
	filter := append(bson.D{{Key: "_id", Value: due.ID}, {Key: "receiver", Value: due.Receiver}}, claimable(now)...)
	update := append(set(bson.D{{Key: "owner", Value: owner}, {Key: "next_at", Value: until}}),
		bson.E{Key: "$inc", Value: bson.D{{Key: "attempts", Value: 1}}})
	var doc deliveryDoc
	err := s.call(ctx, func(ctx context.Context) error {
		return notFound(s.db.Collection(deliveries).FindOneAndUpdate(ctx, filter, update,
			options.FindOneAndUpdate().SetReturnDocument(options.After)).Decode(&doc))
	})
	return doc.delivery(), err
}

// FinishDelivery stores the outcome of an attempt. It returns store.ErrConflict
// if another has claimed the delivery since.
func (s *Store) FinishDelivery(ctx context.Context, d store.Delivery) error {
	filter := append(owned(d.Event.ID, d.Client),
		bson.E{Key: "owner", Value: d.Owner}, bson.E{Key: "attempts", Value: d.Attempts})
	return s.call(ctx, func(ctx context.Context) error {
		res, err := s.db.Collection(deliveries).ReplaceOne(ctx, filter, deliveryOf(d))
		if err == nil && res.MatchedCount == 0 {
			err = named(store.ErrConflict, "delivery", d.Event.ID)
		}
		return err
	})
}

// Delivery returns store.ErrNotFound for an unknown id, or a foreign one.
func (s *Store) Delivery(ctx context.Context, client models.ClientID, id string) (store.Delivery, error) {
	var doc deliveryDoc
	err := s.call(ctx, func(ctx context.Context) error {
		err := s.db.Collection(deliveries).FindOne(ctx, owned(id, client)).Decode(&doc)
		return named(notFound(err), "delivery", id)
	})
	return doc.delivery(), err
}

// ListDeliveries returns up to limit of a client's deliveries, the last id first,
// from the one before the given id on.
func (s *Store) ListDeliveries(ctx context.Context, client models.ClientID, before string, limit int) ([]store.Delivery, error) {
	if limit <= 0 {
		return nil, ctx.Err() // to MongoDB, no limit
	}
	filter := bson.D{{Key: "client", Value: client}}
	if before != "" {
		filter = append(filter, bson.E{Key: "_id", Value: bson.D{{Key: "$lt", Value: before}}})
	}
	var all []store.Delivery
	err := s.call(ctx, func(ctx context.Context) error {
		cursor, err := s.db.Collection(deliveries).Find(ctx, filter,
			options.Find().SetSort(bson.D{{Key: "_id", Value: -1}}).SetLimit(int64(limit)))
		if err != nil {
			return err
		}
		var docs []deliveryDoc
		if err := cursor.All(ctx, &docs); err != nil {
			return err
		}
		for _, d := range docs {
			all = append(all, d.delivery())
		}
		return nil
	})
	return all, err
}

// NextDelivery is the earliest NextAt of all Waiting deliveries, or zero.
func (s *Store) NextDelivery(ctx context.Context) (time.Time, error) {
	waiting := bson.D{{Key: "state", Value: store.Waiting}, {Key: "next_at", Value: bson.D{{Key: "$ne", Value: nil}}}}
	var doc deliveryDoc
	err := s.call(ctx, func(ctx context.Context) error {
		err := s.db.Collection(deliveries).FindOne(ctx, waiting, options.FindOne().
			SetSort(bson.D{{Key: "next_at", Value: 1}}).SetProjection(bson.D{{Key: "next_at", Value: 1}})).Decode(&doc)
		if errors.Is(err, driver.ErrNoDocuments) {
			return nil
		}
		return err
	})
	return doc.NextAt, err
}

// DeleteDeliveries forgets all of a client's deliveries, a page with each command:
// of many, one command may take longer than an operation may.
func (s *Store) DeleteDeliveries(ctx context.Context, client models.ClientID) error {
	theirs := bson.D{{Key: "client", Value: client}}
	for {
		ids, err := s.ids(ctx, deliveries, theirs, bson.D{{Key: "_id", Value: -1}}, sweepPage)
		if err != nil || len(ids) == 0 {
			return err
		}
		if _, err := s.deleteMany(ctx, deliveries, append(byID(ids), theirs...)); err != nil || len(ids) < sweepPage {
			return err
		}
	}
}
