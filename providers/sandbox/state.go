package sandbox

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"errors"
	"fmt"
	"io"

	"github.com/gingham-dev/gingham/models"
)

// maxCustom is the most bytes that a custom user's JSON may have: enough for
// some 400,000 transactions, little enough for a server to hold.
const maxCustom = 64 << 20

// zipFrom is the size of a custom user's JSON from which the state holds it compressed.
const zipFrom = 4 << 10

// state is all that a connection remembers.
type state struct {
	User string `json:"user"`
	// MicroDeposits says that account numbers are verified by micro-deposits.
	MicroDeposits bool `json:"micro_deposits,omitempty"`
	// Seed is the Item's own; it tells random custom users apart.
	Seed uint64 `json:"seed,string"`
	// Linked is the day on which the login was linked.
	Linked models.Date `json:"linked"`
	// Refreshes are the refreshes asked for, each as days after linking.
	Refreshes []int        `json:"refreshes,omitempty"`
	Created   []createdRow `json:"created,omitempty"`
	// Custom is a custom user's JSON; CustomZip is the same, compressed.
	Custom    json.RawMessage `json:"custom,omitempty"`
	CustomZip []byte          `json:"custom_zip,omitempty"`
}

// createdRow is a transaction that a tester added.
type createdRow struct {
	Transacted  models.Date    `json:"transacted"`
	Posted      models.Date    `json:"posted"`
	Amount      models.Decimal `json:"amount"`
	Description string         `json:"description"`
	Currency    string         `json:"currency,omitempty"`
	// After is how many refreshes there had been, the row's own among them.
	After int `json:"after"`
}

// readState decodes a connection's state. An error is a fault of ours: the
// state is as this package encoded it.
func readState(raw json.RawMessage) (*state, error) {
	st := &state{}
	if err := json.Unmarshal(raw, st); err != nil {
		return nil, fmt.Errorf("sandbox: state: %w", err)
	}
	return st, nil
}

// encode is the state as the contract carries it.
func (st *state) encode() (json.RawMessage, error) {
	raw, err := json.Marshal(st)
	if err != nil {
		return nil, fmt.Errorf("sandbox: state: %w", err)
	}
	return raw, nil
}

// refresh counts a refresh on a day. A clock that was set back counts as the
// day of the refresh before, so that refreshes never run backwards.
func (st *state) refresh(today models.Date) {
	day := max(0, st.Linked.DaysUntil(today))
	if n := len(st.Refreshes); n > 0 {
		day = max(day, st.Refreshes[n-1])
	}
	st.Refreshes = append(st.Refreshes, day)
}

// setCustom keeps a custom user's JSON.
func (st *state) setCustom(text []byte) error {
	var compact bytes.Buffer
	if err := json.Compact(&compact, text); err != nil {
		return err
	}
	if compact.Len() < zipFrom {
		st.Custom = compact.Bytes()
		return nil
	}
	var zipped bytes.Buffer
	w := gzip.NewWriter(&zipped)
	if _, err := compact.WriteTo(w); err != nil {
		return err
	}
	if err := w.Close(); err != nil {
		return err
	}
	st.CustomZip = zipped.Bytes()
	return nil
}

// customText is the custom user's JSON.
func (st *state) customText() ([]byte, error) {
	if st.CustomZip == nil {
		return st.Custom, nil
	}
	r, err := gzip.NewReader(bytes.NewReader(st.CustomZip))
	if err != nil {
		return nil, fmt.Errorf("sandbox: state: %w", err)
	}
	text, err := io.ReadAll(io.LimitReader(r, maxCustom+1))
	if err != nil {
		return nil, fmt.Errorf("sandbox: state: %w", err)
	}
	if len(text) > maxCustom {
		return nil, errors.New("sandbox: state: custom user too large")
	}
	return text, nil
}
