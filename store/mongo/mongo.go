// Package mongo is the store for more than one machine: MongoDB, or a service
// that speaks its protocol.
//
// Every operation of the contract is one conditional change of one document, by
// its _id; there are no transactions, so that a standalone server, a replica set
// and a sharded cluster all do. Collections may be sharded on hashed _id.
// Writes are acknowledged by a majority and from its journal, reads go to the
// primary. A change of a head whose reply was lost is done again: its condition
// makes sure that it takes place once, and the head remembers the ids of its
// last commits, so that the writer learns that it was his.
package mongo

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"sync"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/event"
	driver "go.mongodb.org/mongo-driver/v2/mongo"
	"go.mongodb.org/mongo-driver/v2/mongo/options"
	"go.mongodb.org/mongo-driver/v2/mongo/readpref"
	"go.mongodb.org/mongo-driver/v2/mongo/writeconcern"

	"github.com/gingham-dev/gingham/models"
	"github.com/gingham-dev/gingham/store"
)

// Options are how a store is opened. The zero value is good.
type Options struct {
	// Timeout is how long an operation may take when the server is gone; 0 is 2 s.
	Timeout time.Duration
	// Logger is told of what an operator should know; nil is slog's default.
	Logger *slog.Logger
	// Monitor is told of every command. For tests.
	Monitor *event.CommandMonitor
	// AfterCommit, when set, is called when the server has changed a head; its
	// error makes the store believe that the reply was lost. BeforeHead is called
	// after the blocks of a change were written and ends it with its error. For tests.
	AfterCommit, BeforeHead func() error
}

// defaultDatabase is the database where the URI names none.
const defaultDatabase = "gingham"

// defaultTimeout is Options.Timeout's.
const defaultTimeout = 2 * time.Second

// Store is a store.Store on MongoDB.
type Store struct {
	opts   Options
	client *driver.Client
	db     *driver.Database

	life   sync.RWMutex // held for reading by calls under way
	closed bool

	sweep     sync.Mutex // one sweep at a time, and guards sweepFrom
	sweepFrom sweepPlace
}

var _ store.Store = (*Store)(nil)

// errClosed is returned by every method after Close.
var errClosed = errors.New("mongo: the store is closed")

// Open connects to the server that uri names, and creates collections' indexes
// where they are missing. The database is the one in the URI, or "gingham".
func Open(ctx context.Context, uri string, opts Options) (*Store, error) {
	if opts.Timeout <= 0 {
		opts.Timeout = defaultTimeout
	}
	if opts.Logger == nil {
		opts.Logger = slog.Default()
	}
	journaled := true
	clientOptions := options.Client().ApplyURI(uri).
		SetAppName("gingham").
		SetRegistry(registry()).
		SetBSONOptions(&options.BSONOptions{UseJSONStructTags: true}).
		SetReadPreference(readpref.Primary()).
		// Journaled as well, since a majority of one, a standalone server's, is not.
		SetWriteConcern(&writeconcern.WriteConcern{W: writeconcern.WCMajority, Journal: &journaled}).
		// Half, so that a change whose reply was lost has time for its second try.
		SetServerSelectionTimeout(opts.Timeout / 2).
		SetConnectTimeout(opts.Timeout / 2)
	if opts.Monitor != nil {
		clientOptions.SetMonitor(opts.Monitor)
	}
	client, err := driver.Connect(clientOptions)
	if err != nil {
		return nil, fmt.Errorf("mongo: %w", err)
	}
	s := &Store{opts: opts, client: client, db: client.Database(databaseOf(uri))}
	if err := s.prepare(ctx); err != nil {
		return nil, errors.Join(err, client.Disconnect(context.WithoutCancel(ctx)))
	}
	return s, nil
}

// databaseOf is the database that a URI names, or defaultDatabase.
func databaseOf(uri string) string {
	uri, _, _ = strings.Cut(uri, "?")
	_, rest, _ := strings.Cut(uri, "://")
	if _, name, _ := strings.Cut(rest, "/"); name != "" {
		return name
	}
	return defaultDatabase
}

