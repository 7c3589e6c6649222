package transactions

import (
	"context"
	"slices"
	"time"

	"github.com/gingham-dev/gingham/endpoints/api"
	"github.com/gingham-dev/gingham/endpoints/api/show"
	"github.com/gingham-dev/gingham/ledger"
	"github.com/gingham-dev/gingham/models"
	"github.com/gingham-dev/gingham/models/plaid"
	"github.com/gingham-dev/gingham/models/plaid/wire"
)

// recurring answers with the series that an Item's transactions form.
func (g *Group) recurring(ctx context.Context, c *api.Caller, req *plaid.TransactionsRecurringGetRequest) (*plaid.TransactionsRecurringGetResponse, error) {
	s, err := g.streams(ctx, c, req.AccountIDs, req.Options)
	if err != nil {
		return nil, err
	}
	return &plaid.TransactionsRecurringGetResponse{
		InflowStreams: s.in, OutflowStreams: s.out, UpdatedDatetime: s.updated, PersonalFinanceCategoryVersion: &s.version,
	}, nil
}

func (g *Group) processorRecurring(ctx context.Context, c *api.Caller, req *plaid.ProcessorTransactionsRecurringGetRequest) (*plaid.ProcessorTransactionsRecurringGetResponse, error) {
	s, err := g.streams(ctx, c, nil, req.Options)
	if err != nil {
		return nil, err
	}
	return &plaid.ProcessorTransactionsRecurringGetResponse{
		InflowStreams: s.in, OutflowStreams: s.out, UpdatedDatetime: s.updated, PersonalFinanceCategoryVersion: &s.version,
	}, nil
}

type streams struct {
	in, out []plaid.TransactionStream
	updated time.Time
	version string
}

func (g *Group) streams(ctx context.Context, c *api.Caller, ids []string, o *plaid.TransactionsRecurringGetRequestOptions) (*streams, error) {
	accounts, err := show.Select(c, c.Item, ids)
	if err != nil {
		return nil, err
	}
	h, err := g.ledger.Use(ctx, c.Token, c.Item, models.ProductTransactions)
	if err != nil {
		return nil, err
	}
	list, err := g.ledger.Streams(ctx, h)
	if err != nil {
		return nil, err
	}
	if err := g.ledger.WatchStreams(ctx, h, list); err != nil {
		return nil, err
	}
	s := &streams{updated: h.Item.TransactionsUpdated.LastSuccess, version: plaid.PFCVersionV2}
	if o != nil && o.PersonalFinanceCategoryVersion != nil {
		s.version = *o.PersonalFinanceCategoryVersion
	}
	wanted := accounts.IDs()
	for i := range list {
		switch {
		case !slices.Contains(wanted, list[i].Account):
		case list[i].Inflow:
			s.in = append(s.in, wireStream(&list[i], s.version))
		default:
			s.out = append(s.out, wireStream(&list[i], s.version))
		}
	}
	return s, nil
}

func wireStream(s *ledger.Stream, version string) plaid.TransactionStream {
	category := s.CategoryV2
	if version == plaid.PFCVersionV1 {
		category = s.CategoryV1
	}
	merchant := s.MerchantName
	return plaid.TransactionStream{
		AccountID: string(s.Account), StreamID: s.ID,
		Description: s.Description, MerchantName: &merchant,
		FirstDate: string(s.First), LastDate: string(s.Last),
		PredictedNextDate: wire.OrNull(wire.NilIfEmpty(string(s.Next))),
		Frequency:         s.Frequency, TransactionIDs: s.Transactions,
		AverageAmount: streamAmount(s.Average, s.Currency), LastAmount: streamAmount(s.LastAmount, s.Currency),
		IsActive: s.Active, Status: s.Status,
		PersonalFinanceCategory: wire.Some(ledger.PersonalFinanceCategory(category, version)),
		Category:                s.Legacy, CategoryID: wire.NilIfEmpty(s.LegacyID),
	}
}

func streamAmount(d models.Decimal, c models.Currency) plaid.TransactionStreamAmount {
	return plaid.TransactionStreamAmount{
		Amount:                 &d,
		ISOCurrencyCode:        wire.OrNull(wire.NilIfEmpty(c.ISO)),
		UnofficialCurrencyCode: wire.OrNull(wire.NilIfEmpty(c.Unofficial)),
	}
}
