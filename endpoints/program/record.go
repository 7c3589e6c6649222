package program

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/gingham-dev/gingham/models"
	"github.com/gingham-dev/gingham/store"
)

// attempts is how often a record that others change at the same time is tried to be changed.
const attempts = 50

// read reads the body of a client's record, and the record: of Rev 0, and an empty body, where
// there is none. Errors are the store's.
func read[T any](ctx context.Context, s store.Records, client models.ClientID, kind, id string) (*T, store.Record, error) {
	body := new(T)
	r, err := s.Record(ctx, client, kind, id)
	if errors.Is(err, store.ErrNotFound) {
		return body, store.Record{Kind: kind, ID: id, Client: client}, nil
	}
	if err == nil {
		err = json.Unmarshal(r.Body, body)
	}
	if err != nil {
		return nil, r, fmt.Errorf("program: read a %s: %w", kind, err)
	}
	return body, r, nil
}

// change changes the body of a client's record by fn, which is given what there is, and
// may be called again when another writer was faster. An error of fn's is returned as it
// is, and nothing is changed.
func change[T any](ctx context.Context, s store.Records, client models.ClientID, kind, id string, fn func(*T) error) (*T, error) {
	for range attempts {
		body, r, err := read[T](ctx, s, client, kind, id)
		if err != nil {
			return nil, err
		}
		if err := fn(body); err != nil {
			return nil, err
		}
		if r.Body, err = json.Marshal(body); err != nil {
			return nil, fmt.Errorf("program: %w", err)
		}
		if r.Rev == 0 {
			err = s.CreateRecord(ctx, r)
		} else {
			err = s.UpdateRecord(ctx, r)
		}
		if err == nil {
			return body, nil
		}
		if !errors.Is(err, store.ErrExists) && !errors.Is(err, store.ErrConflict) && !errors.Is(err, store.ErrNotFound) {
			return nil, fmt.Errorf("program: keep a %s: %w", kind, err)
		}
	}
	return nil, fmt.Errorf("program: keep a %s: %w", kind, store.ErrConflict)
}
