package control

import (
	"context"
	"fmt"

	"github.com/gingham-dev/gingham/endpoints/api"
	"github.com/gingham-dev/gingham/ledger"
	"github.com/gingham-dev/gingham/models"
	"github.com/gingham-dev/gingham/models/gingham"
	"github.com/gingham-dev/gingham/models/plaiderr"
)

func (g *Group) addTransactions(ctx context.Context, c *api.Caller, req *gingham.TransactionsAddRequest) (*gingham.TransactionsEditResponse, error) {
	edits := make([]ledger.TransactionEdit, len(req.Transactions))
	for i := range req.Transactions {
		t := &req.Transactions[i]
		edits[i] = ledger.TransactionEdit{
			Account: models.AccountID(t.AccountID), Amount: &t.Amount, Description: &t.Description,
			Transacted: date(&t.DateTransacted), Posted: date(t.DatePosted), Currency: t.ISOCurrencyCode,
		}
	}
	return g.edit(ctx, c, edits)
}

func (g *Group) modifyTransactions(ctx context.Context, c *api.Caller, req *gingham.TransactionsModifyRequest) (*gingham.TransactionsEditResponse, error) {
	edits := make([]ledger.TransactionEdit, len(req.Transactions))
	for i := range req.Transactions {
		t := &req.Transactions[i]
		if t.Amount == nil && t.Description == nil && t.DateTransacted == nil && t.DatePosted == nil {
			return nil, plaiderr.InvalidField(fmt.Sprintf("transactions[%d]: there is nothing to change", i))
		}
		edits[i] = ledger.TransactionEdit{
			Transaction: t.TransactionID, Amount: t.Amount, Description: t.Description,
			Transacted: date(t.DateTransacted), Posted: date(t.DatePosted),
		}
	}
	return g.edit(ctx, c, edits)
}

func (g *Group) removeTransactions(ctx context.Context, c *api.Caller, req *gingham.TransactionsRemoveRequest) (*gingham.TransactionsEditResponse, error) {
	edits := make([]ledger.TransactionEdit, len(req.TransactionIDs))
	for i, id := range req.TransactionIDs {
		edits[i] = ledger.TransactionEdit{Transaction: id, Remove: true}
	}
	return g.edit(ctx, c, edits)
}

func (g *Group) edit(ctx context.Context, c *api.Caller, edits []ledger.TransactionEdit) (*gingham.TransactionsEditResponse, error) {
	defer g.controls.spare(c.Item.Client, c.Item.ID)()
	sum, err := g.ledger.EditTransactions(ctx, c.Item, edits)
	if err != nil {
		return nil, err
	}
	return &gingham.TransactionsEditResponse{
		Added: int64(sum.Added), Modified: int64(sum.Modified), Removed: int64(sum.Removed),
	}, nil
}

// date is a day that was decoded as one.
func date(s *string) *models.Date { return (*models.Date)(s) }
