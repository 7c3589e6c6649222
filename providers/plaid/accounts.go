package plaid

import (
	"context"
	"time"

	"github.com/gingham-dev/gingham/models"
	"github.com/gingham-dev/gingham/providers"
	"github.com/gingham-dev/gingham/providers/upstream"
)

// account is one, with its owners where they are told.
type account struct {
	ID           string   `json:"account_id"`
	Name         string   `json:"name"`
	OfficialName string   `json:"official_name"`
	Mask         string   `json:"mask"`
	Type         string   `json:"type"`
	Subtype      string   `json:"subtype"`
	Holder       string   `json:"holder_category"`
	Verification string   `json:"verification_status"`
	PersistentID string   `json:"persistent_account_id"`
	Balances     balances `json:"balances"`
	Owners       []owner  `json:"owners"`
}

type balances struct {
	Current    *upstream.Decimal `json:"current"`
	Available  *upstream.Decimal `json:"available"`
	Limit      *upstream.Decimal `json:"limit"`
	ISO        string            `json:"iso_currency_code"`
	Unofficial string            `json:"unofficial_currency_code"`
	Updated    string            `json:"last_updated_datetime"`
}

// Accounts implements providers.Provider.
func (p *Provider) Accounts(ctx context.Context, c providers.Conn) ([]models.Account, error) {
	st, err := open(c)
	if err != nil {
		return nil, err
	}
	path, in := "/accounts/get", body{"access_token": st.AccessToken}
	if c.Fresh {
		path = "/accounts/balance/get"
		// Some institutions are asked only if their balances may be as old as a day says.
		in["options"] = body{"min_last_updated_datetime": c.Now.UTC().AddDate(0, 0, -1).Format(time.RFC3339)}
	}
	var out struct {
		Accounts []account `json:"accounts"`
	}
	if err := p.call(ctx, path, in, &out); err != nil {
		return nil, err
	}
	list := make([]models.Account, len(out.Accounts))
	for i := range out.Accounts {
		list[i] = out.Accounts[i].model()
	}
	return list, nil
}

func (a *account) model() models.Account {
	b := &a.Balances
	return models.Account{
		Key: a.ID, Name: a.Name, OfficialName: a.OfficialName, Mask: a.Mask, Type: a.Type, Subtype: a.Subtype,
		Holder: a.Holder, Verification: a.Verification, PersistentID: a.PersistentID,
		Balances: models.Balance{
			Current: exact(b.Current), Available: exact(b.Available), Limit: exact(b.Limit),
			Currency: currency(b.ISO, b.Unofficial), LastUpdated: b.Updated,
		},
	}
}

// exact is a number, or nil for null.
func exact(d *upstream.Decimal) *models.Decimal {
	if d == nil {
		return nil
	}
	return &d.Decimal
}

// currency is one of two codes.
func currency(iso, unofficial string) models.Currency {
	if iso != "" {
		unofficial = ""
	}
	return models.Currency{ISO: iso, Unofficial: unofficial}
}
