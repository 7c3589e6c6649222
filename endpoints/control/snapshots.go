package control

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"time"

	"github.com/gingham-dev/gingham/ledger"
	"github.com/gingham-dev/gingham/models"
	"github.com/gingham-dev/gingham/store"
)

const (
	// snapshotsKind is the kind of the one record that lists a client's snapshots,
	// capturedKind of those that hold their Items.
	snapshotsKind, snapshotsID = "snapshots", "all"
	capturedKind               = "snapshot_item"

	// maxSnapshots is how many snapshots a client has, maxSnapshotItems how many Items
	// a snapshot.
	maxSnapshots, maxSnapshotItems = 10, 1000
	// capturedPiece is how many bytes of an Item go into one record, before Base64
	// makes a third more of them.
	capturedPiece = 1 << 20
	// listAttempts is how often a list that others change at the same time is tried to be changed.
	listAttempts = 10
)

// snapshot is a state of a client's Items to return to.
type snapshot struct {
	ID        string         `json:"id"`
	Name      string         `json:"name,omitempty"`
	CreatedAt time.Time      `json:"created_at"`
	Items     []snapshotItem `json:"items"`
}

// snapshotItem is an Item of a snapshot, which lies in records of its own.
type snapshotItem struct {
	ID models.ItemID `json:"id"`
	// Pieces is how many records it is in.
	Pieces int `json:"pieces"`
}

// has reports whether the Item is one of the snapshot's.
func (s *snapshot) has(item models.ItemID) bool {
	return slices.ContainsFunc(s.Items, func(it snapshotItem) bool { return it.ID == item })
}

// snapshots keeps snapshots as records of their clients.
type snapshots struct{ records store.Records }

// list reads a client's snapshots, the oldest first, and the record that they are in.
func (s snapshots) list(ctx context.Context, client models.ClientID) ([]snapshot, store.Record, error) {
	r, err := s.records.Record(ctx, client, snapshotsKind, snapshotsID)
	if errors.Is(err, store.ErrNotFound) {
		return nil, store.Record{Kind: snapshotsKind, ID: snapshotsID, Client: client}, nil
	}
	var list []snapshot
	if err == nil {
		err = json.Unmarshal(r.Body, &list)
	}
	if err != nil {
		return nil, r, fmt.Errorf("control: list snapshots: %w", err)
	}
	return list, r, nil
}

// add lists a snapshot whose Items are kept, and takes the oldest beyond
// maxSnapshots, which it returns, off the list.
func (s snapshots) add(ctx context.Context, client models.ClientID, added snapshot) ([]snapshot, error) {
	for range listAttempts {
		list, r, err := s.list(ctx, client)
		if err != nil {
			return nil, err
		}
		list = append(list, added)
		over := list[:max(0, len(list)-maxSnapshots)]
		if r.Body, err = json.Marshal(list[len(over):]); err != nil {
			return nil, fmt.Errorf("control: list snapshots: %w", err)
		}
		if r.Rev == 0 {
			err = s.records.CreateRecord(ctx, r)
		} else {
			err = s.records.UpdateRecord(ctx, r)
		}
		switch {
		case err == nil:
			return over, nil
		case !errors.Is(err, store.ErrExists) && !errors.Is(err, store.ErrConflict):
			return nil, fmt.Errorf("control: list snapshots: %w", err)
		}
	}
	return nil, fmt.Errorf("control: list snapshots: %w", store.ErrConflict)
}

// keep keeps an Item of a snapshot.
func (s snapshots) keep(ctx context.Context, client models.ClientID, snapshotID string, item models.ItemID, c ledger.Captured) (snapshotItem, error) {
	kept := snapshotItem{ID: item}
	text, err := json.Marshal(c)
	if err != nil {
		return kept, fmt.Errorf("control: keep an item: %w", err)
	}
	for piece := range slices.Chunk(text, capturedPiece) {
		body, err := json.Marshal(piece)
		if err != nil {
			return kept, fmt.Errorf("control: keep an item: %w", err)
		}
		err = s.records.CreateRecord(ctx, store.Record{
			Kind: capturedKind, ID: pieceID(snapshotID, item, kept.Pieces), Client: client, Body: body,
		})
		if err != nil {
			return kept, fmt.Errorf("control: keep an item: %w", err)
		}
		kept.Pieces++
	}
	return kept, nil
}

// kept reads an Item of a snapshot. store.ErrNotFound if the snapshot was dropped meanwhile.
func (s snapshots) kept(ctx context.Context, client models.ClientID, snapshotID string, it snapshotItem) (ledger.Captured, error) {
	var text []byte
	var c ledger.Captured
	for i := range it.Pieces {
		r, err := s.records.Record(ctx, client, capturedKind, pieceID(snapshotID, it.ID, i))
		var piece []byte
		if err == nil {
			err = json.Unmarshal(r.Body, &piece)
		}
		if err != nil {
			return c, fmt.Errorf("control: read a kept item: %w", err)
		}
		text = append(text, piece...)
	}
	if err := json.Unmarshal(text, &c); err != nil {
		return c, fmt.Errorf("control: read a kept item: %w", err)
	}
	return c, nil
}

// drop forgets the Items of a snapshot that is not listed.
func (s snapshots) drop(ctx context.Context, client models.ClientID, dropped *snapshot) error {
	for _, it := range dropped.Items {
		for i := range it.Pieces {
			if err := s.records.DeleteRecord(ctx, client, capturedKind, pieceID(dropped.ID, it.ID, i)); err != nil {
				return fmt.Errorf("control: forget a snapshot: %w", err)
			}
		}
	}
	return nil
}

func pieceID(snapshotID string, item models.ItemID, n int) string {
	return snapshotID + "/" + string(item) + "/" + strconv.Itoa(n)
}
