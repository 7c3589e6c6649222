package statements

import (
	"bytes"
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"slices"
	"time"

	"github.com/gingham-dev/gingham/documents"
	"github.com/gingham-dev/gingham/endpoints/api"
	"github.com/gingham-dev/gingham/models"
	"github.com/gingham-dev/gingham/models/plaid"
	"github.com/gingham-dev/gingham/models/plaiderr"
	"github.com/gingham-dev/gingham/store"
)

// hashHeader holds the SHA-256 of the body, in hexadecimal.
const hashHeader = "Plaid-Content-Hash"

// download answers with one statement. Plaid documents no code of its own for an id
// that is none of the Item's.
func (g *Group) download(ctx context.Context, c *api.Caller, req *plaid.StatementsDownloadRequest) (*api.Binary, error) {
	h, err := g.use(ctx, c)
	if err != nil {
		return nil, err
	}
	s, err := g.ledger.Statement(ctx, h, req.StatementID)
	if err != nil {
		return nil, err
	}
	account := owner(h, s)
	if account == nil {
		return nil, plaiderr.InvalidField("could not find matching statement_id")
	}
	var body bytes.Buffer
	if err := documents.WriteStatement(&body, layout(h, account, req.StatementID, s)); err != nil {
		return nil, err
	}
	sum := sha256.Sum256(body.Bytes())
	return &api.Binary{
		ContentType: "application/pdf", Data: body.Bytes(),
		Header: map[string]string{hashHeader: hex.EncodeToString(sum[:])},
	}, nil
}

// owner is the account that a statement is of, or nil if it is none that the Item has.
func owner(h *store.Head, s *models.Statement) *models.Account {
	if s == nil {
		return nil
	}
	at := slices.IndexFunc(h.Accounts, func(a models.Account) bool { return a.Key == s.AccountKey })
	if at < 0 {
		return nil
	}
	return &h.Accounts[at]
}

// layout is the document of a statement. It says nothing that changes while the
// statement doesn't, so that its bytes are the same each time.
func layout(h *store.Head, a *models.Account, id string, s *models.Statement) *documents.Statement {
	doc := &documents.Statement{
		ID: id, InstitutionID: string(h.Item.Institution), InstitutionName: h.Item.InstitutionName,
		Account: documents.Account{
			ID: string(a.ID), Name: a.Name, OfficialName: a.OfficialName, Mask: a.Mask, Type: a.Type, Subtype: a.Subtype,
			Owners: s.Owners, Balances: documents.Balances{Currency: a.Balances.Currency},
		},
		Start: s.Month.First(), End: s.Month.Last(), Issued: cmp.Or(s.Posted, s.Month.Last()).AddDays(1).Time().Add(-time.Minute),
		Opening: s.Opening, Closing: s.Opening,
	}
	for _, line := range s.Lines {
		change := line.Amount.Neg()
		if a.Type == models.Credit || a.Type == models.Loan {
			change = line.Amount
		}
		doc.Closing = doc.Closing.Add(change)
		doc.Transactions = append(doc.Transactions, documents.StatementTransaction{
			Date: line.Date, Description: line.Description, Amount: line.Amount, Balance: doc.Closing,
		})
	}
	return doc
}
