package transactions

import (
	"context"
	"fmt"

	"github.com/gingham-dev/gingham/endpoints/api"
	"github.com/gingham-dev/gingham/ledger"
	"github.com/gingham-dev/gingham/models"
	"github.com/gingham-dev/gingham/models/plaid"
	"github.com/gingham-dev/gingham/models/plaid/wire"
	"github.com/gingham-dev/gingham/models/plaiderr"
)

// maxEnriched is how many transactions a request may have.
const maxEnriched = 100

// enrichAll tells what the descriptions of a client's own transactions say of
// merchants and purposes. Nothing of them is kept.
func (g *Group) enrichAll(ctx context.Context, _ *api.Caller, req *plaid.TransactionsEnrichRequest) (*plaid.TransactionsEnrichResponse, error) {
	if req.AccountType != models.Credit && req.AccountType != models.Depository {
		return nil, plaiderr.InvalidField("account_type must be one of: credit, depository")
	}
	if n := len(req.Transactions); n == 0 || n > maxEnriched {
		return nil, plaiderr.InvalidField(fmt.Sprintf("transactions must have between 1 and %d elements", maxEnriched))
	}
	o := req.Options
	if o == nil {
		o = &plaid.TransactionsEnrichRequestOptions{}
	}
	out := &plaid.TransactionsEnrichResponse{
		EnrichedTransactions: make([]plaid.ClientProvidedEnrichedTransaction, len(req.Transactions)),
	}
	for i := range req.Transactions {
		out.EnrichedTransactions[i] = g.enrichOne(ctx, &req.Transactions[i], o)
	}
	return out, nil
}

func (g *Group) enrichOne(ctx context.Context, in *plaid.ClientProvidedTransaction, o *plaid.TransactionsEnrichRequestOptions) plaid.ClientProvidedEnrichedTransaction {
	t := models.Transaction{
		Amount: in.Amount.Abs(), Name: in.Description, OriginalDescription: in.Description,
		Currency: models.Currency{ISO: in.ISOCurrencyCode}, Location: location(in.Location),
	}
	if in.Direction == "INFLOW" {
		t.Amount = t.Amount.Neg()
	}
	g.enrich.Enrich(ctx, &t)
	direction := in.Direction
	return plaid.ClientProvidedEnrichedTransaction{
		ID: in.ID, Description: in.Description, Amount: in.Amount, Direction: &direction,
		ISOCurrencyCode: in.ISOCurrencyCode, Enrichments: enrichments(&t, o),
		AccountType: in.AccountType, AccountSubtype: in.AccountSubtype,
		ClientAccountID: in.ClientAccountID, ClientUserID: in.ClientUserID,
	}
}

func enrichments(t *models.Transaction, o *plaid.TransactionsEnrichRequestOptions) plaid.Enrichments {
	category, version := t.Category.V2, plaid.PFCVersionV2
	if v := o.PersonalFinanceCategoryVersion; v != nil && *v == plaid.PFCVersionV1 {
		category, version = t.Category.V1, *v
	}
	pfc := ledger.PersonalFinanceCategory(category, version)
	out := plaid.Enrichments{
		CheckNumber: wire.OrNull(wire.NilIfEmpty(t.CheckNumber)),
		EntityID:    wire.OrNull(wire.NilIfEmpty(t.MerchantEntityID)),
		Location:    ledger.Location(t.Location),
		LogoURL:     wire.NilIfEmpty(t.LogoURL), MerchantName: wire.NilIfEmpty(t.MerchantName),
		PaymentChannel: t.Channel, Website: wire.NilIfEmpty(t.Website),
		PersonalFinanceCategory: &pfc, PersonalFinanceCategoryIconURL: ledger.CategoryIconURL(category),
	}
	if o.IncludeLegacyCategory != nil && *o.IncludeLegacyCategory {
		out.LegacyCategory, out.LegacyCategoryID = wire.Null[[]string](), wire.OrNull(wire.NilIfEmpty(t.Category.LegacyID))
		if t.Category.Legacy != nil {
			out.LegacyCategory = wire.Some(t.Category.Legacy)
		}
	}
	for _, c := range t.Counterparties {
		out.Counterparties = append(out.Counterparties, plaid.Counterparty{
			Name: c.Name, Type: c.Type, Website: wire.NilIfEmpty(c.Website), LogoURL: wire.NilIfEmpty(c.LogoURL),
			ConfidenceLevel: wire.OrNull(wire.NilIfEmpty(c.Confidence)), EntityID: wire.OrNull(wire.NilIfEmpty(c.EntityID)),
		})
	}
	return out
}

func location(in *plaid.ClientProvidedTransactionLocation) models.Location {
	if in == nil {
		return models.Location{}
	}
	return models.Location{
		Address: wire.ValueOr(in.Address, ""), City: wire.ValueOr(in.City, ""), Region: wire.ValueOr(in.Region, ""),
		PostalCode: wire.ValueOr(in.PostalCode, ""), Country: wire.ValueOr(in.Country, ""),
	}
}
