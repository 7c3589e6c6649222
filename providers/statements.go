package providers

import (
	"context"

	"github.com/gingham-dev/gingham/models"
)

// StatementsProvider tells the statements that an institution made of its accounts.
type StatementsProvider interface {
	// Statements returns those of the given months, which are in their order, that the
	// institution has made by c.Now: at most one for an account and a month, in any
	// order. A statement opens with the balance that the one of the month before it
	// closes with, and its lines are those of SyncTransactions that have posted, where
	// that goes back so far.
	Statements(ctx context.Context, c Conn, months []models.Month) ([]models.Statement, error)
}
