package mongo

import (
	"context"
	"encoding/json"
	"errors"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"
	driver "go.mongodb.org/mongo-driver/v2/mongo"
	"go.mongodb.org/mongo-driver/v2/mongo/options"

	"github.com/gingham-dev/gingham/models"
	"github.com/gingham-dev/gingham/store"
)

// clientDoc is a client as a document.
type clientDoc struct {
	ID                  models.ClientID    `bson:"_id"`
	Name                string             `bson:"name"`
	Secrets             []store.SecretHash `bson:"secrets"`
	AllowedRedirectURIs []string           `bson:"allowed_redirect_uris"`
	AllowedOrigins      []string           `bson:"allowed_origins"`
	CreatedAt           time.Time          `bson:"created_at"`
	Rev                 int64              `bson:"rev"`
}

// CreateClient adds c. It returns store.ErrExists if its id is taken.
func (s *Store) CreateClient(ctx context.Context, c store.Client) error {
	return s.insert(ctx, clients, clientDoc(c), "client", string(c.ID))
}

// insert adds a document. It returns store.ErrExists if its _id is taken.
func (s *Store) insert(ctx context.Context, collection string, doc any, what, id string) error {
	return s.call(ctx, func(ctx context.Context) error {
		_, err := s.db.Collection(collection).InsertOne(ctx, doc)
		if driver.IsDuplicateKeyError(err) {
			return named(store.ErrExists, what, id)
		}
		return err
	})
}

// Client returns store.ErrNotFound for an unknown id.
func (s *Store) Client(ctx context.Context, id models.ClientID) (store.Client, error) {
	var doc clientDoc
	err := s.call(ctx, func(ctx context.Context) error {
		err := s.db.Collection(clients).FindOne(ctx, bson.D{{Key: "_id", Value: id}}).Decode(&doc)
		return named(notFound(err), "client", id)
	})
	if err != nil {
		return store.Client{}, err
	}
	return store.Client(doc), nil
}

// UpdateClient replaces a client whose Rev is still c.Rev. It returns
// store.ErrNotFound or store.ErrConflict.
func (s *Store) UpdateClient(ctx context.Context, c store.Client) error {
	filter := bson.D{{Key: "_id", Value: c.ID}}
	matching := append(filter[:1:1], bson.E{Key: "rev", Value: c.Rev})
	c.Rev++
	return s.call(ctx, func(ctx context.Context) error {
		coll := s.db.Collection(clients)
		res, err := coll.ReplaceOne(ctx, matching, clientDoc(c))
		if err == nil && res.MatchedCount == 0 {
			err = missed(ctx, coll, filter)
		}
		return named(err, "client", c.ID)
	})
}

// ListClients returns all clients in the order of their ids.
func (s *Store) ListClients(ctx context.Context) ([]store.Client, error) {
	var all []store.Client
	err := s.call(ctx, func(ctx context.Context) error {
		cursor, err := s.db.Collection(clients).Find(ctx, bson.D{{Key: "_id", Value: bson.D{{Key: "$gt", Value: ""}}}},
			options.Find().SetSort(bson.D{{Key: "_id", Value: 1}}))
		if err != nil {
			return err
		}
		var docs []clientDoc
		if err := cursor.All(ctx, &docs); err != nil {
			return err
		}
		for _, d := range docs {
			all = append(all, store.Client(d))
		}
		return nil
	})
	return all, err
}

// tokenDoc is a token as a document.
type tokenDoc struct {
	Hash      string           `bson:"_id"`
	Client    models.ClientID  `bson:"client"`
	Kind      store.TokenKind  `bson:"kind"`
	Item      models.ItemID    `bson:"item"`
	Account   models.AccountID `bson:"account,omitempty"`
	Processor string           `bson:"processor,omitempty"`
	CreatedAt time.Time        `bson:"created_at"`
	ExpiresAt time.Time        `bson:"expires_at,omitempty"` // absent for never, so that the index is of those that expire
	UsedAt    time.Time        `bson:"used_at"`
}

// CreateToken adds t. It returns store.ErrExists. A token's hash is no secret,
// but it is in no error either.
func (s *Store) CreateToken(ctx context.Context, t store.Token) error {
	return s.insert(ctx, tokens, tokenDoc(t), "token", "")
}

// Token returns store.ErrNotFound for an unknown hash, or a foreign one.
func (s *Store) Token(ctx context.Context, client models.ClientID, hash string) (store.Token, error) {
	var doc tokenDoc
	err := s.call(ctx, func(ctx context.Context) error {
		err := s.db.Collection(tokens).FindOne(ctx, owned(hash, client)).Decode(&doc)
		return named(notFound(err), "token", "")
	})
	if err != nil {
		return store.Token{}, err
	}
	return store.Token(doc), nil
}

// TakeToken marks a one-time token as used, once. It returns store.ErrConflict
// the second time, or store.ErrNotFound.
func (s *Store) TakeToken(ctx context.Context, client models.ClientID, hash string, now time.Time) (store.Token, error) {
	var doc tokenDoc
	err := s.call(ctx, func(ctx context.Context) error {
		c := s.db.Collection(tokens)
		err := c.FindOneAndUpdate(ctx, append(owned(hash, client), bson.E{Key: "used_at", Value: nil}),
			set(bson.D{{Key: "used_at", Value: now}}), options.FindOneAndUpdate().SetReturnDocument(options.After)).Decode(&doc)
		if errors.Is(err, driver.ErrNoDocuments) {
			err = missed(ctx, c, owned(hash, client))
		}
		return named(err, "token", "")
	})
	if err != nil {
		return store.Token{}, err
	}
	return store.Token(doc), nil
}

