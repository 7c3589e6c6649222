package assetreport

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"

	"github.com/gingham-dev/gingham/models"
	"github.com/gingham-dev/gingham/models/plaiderr"
	"github.com/gingham-dev/gingham/store"
)

// grant is what an audit copy's token or a relay's opens: the body of a record that is
// found by the hash of a client and the token. The client that gave the token has one,
// and the one that it is for has another, so that it is unknown to all others.
type grant struct {
	// Owner is whose report it is, Report the id of the report's record.
	Owner  models.ClientID `json:"owner"`
	Report string          `json:"report"`
	// Reader is the client that it is for, or "", and Record the id of his record.
	Reader models.ClientID `json:"reader,omitempty"`
	Record string          `json:"record,omitempty"`
	// Made is the id of the record of the report that a relay was refreshed to; "" is none.
	Made string `json:"made,omitempty"`

	record store.Record
}

// give mints a token for a report and stores what it opens, for the report's owner and
// for the reader. The report names the records first, so that they end with it.
func (g *Group) give(ctx context.Context, r *report, kind string, token store.TokenKind, reader models.ClientID) (string, error) {
	owner := r.record.Client
	text := g.tokens.Mint(token)
	body := grant{Owner: owner, Report: r.record.ID}
	records := []store.Record{{Kind: kind, Client: owner, ID: g.tokens.Hash(owner, text)}}
	// Whether there is such a client is nobody's business. An id that can be none's,
	// as "fannie_mae", opens nothing.
	if isClientID(reader) {
		body.Reader, body.Record = reader, g.tokens.Hash(reader, text)
		if reader != owner {
			records = append(records, store.Record{Kind: kind, Client: reader, ID: body.Record})
		}
	}
	err := g.change(ctx, owner, r.record.ID, func(r *report) error {
		for _, rec := range records {
			r.Shares = append(r.Shares, share{Kind: kind, Client: rec.Client, ID: rec.ID})
		}
		return nil
	})
	if errors.Is(err, store.ErrNotFound) {
		return "", plaiderr.UnknownAssetReportToken()
	}
	if err != nil {
		return "", err
	}
	for _, rec := range records {
		if rec.Body, err = json.Marshal(body); err == nil {
			err = g.store.CreateRecord(ctx, rec)
		}
		if err != nil {
			return "", fmt.Errorf("share an asset report: %w", err)
		}
	}
	return text, nil
}

// isClientID reports whether an id is shaped like a client's.
func isClientID(id models.ClientID) bool {
	return len(id) == 24 && !slices.ContainsFunc([]byte(id), func(c byte) bool {
		return (c < '0' || c > '9') && (c < 'a' || c > 'f') && (c < 'A' || c > 'F')
	})
}

// granted reads what a token opens for a client. Errors: store.ErrNotFound.
func (s shelf) granted(ctx context.Context, client models.ClientID, kind, id string) (*grant, error) {
	rec, err := s.store.Record(ctx, client, kind, id)
	if err != nil {
		return nil, err
	}
	gr := &grant{record: rec}
	if err := json.Unmarshal(rec.Body, gr); err != nil {
		return nil, fmt.Errorf("read a share of an asset report: %w", err)
	}
	return gr, nil
}

// take takes back what a client gave. The reader's record goes first and the client's
// own last, so that what was interrupted can be done again. Errors: store.ErrNotFound,
// also for what another gave.
func (s shelf) take(ctx context.Context, client models.ClientID, kind, id string) (*grant, error) {
	gr, err := s.granted(ctx, client, kind, id)
	if err != nil {
		return nil, err
	}
	if gr.Owner != client {
		return nil, store.ErrNotFound
	}
	if gr.Reader != "" && gr.Reader != client {
		theirs, err := s.granted(ctx, gr.Reader, kind, gr.Record)
		if err == nil {
			gr.Made = theirs.Made
			err = s.store.DeleteRecord(ctx, gr.Reader, kind, gr.Record)
		}
		if err != nil && !errors.Is(err, store.ErrNotFound) {
			return nil, fmt.Errorf("take back a share of an asset report: %w", err)
		}
	}
	err = s.change(ctx, client, gr.Report, func(r *report) error {
		r.Shares = slices.DeleteFunc(r.Shares, func(x share) bool {
			return x.Kind == kind && (x.ID == id || x.ID == gr.Record)
		})
		return nil
	})
	if err != nil {
		return nil, err // of a report that was removed it is unknown
	}
	if err := s.store.DeleteRecord(ctx, client, kind, id); err != nil {
		return nil, fmt.Errorf("take back a share of an asset report: %w", err)
	}
	return gr, nil
}
