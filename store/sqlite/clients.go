package sqlite

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"slices"

	"github.com/gingham-dev/gingham/models"
	"github.com/gingham-dev/gingham/store"
)

// decodeClient reads a row's body.
func decodeClient(r scanner) (store.Client, error) {
	var (
		body []byte
		c    store.Client
	)
	if err := r.Scan(&body); err != nil {
		return c, err
	}
	if err := json.Unmarshal(body, &c); err != nil {
		return c, fmt.Errorf("sqlite: decoding a client: %w", err)
	}
	return c, nil
}

// encodeClient is a client's body, and the client as it will be read back.
func encodeClient(c store.Client) ([]byte, store.Client, error) {
	body, err := json.Marshal(c)
	if err != nil {
		return nil, c, fmt.Errorf("sqlite: encoding a client: %w", err)
	}
	var back store.Client
	if err := json.Unmarshal(body, &back); err != nil {
		return nil, c, fmt.Errorf("sqlite: encoding a client: %w", err)
	}
	return body, back, nil
}

// own is a copy of a cached client for one caller, who may change its lists.
func own(c store.Client) store.Client {
	c.Secrets = slices.Clone(c.Secrets)
	c.AllowedRedirectURIs = slices.Clone(c.AllowedRedirectURIs)
	c.AllowedOrigins = slices.Clone(c.AllowedOrigins)
	return c
}

// CreateClient adds c. It returns store.ErrExists if its id is taken.
func (s *Store) CreateClient(ctx context.Context, c store.Client) error {
	body, back, err := encodeClient(c)
	if err != nil {
		return err
	}
	_, err = do(ctx, s, func(w *wtx) (struct{}, error) {
		n, err := w.changed(`INSERT INTO clients (id, rev, body) VALUES (?, ?, ?) ON CONFLICT DO NOTHING`, c.ID, c.Rev, body)
		if err == nil && n == 0 {
			err = fmt.Errorf("client %q: %w", c.ID, store.ErrExists)
		}
		w.onDisk(func() { s.clients.put(back.ID, back) })
		return struct{}{}, err
	})
	return err
}

// Client returns store.ErrNotFound for an unknown id.
func (s *Store) Client(ctx context.Context, id models.ClientID) (store.Client, error) {
	c, err := s.clients.get(ctx, id, func(ctx context.Context) (c store.Client, err error) {
		err = s.one(ctx, `SELECT body FROM clients WHERE id = ?`, []any{id}, func(r scanner) error {
			c, err = decodeClient(r)
			return err
		})
		if errors.Is(err, sql.ErrNoRows) {
			err = fmt.Errorf("client %q: %w", id, store.ErrNotFound)
		}
		return c, err
	})
	return own(c), err
}

// UpdateClient replaces a client whose Rev is still c.Rev. It returns
// store.ErrNotFound or store.ErrConflict.
func (s *Store) UpdateClient(ctx context.Context, c store.Client) error {
	old := c.Rev
	c.Rev++
	body, back, err := encodeClient(c)
	if err != nil {
		return err
	}
	_, err = do(ctx, s, func(w *wtx) (struct{}, error) {
		n, err := w.changed(`UPDATE clients SET rev = ?, body = ? WHERE id = ? AND rev = ?`, c.Rev, body, c.ID, old)
		if err == nil && n == 0 {
			err = w.missed(`SELECT 1 FROM clients WHERE id = ?`, c.ID)
			err = fmt.Errorf("client %q: %w", c.ID, err)
		}
		w.onDisk(func() { s.clients.put(back.ID, back) })
		return struct{}{}, err
	})
	return err
}

// missed says why a conditional change found nothing to change: store.ErrNotFound
// where the query, the same without the condition, finds no row, store.ErrConflict where it finds one.
func (w *wtx) missed(query string, args ...any) error {
	var one int
	err := w.row(query, args...).Scan(&one)
	switch {
	case errors.Is(err, sql.ErrNoRows):
		return store.ErrNotFound
	case err != nil:
		return err
	}
	return store.ErrConflict
}

// ListClients returns all clients in the order of their ids.
func (s *Store) ListClients(ctx context.Context) ([]store.Client, error) {
	var all []store.Client
	err := s.each(ctx, `SELECT body FROM clients ORDER BY id`, nil, func(r scanner) error {
		c, err := decodeClient(r)
		all = append(all, c)
		return err
	})
	return all, err
}
