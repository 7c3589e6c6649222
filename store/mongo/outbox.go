package mongo

import (
	"context"
	"encoding/json"
	"errors"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo/options"

	"github.com/gingham-dev/gingham/models"
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

// deliveryDoc is a delivery as a document.
type deliveryDoc struct {
	ID         string              `bson:"_id"`
	Client     models.ClientID     `bson:"client"`
	Item       models.ItemID       `bson:"item"`
	Type       string              `bson:"type"`
	Code       string              `bson:"code"`
	URL        string              `bson:"url"`
	Body       json.RawMessage     `bson:"body"`
	At         time.Time           `bson:"at"`
	State      store.DeliveryState `bson:"state"`
	NextAt     time.Time           `bson:"next_at"`
	Attempts   int                 `bson:"attempts"`
	Owner      string              `bson:"owner"`
	LastStatus int                 `bson:"last_status"`
	LastError  string              `bson:"last_error"`
}

// deliveryOf is the document of d.
func deliveryOf(d store.Delivery) deliveryDoc {
	e := d.Event
	return deliveryDoc{
		e.ID, d.Client, d.Item, e.Type, e.Code, e.URL, e.Body, e.At,
		d.State, d.NextAt, d.Attempts, d.Owner, d.LastStatus, d.LastError,
	}
}

// delivery is the delivery that a document is of.
func (d deliveryDoc) delivery() store.Delivery {
	return store.Delivery{
		Event:  store.Event{ID: d.ID, Type: d.Type, Code: d.Code, URL: d.URL, Body: d.Body, At: d.At},
		Client: d.Client, Item: d.Item, State: d.State, NextAt: d.NextAt,
		Attempts: d.Attempts, Owner: d.Owner, LastStatus: d.LastStatus, LastError: d.LastError,
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

// claimable is the condition of a delivery that may be claimed.
func claimable(now time.Time) bson.D {
	return bson.D{{Key: "state", Value: store.Waiting}, {Key: "next_at", Value: bson.D{{Key: "$lte", Value: now}}}}
}

// ClaimDeliveries leases up to limit due deliveries to owner until the given
// time: it finds some, then claims each by its id, on condition that it is still due.
func (s *Store) ClaimDeliveries(ctx context.Context, owner string, now, until time.Time, limit int) ([]store.Delivery, error) {
	var claimed []store.Delivery
	for len(claimed) < limit {
		ids, err := s.dueDeliveries(ctx, now, limit-len(claimed))
		if err != nil || len(ids) == 0 {
			return claimed, ignoreAfter(err, claimed)
		}
		for _, id := range ids {
			d, err := s.claim(ctx, id, owner, now, until)
			switch {
			case errors.Is(err, store.ErrNotFound): // another was faster
			case err != nil:
				return claimed, ignoreAfter(err, claimed)
			default:
				claimed = append(claimed, d)
			}
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

// dueDeliveries lists the ids of up to limit deliveries whose time has come, the longest due first.
func (s *Store) dueDeliveries(ctx context.Context, now time.Time, limit int) ([]string, error) {
	var ids []string
	err := s.call(ctx, func(ctx context.Context) error {
		cursor, err := s.db.Collection(deliveries).Find(ctx, claimable(now), options.Find().
			SetSort(bson.D{{Key: "next_at", Value: 1}}).SetLimit(int64(limit)).SetProjection(bson.D{{Key: "_id", Value: 1}}))
		if err != nil {
			return err
		}
		var docs []deliveryDoc
		err = cursor.All(ctx, &docs)
		for _, d := range docs {
			ids = append(ids, d.ID)
		}
		return err
	})
	return ids, err
}

// claim claims one delivery. It returns store.ErrNotFound if another did.
func (s *Store) claim(ctx context.Context, id, owner string, now, until time.Time) (store.Delivery, error) {
	filter := append(bson.D{{Key: "_id", Value: id}}, claimable(now)...)
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

// ListDeliveries returns up to limit of a client's deliveries made before the given time, newest first.
func (s *Store) ListDeliveries(ctx context.Context, client models.ClientID, before time.Time, limit int) ([]store.Delivery, error) {
	if limit <= 0 {
		return nil, ctx.Err() // to MongoDB, no limit
	}
	filter := bson.D{{Key: "client", Value: client}}
	if !before.IsZero() {
		filter = append(filter, bson.E{Key: "at", Value: bson.D{{Key: "$lt", Value: before}}})
	}
	var all []store.Delivery
	err := s.call(ctx, func(ctx context.Context) error {
		cursor, err := s.db.Collection(deliveries).Find(ctx, filter,
			options.Find().SetSort(bson.D{{Key: "at", Value: -1}}).SetLimit(int64(limit)))
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