// DeleteToken forgets a token, if it is there.
func (s *Store) DeleteToken(ctx context.Context, client models.ClientID, hash string) error {
	return s.delete(ctx, tokens, owned(hash, client))
}

// delete deletes a document, if it is there.
func (s *Store) delete(ctx context.Context, collection string, filter bson.D) error {
	return s.call(ctx, func(ctx context.Context) error {
		_, err := s.db.Collection(collection).DeleteOne(ctx, filter)
		return err
	})
}

// recordDoc is a record as a document.
type recordDoc struct {
	Place  string          `bson:"_id"`
	Client models.ClientID `bson:"client"`
	Kind   string          `bson:"kind"`
	ID     string          `bson:"id"`
	Rev    int64           `bson:"rev"`
	Body   json.RawMessage `bson:"body"`
	// These are absent for never, so that their indexes are of those that have them.
	ExpiresAt time.Time `bson:"expires_at,omitempty"`
	Due       time.Time `bson:"due,omitempty"`
}

// record is the record of a document.
func (d *recordDoc) record() store.Record {
	return store.Record{
		Kind: d.Kind, ID: d.ID, Client: d.Client, Rev: d.Rev, Body: d.Body, ExpiresAt: d.ExpiresAt, Due: d.Due,
	}
}

// place is a record's _id: neither a client's id nor a kind has a slash, so that
// no two records meet in one.
func place(client models.ClientID, kind, id string) string {
	return string(client) + "/" + kind + "/" + id
}

// CreateRecord adds r with Rev 1. It returns store.ErrExists.
func (s *Store) CreateRecord(ctx context.Context, r store.Record) error {
	return s.insert(ctx, records, recordDoc{
		Place: place(r.Client, r.Kind, r.ID), Client: r.Client, Kind: r.Kind, ID: r.ID, Rev: 1, Body: r.Body,
		ExpiresAt: r.ExpiresAt, Due: r.Due,
	}, r.Kind, r.ID)
}

// Record returns store.ErrNotFound for an unknown id, or a foreign one.
func (s *Store) Record(ctx context.Context, client models.ClientID, kind, id string) (store.Record, error) {
	var doc recordDoc
	err := s.call(ctx, func(ctx context.Context) error {
		err := s.db.Collection(records).FindOne(ctx, owned(place(client, kind, id), client)).Decode(&doc)
		return named(notFound(err), kind, id)
	})
	if err != nil {
		return store.Record{}, err
	}
	return doc.record(), nil
}

// UpdateRecord replaces a record whose Rev is still r.Rev. It returns
// store.ErrNotFound or store.ErrConflict.
func (s *Store) UpdateRecord(ctx context.Context, r store.Record) error {
	filter := owned(place(r.Client, r.Kind, r.ID), r.Client)
	fields := bson.D{{Key: "rev", Value: r.Rev + 1}, {Key: "body", Value: json.RawMessage(r.Body)}}
	var gone bson.D
	for _, at := range []struct {
		key string
		t   time.Time
	}{{"expires_at", r.ExpiresAt}, {"due", r.Due}} {
		if at.t.IsZero() {
			gone = append(gone, bson.E{Key: at.key, Value: ""})
		} else {
			fields = append(fields, bson.E{Key: at.key, Value: at.t})
		}
	}
	update := set(fields)
	if gone != nil {
		update = append(update, bson.E{Key: "$unset", Value: gone})
	}
	return s.call(ctx, func(ctx context.Context) error {
		c := s.db.Collection(records)
		res, err := c.UpdateOne(ctx, append(filter[:2:2], bson.E{Key: "rev", Value: r.Rev}), update)
		if err == nil && res.MatchedCount == 0 {
			err = missed(ctx, c, filter)
		}
		return named(err, r.Kind, r.ID)
	})
}

// DueRecords returns up to limit records of a kind whose Due time has come by due, the longest due first.
func (s *Store) DueRecords(ctx context.Context, kind string, due time.Time, limit int) ([]store.Record, error) {
	if limit <= 0 {
		return nil, ctx.Err() // to MongoDB, no limit
	}
	var list []store.Record
	err := s.call(ctx, func(ctx context.Context) error {
		cursor, err := s.db.Collection(records).Find(ctx,
			bson.D{{Key: "due", Value: bson.D{{Key: "$lte", Value: due}}}, {Key: "kind", Value: kind}},
			options.Find().SetSort(bson.D{{Key: "due", Value: 1}}).SetLimit(int64(limit)))
		if err != nil {
			return err
		}
		var docs []recordDoc
		if err := cursor.All(ctx, &docs); err != nil {
			return err
		}
		list = make([]store.Record, len(docs))
		for i := range docs {
			list[i] = docs[i].record()
		}
		return nil
	})
	return list, err
}

// DeleteRecord forgets a record, if it is there.
func (s *Store) DeleteRecord(ctx context.Context, client models.ClientID, kind, id string) error {
	return s.delete(ctx, records, owned(place(client, kind, id), client))
}
