package linkmoney

import (
	"encoding/json"
	"fmt"
	"net/url"
	"strconv"

	"github.com/gingham-dev/gingham/models/plaid/wire"
	"github.com/gingham-dev/gingham/models/plaiderr"
)

// answer is a response of few and small values, by their keys: whatever encoding/json
// writes, and JSON as []byte.
type answer map[string]any

// SetRequestID implements wire.Response.
func (a answer) SetRequestID(id string) { a["request_id"] = id }

// AppendJSON implements wire.Value.
func (a answer) AppendJSON(b []byte) []byte {
	return wire.AppendMap(b, a, func(b []byte, v any) []byte {
		if raw, ok := v.([]byte); ok {
			return append(b, raw...)
		}
		text, err := json.Marshal(v)
		if err != nil {
			panic(fmt.Sprintf("linkmoney: %v", err)) // the values are the package's own
		}
		return append(b, text...)
	})
}

// defaultPerPage and maxPerPage are how many entries a page has.
const defaultPerPage, maxPerPage = 100, 500

// page is a page of a list that was asked for.
type page struct{ number, perPage int }

// offset is how many entries come before the page.
func (p page) offset() int { return (p.number - 1) * p.perPage }

// maxPage keeps the offset of a page within bounds.
const maxPage = 1_000_000

// pageFields are the fields of a request for a page; zero is not given.
type pageFields struct{ number, perPage int64 }

// listPlainRequest asks for a page of a list.
type listPlainRequest struct {
	wire.Credentials
	pageFields
}

// DecodeJSON implements wire.Request.
func (r *listPlainRequest) DecodeJSON(d *wire.Decoder) {
	if d.Absent() || !d.Object() {
		return
	}
	for d.Next() {
		if !credentials(d, &r.Credentials) && !r.decode(d) {
			d.Unknown()
		}
	}
	d.End()
}

// decode reads a field, if it is one of these.
func (f *pageFields) decode(d *wire.Decoder) bool {
	switch d.Key() {
	case "page":
		if n, ok := d.Int(); ok {
			d.AtLeast(n, 1)
			d.AtMost(n, maxPage)
			f.number = n
		}
	case "per_page":
		if n, ok := d.Int(); ok {
			d.AtLeast(n, 1)
			d.AtMost(n, maxPerPage)
			f.perPage = n
		}
	default:
		return false
	}
	return true
}

// pageOf is the page asked for in the query, else in the body, else the first.
func (f *pageFields) pageOf(query url.Values) (page, error) {
	number, err := whole(query, "page", f.number, 1, maxPage)
	if err != nil {
		return page{}, err
	}
	perPage, err := whole(query, "per_page", f.perPage, defaultPerPage, maxPerPage)
	return page{number, perPage}, err
}

// whole is a number of the query, else of the body, else what is usual.
func whole(query url.Values, name string, body int64, usual, most int) (int, error) {
	text := query.Get(name)
	switch {
	case text == "" && body != 0:
		return int(body), nil
	case text == "":
		return usual, nil
	}
	n, err := strconv.Atoi(text)
	if err != nil || n < 1 || n > most {
		return 0, plaiderr.InvalidField(fmt.Sprintf("%s must be an integer between 1 and %d", name, most))
	}
	return n, nil
}

// of are the entries of a list that are on a page.
func of[T any](p page, list []T) []T {
	from := min(p.offset(), len(list))
	return list[from:min(from+p.perPage, len(list))]
}

// paged is the answer with where it stands in the whole list of total entries.
func (a answer) paged(p page, total int) answer {
	a["pagination"] = struct {
		CurrentPage  int `json:"current_page"`
		PerPage      int `json:"per_page"`
		TotalEntries int `json:"total_entries"`
		TotalPages   int `json:"total_pages"`
	}{p.number, p.perPage, total, (total + p.perPage - 1) / p.perPage}
	return a
}
