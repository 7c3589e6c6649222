package ledger

import (
	"errors"

	"github.com/gingham-dev/gingham/models"
	"github.com/gingham-dev/gingham/models/plaiderr"
	"github.com/gingham-dev/gingham/providers"
	"github.com/gingham-dev/gingham/store"
)

// PlaidError is the error a client is answered for an error of the ledger's or
// a provider's. What is neither comes back as it is: a fault of ours.
func PlaidError(err error) error {
	var up *providers.Error
	switch {
	case errors.As(err, &up):
		return upstream(up)
	case errors.Is(err, ErrNotReady):
		return plaiderr.New(plaiderr.ProductNotReady)
	case errors.Is(err, ErrCursor):
		return plaiderr.InvalidField("cursor not associated with access_token")
	case errors.Is(err, ErrMutation):
		return plaiderr.New(plaiderr.SyncMutation)
	case errors.Is(err, ErrRemoved):
		return plaiderr.ItemRemoved()
	default:
		return err
	}
}

// upstream is the one table from a provider's kinds of errors to Plaid's codes.
// A kind is named by the code it becomes, apart from these.
func upstream(e *providers.Error) error {
	switch e.Kind {
	case providers.RateLimited:
		return plaiderr.New(plaiderr.LimitInstitution)
	case providers.InvalidInput:
		return plaiderr.InvalidField(e.Detail)
	case providers.Unsupported:
		if e.Detail != "" {
			return plaiderr.InvalidField(e.Detail)
		}
		return plaiderr.New(plaiderr.ItemNotSupported)
	default:
		return plaiderr.Named(string(e.Kind))
	}
}

// ErrRemoved is returned for work on an Item that was removed meanwhile.
var ErrRemoved = errors.New("ledger: item was removed")

// itemState is the error that an upstream failure leaves the Item in, or nil:
// only what a person must mend stays.
func (l *Ledger) itemState(err error) *models.ItemError {
	var up *providers.Error
	if !errors.As(err, &up) || !up.UserAction {
		return nil
	}
	return &models.ItemError{Code: string(up.Kind), At: l.Now()}
}

// errLeaseLost says that another worker took the Item over.
var errLeaseLost = errors.Join(errors.New("ledger: lease lost"), store.ErrConflict)
