package plaid

import (
	"context"
	"time"

	"github.com/gingham-dev/gingham/models"
	"github.com/gingham-dev/gingham/providers"
	"github.com/gingham-dev/gingham/providers/upstream"
)

const (
	// pageSize is how many changes an answer has at most.
	pageSize = 500
	// restarts is how often a walk through pages is begun anew, where what is paged
	// through changes on the way.
	restarts = 5
	// soon and later are when to ask again for transactions that the upstream doesn't
	// have yet, and for the rest of them, should it not tell that it has.
	soon, later = time.Minute, 15 * time.Minute
)

type transaction struct {
	ID                 string           `json:"transaction_id"`
	Account            string           `json:"account_id"`
	PendingID          string           `json:"pending_transaction_id"`
	Amount             upstream.Decimal `json:"amount"`
	ISO                string           `json:"iso_currency_code"`
	Unofficial         string           `json:"unofficial_currency_code"`
	Date               models.Date      `json:"date"`
	AuthorizedDate     models.Date      `json:"authorized_date"`
	Datetime           string           `json:"datetime"`
	AuthorizedDatetime string           `json:"authorized_datetime"`
	Name               string           `json:"name"`
	Description        string           `json:"original_description"`
	Merchant           string           `json:"merchant_name"`
	MerchantEntity     string           `json:"merchant_entity_id"`
	LogoURL            string           `json:"logo_url"`
	Website            string           `json:"website"`
	Pending            bool             `json:"pending"`
	Channel            string           `json:"payment_channel"`
	CheckNumber        string           `json:"check_number"`
	Code               string           `json:"transaction_code"`
	AccountOwner       string           `json:"account_owner"`
	CategoryID         string           `json:"category_id"`
	Category           []string         `json:"category"`
	Finance            category         `json:"personal_finance_category"`
	Location           location         `json:"location"`
	Payment            payment          `json:"payment_meta"`
	Counterparties     []counterparty   `json:"counterparties"`
}

type category struct {
	Primary    string `json:"primary"`
	Detailed   string `json:"detailed"`
	Confidence string `json:"confidence_level"`
}

type location struct {
	Address     string            `json:"address"`
	City        string            `json:"city"`
	Region      string            `json:"region"`
	PostalCode  string            `json:"postal_code"`
	Country     string            `json:"country"`
	StoreNumber string            `json:"store_number"`
	Lat         *upstream.Decimal `json:"lat"`
	Lon         *upstream.Decimal `json:"lon"`
}

type payment struct {
	ByOrderOf       string `json:"by_order_of"`
	Payee           string `json:"payee"`
	Payer           string `json:"payer"`
	Method          string `json:"payment_method"`
	Processor       string `json:"payment_processor"`
	PPDID           string `json:"ppd_id"`
	Reason          string `json:"reason"`
	ReferenceNumber string `json:"reference_number"`
}

type counterparty struct {
	Name       string `json:"name"`
	Type       string `json:"type"`
	EntityID   string `json:"entity_id"`
	Website    string `json:"website"`
	LogoURL    string `json:"logo_url"`
	Confidence string `json:"confidence_level"`
}

// changes is an answer to /transactions/sync, or several one after another.
type changes struct {
	Added    []transaction `json:"added"`
	Modified []transaction `json:"modified"`
	Removed  []struct {
		ID string `json:"transaction_id"`
	} `json:"removed"`
	Next   string `json:"next_cursor"`
	More   bool   `json:"has_more"`
	Status string `json:"transactions_update_status"`
}

// SyncTransactions implements providers.Provider. An answer has all pages: what changes
// while they are read makes those before worthless.
func (p *Provider) SyncTransactions(ctx context.Context, c providers.Conn, req providers.SyncRequest) (providers.SyncResult, error) {
	st, err := open(c)
	if err != nil {
		return providers.SyncResult{}, err
	}
	if req.Refresh {
		var out struct{}
		if err := p.call(ctx, "/transactions/refresh", body{"access_token": st.AccessToken}, &out); err != nil {
			return providers.SyncResult{}, err
		}
	}
	res := providers.SyncResult{}
	days := req.From.DaysUntil(models.DateOf(c.Now))
	whole := &changes{}
	if st.Cursor != "" && (st.Again || st.From != "" && req.From < st.From) {
		// Rows that were left out the last time are none of the changes since. What is
		// there already is told again, which changes nothing.
		if whole, err = p.drain(ctx, st.AccessToken, "", days); err != nil {
			return res, err
		}
	}
	all, err := p.drain(ctx, st.AccessToken, st.Cursor, days)
	if err != nil {
		return res, err
	}
	all.over(whole)
	all.put(&res, req.From)
	res.NextChange = c.Now.Add(p.poll)
	switch all.Status {
	case "NOT_READY":
		res.Readiness, res.NextChange = providers.NoHistory, c.Now.Add(soon)
	case "INITIAL_UPDATE_COMPLETE":
		res.Readiness, res.NextChange = providers.RecentHistory, c.Now.Add(later)
	}
	st.Cursor, st.From, st.Again = all.Next, req.From, false
	res.State, err = st.seal()
	return res, err
}