// prepare looks at the server and creates the indexes.
func (s *Store) prepare(ctx context.Context) error {
	if err := s.Ping(ctx); err != nil {
		return err
	}
	var hello struct {
		SetName string `bson:"setName"`
		Msg     string `bson:"msg"` // "isdbgrid" from a router of a sharded cluster
	}
	// By the old name, which every server and every service understands.
	if err := s.db.RunCommand(ctx, bson.D{{Key: "isMaster", Value: 1}}).Decode(&hello); err != nil {
		return fmt.Errorf("mongo: asking the server what it is: %w", err)
	}
	if hello.SetName == "" && hello.Msg != "isdbgrid" {
		s.opts.Logger.WarnContext(ctx, "MongoDB is a standalone server: when its disk is lost, so is the data; use a replica set")
	}
	return s.createIndexes(ctx)
}

// Ping reports whether the primary answers.
func (s *Store) Ping(ctx context.Context) error {
	return s.call(ctx, func(ctx context.Context) error { return s.client.Ping(ctx, readpref.Primary()) })
}

// Close disconnects after the calls under way. A second Close does nothing.
func (s *Store) Close() error {
	s.life.Lock()
	defer s.life.Unlock()
	if s.closed {
		return nil
	}
	s.closed = true
	ctx, cancel := context.WithTimeout(context.Background(), s.opts.Timeout)
	defer cancel()
	if err := s.client.Disconnect(ctx); err != nil {
		return fmt.Errorf("mongo: closing: %w", err)
	}
	return nil
}

// call runs f, within the store's time-out. It returns errClosed after Close, and
// says so where it was the caller's context that ended.
func (s *Store) call(ctx context.Context, f func(context.Context) error) error {
	s.life.RLock()
	defer s.life.RUnlock()
	if s.closed {
		return errClosed
	}
	bound, cancel := context.WithTimeout(ctx, s.opts.Timeout*19/20)
	defer cancel()
	err := f(bound)
	if err == nil || errors.Is(err, store.ErrNotFound) || errors.Is(err, store.ErrExists) || errors.Is(err, store.ErrConflict) {
		return err
	}
	if cause := ctx.Err(); cause != nil && !errors.Is(err, cause) {
		err = errors.Join(cause, err)
	}
	return fmt.Errorf("mongo: %w", err)
}

// twice runs f, which may be done twice without harm, and once more where the
// first reply was lost. The first try gets half the time.
func (s *Store) twice(ctx context.Context, f func(context.Context) error) error {
	first, cancel := context.WithTimeout(ctx, s.opts.Timeout*6/10)
	err := f(first)
	cancel()
	if err == nil || !lost(err) || ctx.Err() != nil {
		return err
	}
	return f(ctx)
}

// lost reports whether err leaves open if a write took place: the connection
// broke, time ran out, or a majority has not confirmed what the primary did.
func lost(err error) bool {
	var hook *hookError
	if errors.As(err, &hook) || driver.IsNetworkError(err) || driver.IsTimeout(err) || errors.Is(err, context.DeadlineExceeded) {
		return true
	}
	var labeled driver.LabeledError
	if errors.As(err, &labeled) && labeled.HasErrorLabel("RetryableWriteError") {
		return true
	}
	var write driver.WriteException
	return errors.As(err, &write) && write.WriteConcernError != nil
}

// hookError is AfterCommit's.
type hookError struct{ err error }

func (e *hookError) Error() string { return e.err.Error() }

func (e *hookError) Unwrap() error { return e.err }

// afterCommit calls the hook of that name.
func (s *Store) afterCommit() error {
	if s.opts.AfterCommit != nil {
		if err := s.opts.AfterCommit(); err != nil {
			return &hookError{err}
		}
	}
	return nil
}

// owned is the filter of one document of a client's.
func owned(id any, client models.ClientID) bson.D {
	return bson.D{{Key: "_id", Value: id}, {Key: "client", Value: client}}
}

// set is an update that sets fields.
func set(fields any) bson.D { return bson.D{{Key: "$set", Value: fields}} }

// missed says why a conditional change found nothing to change: the document is
// not there, ErrNotFound, or it is not as the condition wants it, ErrConflict.
func missed(ctx context.Context, c *driver.Collection, filter bson.D) error {
	err := c.FindOne(ctx, filter, options.FindOne().SetProjection(bson.D{{Key: "_id", Value: 1}})).Err()
	switch {
	case errors.Is(err, driver.ErrNoDocuments):
		return store.ErrNotFound
	case err != nil:
		return err
	}
	return store.ErrConflict
}

// notFound makes the contract's error of the driver's.
func notFound(err error) error {
	if errors.Is(err, driver.ErrNoDocuments) {
		return store.ErrNotFound
	}
	return err
}
