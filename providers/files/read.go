package files

import (
	"context"

	"github.com/gingham-dev/gingham/models"
	"github.com/gingham-dev/gingham/providers"
)

// Accounts implements providers.Provider.
func (p *Provider) Accounts(_ context.Context, c providers.Conn) ([]models.Account, error) {
	s, err := openState(c.State)
	if err != nil {
		return nil, err
	}
	return s.accounts(), nil
}

func (s *state) accounts() []models.Account {
	list := make([]models.Account, len(s.Accounts))
	for i := range s.Accounts {
		list[i] = s.Accounts[i].model()
	}
	return list
}

// SyncTransactions implements providers.Provider: it tells all that waits, however old it
// is. Who uploads a file wants what is in it.
func (p *Provider) SyncTransactions(_ context.Context, c providers.Conn, _ providers.SyncRequest) (providers.SyncResult, error) {
	s, err := openState(c.State)
	if err != nil {
		return providers.SyncResult{}, err
	}
	out := providers.SyncResult{Accounts: s.accounts()}
	if s.Waiting == nil {
		return out, nil
	}
	w, err := unpack[waiting](s.Waiting)
	if err != nil {
		return providers.SyncResult{}, err
	}
	m, err := unpack[memory](s.Memory)
	if err != nil {
		return providers.SyncResult{}, err
	}
	out.Removed = w.Removed
	out.Transactions = make([]models.Transaction, len(w.Rows))
	for i := range w.Rows {
		out.Transactions[i] = w.Rows[i].transaction()
	}
	m.remember(w.Rows)
	s.Waiting = nil
	if s.Memory, err = pack(m); err != nil {
		return providers.SyncResult{}, err
	}
	out.State, err = s.close()
	return out, err
}

// Owners implements providers.IdentityProvider. Accounts whose files name nobody are left out.
func (p *Provider) Owners(_ context.Context, c providers.Conn) ([]models.AccountOwners, error) {
	s, err := openState(c.State)
	if err != nil {
		return nil, err
	}
	list := []models.AccountOwners{}
	for i := range s.Accounts {
		if a := &s.Accounts[i]; a.Owner != nil {
			list = append(list, models.AccountOwners{AccountKey: a.Key, Owners: []models.Owner{*a.Owner}})
		}
	}
	return list, nil
}

// Numbers implements providers.NumbersProvider. Accounts whose files tell none are left out.
func (p *Provider) Numbers(_ context.Context, c providers.Conn) ([]models.AccountNumbers, error) {
	s, err := openState(c.State)
	if err != nil {
		return nil, err
	}
	list := []models.AccountNumbers{}
	for i := range s.Accounts {
		if a := &s.Accounts[i]; a.Numbers != nil {
			list = append(list, *a.Numbers)
		}
	}
	return list, nil
}

// Investments implements providers.InvestmentsProvider.
func (p *Provider) Investments(_ context.Context, c providers.Conn, from models.Date) (models.Investments, error) {
	s, err := openState(c.State)
	if err != nil {
		return models.Investments{}, err
	}
	held, err := unpack[portfolio](s.Portfolio)
	if err != nil {
		return models.Investments{}, err
	}
	return held.investments(from), nil
}