// over puts changes that were asked for later over all that there was before: of a row
// that is in both, the first is what counts.
func (c *changes) over(before *changes) {
	gone := map[string]bool{}
	for _, r := range c.Removed {
		gone[r.ID] = true
	}
	for _, t := range before.Added {
		if !gone[t.ID] {
			c.Added = append(c.Added, t)
		}
	}
}

// put makes changes a result. Rows older than from are not wanted.
func (c *changes) put(res *providers.SyncResult, from models.Date) {
	for _, list := range [][]transaction{c.Modified, c.Added} {
		for i := range list {
			if list[i].Date >= from {
				res.Transactions = append(res.Transactions, list[i].model())
			}
		}
	}
	for _, r := range c.Removed {
		res.Removed = append(res.Removed, r.ID)
	}
}

// drain reads all changes since a cursor. Should they change meanwhile, it begins anew at
// that cursor.
func (p *Provider) drain(ctx context.Context, accessToken, cursor string, days int) (*changes, error) {
	for try := 0; ; try++ {
		all, err := p.walk(ctx, accessToken, cursor, days)
		if try < restarts && hasCode(err, codeMutation) {
			continue
		}
		return all, err
	}
}

// walk reads the pages from a cursor on.
func (p *Provider) walk(ctx context.Context, accessToken, cursor string, days int) (*changes, error) {
	all := &changes{Next: cursor}
	options := body{"include_original_description": true, "days_requested": min(max(days, 1), maxDays)}
	if p.o.CategoryVersion != "" {
		options["personal_finance_category_version"] = p.o.CategoryVersion
	}
	for {
		in := body{"access_token": accessToken, "count": pageSize, "options": options}
		if all.Next != "" {
			in["cursor"] = all.Next
		}
		var page changes
		if err := p.call(ctx, "/transactions/sync", in, &page); err != nil {
			return nil, err
		}
		if page.More && page.Next == all.Next {
			return nil, &providers.Error{Kind: providers.ServerError, Detail: "a page leads to itself", Raw: "next_cursor"}
		}
		all.Added = append(all.Added, page.Added...)
		all.Modified = append(all.Modified, page.Modified...)
		all.Removed = append(all.Removed, page.Removed...)
		all.Next, all.Status = page.Next, page.Status
		if !page.More {
			return all, nil
		}
	}
}

func (t *transaction) model() models.Transaction {
	pfc := models.PersonalFinance{Primary: t.Finance.Primary, Detailed: t.Finance.Detailed, Confidence: t.Finance.Confidence}
	out := models.Transaction{
		Key: t.ID, AccountKey: t.Account, PendingKey: t.PendingID, Amount: t.Amount.Decimal,
		Currency: currency(t.ISO, t.Unofficial), Date: t.Date, AuthorizedDate: t.AuthorizedDate,
		Datetime: t.Datetime, AuthorizedDatetime: t.AuthorizedDatetime, Name: t.Name, OriginalDescription: t.Description,
		MerchantName: t.Merchant, MerchantEntityID: t.MerchantEntity, LogoURL: t.LogoURL, Website: t.Website,
		Pending: t.Pending, Channel: t.Channel, CheckNumber: t.CheckNumber, Code: t.Code, AccountOwner: t.AccountOwner,
		// The upstream tells one version, which is all that is known in either.
		Category: models.Category{V1: pfc, V2: pfc, LegacyID: t.CategoryID, Legacy: t.Category},
		Location: models.Location{
			Address: t.Location.Address, City: t.Location.City, Region: t.Location.Region, PostalCode: t.Location.PostalCode,
			Country: t.Location.Country, StoreNumber: t.Location.StoreNumber, Lat: exact(t.Location.Lat), Lon: exact(t.Location.Lon),
		},
		Payment: models.PaymentMeta{
			ByOrderOf: t.Payment.ByOrderOf, Payee: t.Payment.Payee, Payer: t.Payment.Payer, Method: t.Payment.Method,
			Processor: t.Payment.Processor, PPDID: t.Payment.PPDID, Reason: t.Payment.Reason, ReferenceNumber: t.Payment.ReferenceNumber,
		},
	}
	for _, c := range t.Counterparties {
		out.Counterparties = append(out.Counterparties, models.Counterparty(c))
	}
	return out
}
