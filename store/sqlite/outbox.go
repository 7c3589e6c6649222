package sqlite

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"github.com/gingham-dev/gingham/store"
)

// outboxEvent is an event in the outbox column. The body is kept as text, since
// JSON inside JSON would be rewritten, and receivers are sent the exact bytes.
type outboxEvent struct {
	ID   string    `json:"id"`
	Type string    `json:"type"`
	Code string    `json:"code"`
	URL  string    `json:"url"`
	Body string    `json:"body"`
	At   time.Time `json:"at"`
}

// outbox is a list of events with the column that holds it.
type outbox struct {
	events []store.Event
	column []byte // NULL for none
}

// encodeEvents is an outbox of events, as they will be read back, and the
// column outbox_at for it.
func encodeEvents(events []store.Event) (outbox, any, error) {
	if len(events) == 0 {
		return outbox{}, nil, nil
	}
	rows := make([]outboxEvent, len(events))
	back := make([]store.Event, len(events))
	for i, e := range events {
		rows[i] = outboxEvent{ID: e.ID, Type: e.Type, Code: e.Code, URL: e.URL, Body: string(e.Body), At: kept(e.At)}
		back[i] = e
		back[i].At = kept(e.At)
		back[i].Body = slices.Clone(e.Body)
	}
	column, err := json.Marshal(rows)
	if err != nil {
		return outbox{}, nil, fmt.Errorf("sqlite: encoding events: %w", err)
	}
	// A column even where the time is not set: it also says that there are events.
	return outbox{back, column}, events[0].At.UnixMilli(), nil
}

// decodeEvents reads a column that encodeEvents wrote.
func decodeEvents(column []byte) ([]store.Event, error) {
	if len(column) == 0 {
		return nil, nil
	}
	var rows []outboxEvent
	if err := json.Unmarshal(column, &rows); err != nil {
		return nil, fmt.Errorf("sqlite: decoding events: %w", err)
	}
	events := make([]store.Event, len(rows))
	for i, r := range rows {
		events[i] = store.Event{ID: r.ID, Type: r.Type, Code: r.Code, URL: r.URL, Body: json.RawMessage(r.Body), At: r.At}
	}
	return events, nil
}

// FullOutboxes returns up to limit Items with events waiting in their heads, the longest waiting first.
func (s *Store) FullOutboxes(ctx context.Context, limit int) ([]store.ItemRef, error) {
	return s.refs(ctx, `SELECT client, item FROM heads WHERE outbox_at IS NOT NULL ORDER BY outbox_at LIMIT ?`, max(limit, 0))
}

// TakeEvents returns the events waiting in an Item's head. It returns store.ErrNotFound.
func (s *Store) TakeEvents(ctx context.Context, ref store.ItemRef) ([]store.Event, error) {
	h, err := s.Head(ctx, ref.Client, ref.Item)
	if err != nil {
		return nil, err
	}
	return slices.Clone(h.Outbox), nil
}

// DropEvents removes events from an Item's head. It returns store.ErrNotFound.
func (s *Store) DropEvents(ctx context.Context, ref store.ItemRef, ids []string) error {
	_, err := do(ctx, s, func(w *wtx) (struct{}, error) {
		cur, err := w.head(ref.Client, ref.Item)
		if err != nil {
			return struct{}{}, err
		}
		left := slices.DeleteFunc(slices.Clone(cur.Outbox), func(e store.Event) bool { return slices.Contains(ids, e.ID) })
		if len(left) == len(cur.Outbox) {
			return struct{}{}, nil
		}
		box, at, err := encodeEvents(left)
		if err != nil {
			return struct{}{}, err
		}
		if err := w.exec(`UPDATE heads SET outbox = ?, outbox_at = ? WHERE item = ?`, box.column, at, ref.Item); err != nil {
			return struct{}{}, err
		}
		next := *cur
		next.Outbox = box.events
		w.mine[ref.Item] = &next
		return struct{}{}, nil
	})
	return err
}
