package files

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"fmt"

	"github.com/gingham-dev/gingham/models"
	"github.com/gingham-dev/gingham/providers"
	"github.com/gingham-dev/gingham/providers/files/csv"
)

// maxState is the size of a connection's state, in bytes. Sealed and kept by Link as
// text it is nearly twice that, and must fit into a document of a store.
const maxState = 8 << 20

// state is a connection's.
type state struct {
	// Accounts are in the order in which files first told of them.
	Accounts []account `json:"accounts"`
	// Mappings are those by which tables were read, the last used last.
	Mappings []csv.Mapping `json:"mappings,omitempty"`
	// Waiting is a packed waiting, Portfolio a packed portfolio, Memory a packed
	// memory; none is an empty one.
	Waiting   []byte `json:"waiting,omitempty"`
	Portfolio []byte `json:"portfolio,omitempty"`
	Memory    []byte `json:"memory,omitempty"`
}

// account is what the newest file says of an account, and of each balance the newest that
// tells it.
type account struct {
	Key     string          `json:"key"`
	Name    string          `json:"name"`
	Mask    string          `json:"mask,omitempty"`
	Type    string          `json:"type"`
	Subtype string          `json:"subtype"`
	Money   models.Currency `json:"currency"`
	// Assumed says that no file told the type.
	Assumed bool `json:"assumed,omitempty"`
	// AsOf is the day up to which the newest statement goes.
	AsOf      models.Date `json:"as_of,omitempty"`
	Current   *balance    `json:"current,omitempty"`
	Available *balance    `json:"available,omitempty"`
	Limit     *balance    `json:"limit,omitempty"`
	// Held is the day of the account's holdings.
	Held    models.Date            `json:"held,omitempty"`
	Owner   *models.Owner          `json:"owner,omitempty"`
	Numbers *models.AccountNumbers `json:"numbers,omitempty"`
}

// balance is an amount at the end of a day, and the time as RFC 3339 where a file told it.
type balance struct {
	Amount models.Decimal `json:"amount"`
	Day    models.Date    `json:"day,omitempty"`
	Time   string         `json:"time,omitempty"`
}

// openState decodes a state; nil is that of a login without files.
func openState(raw json.RawMessage) (*state, error) {
	s := &state{}
	if raw == nil {
		return s, nil
	}
	if err := json.Unmarshal(raw, s); err != nil {
		return nil, fmt.Errorf("files: state: %w", err)
	}
	return s, nil
}

// close encodes a state. One that is too large is an *Error of kind InvalidInput.
func (s *state) close() (json.RawMessage, error) {
	raw, err := json.Marshal(s)
	if err != nil {
		return nil, fmt.Errorf("files: state: %w", err)
	}
	if len(raw) > maxState {
		return nil, refuse("the files of this login hold more than is kept of one; ask the bank for a shorter period, and connect other accounts by themselves")
	}
	return raw, nil
}

// refuse is an error about a file.
func refuse(detail string) *providers.Error {
	return &providers.Error{Kind: providers.InvalidInput, Detail: detail}
}

// pack compresses a value that is kept but seldom read.
func pack(v any) ([]byte, error) {
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	err := json.NewEncoder(z).Encode(v)
	if err == nil {
		err = z.Close()
	}
	if err != nil {
		return nil, fmt.Errorf("files: pack: %w", err)
	}
	return b.Bytes(), nil
}

// unpack is the reverse of pack; nil is the zero value.
func unpack[T any](packed []byte) (v T, err error) {
	if packed == nil {
		return v, nil
	}
	z, err := gzip.NewReader(bytes.NewReader(packed))
	if err == nil {
		err = json.NewDecoder(z).Decode(&v)
	}
	if err != nil {
		return v, fmt.Errorf("files: unpack: %w", err)
	}
	return v, nil
}
