package api_test

import (
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/gingham-dev/gingham/endpoints/api"
	"github.com/gingham-dev/gingham/models/plaid"
	"github.com/gingham-dev/gingham/models/plaiderr"
)

// streamed is a route that writes pieces, and then ends with an error.
func streamed(contentType string, pieces []string, end error) api.Route {
	return api.Handle("/item/get", api.ClientAuth, func(context.Context, *api.Caller, *plaid.ItemGetRequest) (*api.Stream, error) {
		return &api.Stream{ContentType: contentType, Body: func(ctx context.Context, w io.Writer, requestID string) error {
			for _, p := range pieces {
				if _, err := io.WriteString(w, strings.ReplaceAll(p, "ID", requestID)); err != nil {
					return err
				}
			}
			return errors.Join(end, ctx.Err())
		}}, nil
	})
}

func TestStream(t *testing.T) {
	const js, pdf = "application/json", "application/pdf"
	small := []string{`{"id":"`, `ID"}`}
	row := strings.Repeat("row ", 5000)
	large := []string{"[", row, row, row, "ID", row, row + row + row, "]"}
	squeeze := func(o *api.Options) { o.GzipAbove = 10 }
	for _, tt := range []struct {
		name, contentType string
		pieces            []string
		change            func(*api.Options)
		// announced says that the length is known beforehand.
		announced, gzipped bool
	}{
		{"small", js, small, nil, true, false},
		{"small, compressed", js, small, squeeze, true, true},
		{"small document", pdf, small, squeeze, true, false},
		{"nothing", pdf, nil, nil, true, false},
		{"large", js, large, nil, false, false},
		{"large, compressed", js, large, squeeze, false, true},
		{"large document", pdf, large, squeeze, false, false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			k := newKit(t, tt.change, streamed(tt.contentType, tt.pieces, nil))
			w := k.post("/item/get", with(anyToken), "Accept-Encoding: gzip")
			h := w.Header()
			id := h.Get("Plaid-Request-ID")
			if w.Code != http.StatusOK || h.Get("Content-Type") != tt.contentType || len(id) != 15 {
				t.Errorf("%d %v", w.Code, h)
			}
			if (h.Get("Content-Length") != "") != tt.announced || (h.Get("Content-Encoding") == "gzip") != tt.gzipped {
				t.Errorf("headers %v", h)
			}
			var body io.Reader = w.Body
			if tt.gzipped {
				var err error
				if body, err = gzip.NewReader(w.Body); err != nil {
					t.Fatal(err)
				}
			}
			got, err := io.ReadAll(body)
			if want := strings.ReplaceAll(strings.Join(tt.pieces, ""), "ID", id); err != nil || string(got) != want {
				t.Errorf("%v, got %d bytes, want %d", err, len(got), len(want))
			}
		})
	}
}

// TestStreamFails: an error that comes early is answered as one; a late one, and a
// fault, leave nothing that could be taken for the whole.
func TestStreamFails(t *testing.T) {
	row := strings.Repeat("row ", 20000)
	for _, tt := range []struct {
		name   string
		pieces []string
		end    error
		change func(*api.Options)
		status int
	}{
		{"early", []string{"abc"}, plaiderr.New(plaiderr.InvalidAccountID), nil, http.StatusBadRequest},
		{"early, ours", []string{"abc"}, errors.New("the store is gone"), nil, http.StatusInternalServerError},
		{"late", []string{row, row}, errors.New("the store is gone"), nil, 0},
		{"cut", []string{row, row}, nil, faulty(api.Fault{Truncate: true}), 0},
		{"cut while it is short", []string{"abcd"}, nil, faulty(api.Fault{Truncate: true}), 0},
	} {
		t.Run(tt.name, func(t *testing.T) {
			k := newKit(t, tt.change, streamed("application/json", tt.pieces, tt.end))
			server := httptest.NewServer(k.server)
			defer server.Close()
			status, _, text, err := overTCP(t, server, "/item/get", with(anyToken), "")
			if tt.status == 0 {
				if whole := strings.Join(tt.pieces, ""); !errors.Is(err, io.ErrUnexpectedEOF) || tt.end == nil && len(text) >= len(whole) {
					t.Errorf("answered %d with %d bytes, %v", status, len(text), err)
				}
			} else if err != nil || status != tt.status || !bytes.Contains(text, []byte(`"error_code"`)) || bytes.Contains(text, []byte("abc")) {
				t.Errorf("answered %d %s, %v", status, text, err)
			}
			server.Close()
			if log := k.log.String(); strings.Contains(log, "panic") || tt.end != nil && tt.status != http.StatusBadRequest && !strings.Contains(log, "the store is gone") {
				t.Errorf("the log is %s", log)
			}
		})
	}
}
