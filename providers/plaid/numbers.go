package plaid

import (
	"context"

	"github.com/gingham-dev/gingham/models"
	"github.com/gingham-dev/gingham/providers"
)

// numbers are account and routing numbers, by scheme.
type numbers struct {
	ACH []struct {
		ID          string `json:"account_id"`
		Account     string `json:"account"`
		Routing     string `json:"routing"`
		WireRouting string `json:"wire_routing"`
		Tokenized   bool   `json:"is_tokenized_account_number"`
	} `json:"ach"`
	EFT []struct {
		ID          string `json:"account_id"`
		Account     string `json:"account"`
		Institution string `json:"institution"`
		Branch      string `json:"branch"`
	} `json:"eft"`
	BACS []struct {
		ID       string `json:"account_id"`
		Account  string `json:"account"`
		SortCode string `json:"sort_code"`
	} `json:"bacs"`
	International []struct {
		ID   string `json:"account_id"`
		IBAN string `json:"iban"`
		BIC  string `json:"bic"`
	} `json:"international"`
}

// Numbers implements providers.NumbersProvider.
func (p *Provider) Numbers(ctx context.Context, c providers.Conn) ([]models.AccountNumbers, error) {
	st, err := open(c)
	if err != nil {
		return nil, err
	}
	var out struct {
		Numbers numbers `json:"numbers"`
	}
	err = p.call(ctx, "/auth/get", body{"access_token": st.AccessToken}, &out)
	if err != nil && !hasCode(err, codeNoNumbers) {
		return nil, err
	}
	return out.Numbers.model(), nil
}

// model is the numbers by account, in the order in which accounts come up.
func (n *numbers) model() []models.AccountNumbers {
	list := []models.AccountNumbers{}
	at := map[string]int{}
	of := func(id string) *models.AccountNumbers {
		i, ok := at[id]
		if !ok {
			i = len(list)
			at[id], list = i, append(list, models.AccountNumbers{AccountKey: id})
		}
		return &list[i]
	}
	for _, x := range n.ACH {
		of(x.ID).ACH = &models.ACHNumber{Account: x.Account, Routing: x.Routing, WireRouting: x.WireRouting, Tokenized: x.Tokenized}
	}
	for _, x := range n.EFT {
		of(x.ID).EFT = &models.EFTNumber{Account: x.Account, Institution: x.Institution, Branch: x.Branch}
	}
	for _, x := range n.BACS {
		of(x.ID).BACS = &models.BACSNumber{Account: x.Account, SortCode: x.SortCode}
	}
	for _, x := range n.International {
		of(x.ID).International = &models.InternationalNumber{IBAN: x.IBAN, BIC: x.BIC}
	}
	return list
}
