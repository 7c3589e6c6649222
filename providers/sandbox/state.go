package sandbox

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/gingham-dev/gingham/models"
	"github.com/gingham-dev/gingham/providers"
)

// maxText is the most bytes that a custom user's JSON may have, and so may a
// login's edits: enough for some 400,000 transactions, little enough for a server to hold.
const maxText = 64 << 20

// zipFrom is the size of a text from which the state holds it compressed.
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
	// ExpiresAt is when the login stops working; zero is never. Reset says that a tester broke it.
	ExpiresAt time.Time `json:"expires_at,omitzero"`
	Reset     bool      `json:"reset,omitempty"`
	// Refreshes are the refreshes asked for, each as days after linking.
	Refreshes []int        `json:"refreshes,omitempty"`
	Created   []createdRow `json:"created,omitempty"`
	// Custom is a custom user's JSON; CustomZip is the same, compressed.
	Custom    json.RawMessage `json:"custom,omitempty"`
	CustomZip []byte          `json:"custom_zip,omitempty"`
	// Edits are a list of edit; EditsZip is the same, compressed.
	Edits    json.RawMessage `json:"edits,omitempty"`
	EditsZip []byte          `json:"edits_zip,omitempty"`
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

// check is nil while the login works, and says otherwise why it doesn't.
func (st *state) check(now time.Time) error {
	switch {
	case st.Reset:
		return failure(providers.LoginRequired, "the login was reset")
	case !st.ExpiresAt.IsZero() && !now.Before(st.ExpiresAt):
		return failure(providers.LoginRequired, "the login has expired")
	}
	return nil
}

// verifiedOn is the day on which micro-deposits have arrived.
func (st *state) verifiedOn() models.Date { return st.Linked.AddDays(microDepositDays) }

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
	err := json.Compact(&compact, text)
	if err == nil {
		st.Custom, st.CustomZip, err = pack(compact.Bytes())
	}
	return err
}

// customText is the custom user's JSON.
func (st *state) customText() ([]byte, error) { return unpack(st.Custom, st.CustomZip) }

// pack is a text as a state holds it: plain, or compressed where it is long.
func pack(text []byte) (plain json.RawMessage, zipped []byte, err error) {
	if len(text) < zipFrom {
		return text, nil, nil
	}
	var out bytes.Buffer
	w := gzip.NewWriter(&out)
	if _, err := w.Write(text); err != nil {
		return nil, nil, err
	}
	if err := w.Close(); err != nil {
		return nil, nil, err
	}
	return nil, out.Bytes(), nil
}

// unpack is the text that was packed.
func unpack(plain json.RawMessage, zipped []byte) ([]byte, error) {
	if zipped == nil {
		return plain, nil
	}
	r, err := gzip.NewReader(bytes.NewReader(zipped))
	if err != nil {
		return nil, fmt.Errorf("sandbox: state: %w", err)
	}
	text, err := io.ReadAll(io.LimitReader(r, maxText+1))
	if err != nil {
		return nil, fmt.Errorf("sandbox: state: %w", err)
	}
	if len(text) > maxText {
		return nil, errors.New("sandbox: state: a text in it is too large")
	}
	return text, nil
}
