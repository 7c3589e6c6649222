package simplefin

import (
	"encoding/json"
	"fmt"

	"github.com/gingham-dev/gingham/models"
)

// state is all that a connection remembers. The access URL is a secret: it is here,
// and nowhere else once a session of Link is over.
type state struct {
	// Access is the access URL, credentials included.
	Access string `json:"access"`
	// Bank is which of the server's banks the Item is.
	Bank bank `json:"bank"`
	// Accounts are all that the bank ever had, as last told.
	Accounts []models.Account `json:"accounts"`
	// Newest is the day of each account's newest posted transaction, by the account's key.
	Newest map[string]models.Date `json:"newest,omitempty"`
	// Have is the first day of the history that was fetched, Last the day on which
	// transactions were last fetched; "" is none yet.
	Have models.Date `json:"have,omitempty"`
	Last models.Date `json:"last,omitempty"`
	// Before is where the next page of a fetch under way ends, that day not included;
	// Lacking says that a page of it lacked something.
	Before  models.Date `json:"before,omitempty"`
	Lacking bool        `json:"lacking,omitempty"`
	// Tried is the day of the last fetch, if that lacked something.
	Tried models.Date `json:"tried,omitempty"`
}

// bank is what version 2 calls a connection and version 1 an organisation.
type bank struct {
	Key  string `json:"key"`
	Name string `json:"name"`
}

// readState decodes a connection's state. An error is a fault of ours: the state is as
// this package encoded it.
func readState(raw json.RawMessage) (*state, error) {
	st := &state{}
	if err := json.Unmarshal(raw, st); err != nil {
		return nil, fmt.Errorf("simplefin: state: %w", err)
	}
	return st, nil
}

// encode is the state as the contract carries it.
func (st *state) encode() (json.RawMessage, error) {
	raw, err := json.Marshal(st)
	if err != nil {
		return nil, fmt.Errorf("simplefin: state: %w", err)
	}
	return raw, nil
}
