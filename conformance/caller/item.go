package caller

import (
	"cmp"
	"context"
	"time"

	"github.com/plaid/plaid-go/v42/plaid"
)

// Institutions and users of the sandbox.
const (
	FirstPlatypusBank = "ins_109508"
	Good              = "user_good"
	Dynamic           = "user_transactions_dynamic"
)

// Item says what Item to make; the zero value is one of Good at FirstPlatypusBank
// with transactions.
type Item struct {
	Institution string
	User        string
	// Password is the user's; "" is "pass_good".
	Password string
	Products []plaid.Products
	// Days is how much history is asked for; 0 leaves it to the server.
	Days int32
	// Webhook is where it is to tell of changes, if anywhere.
	Webhook string
}

// PublicToken makes an Item in the sandbox and returns its public token.
func (c *Caller) PublicToken(ctx context.Context, i Item) (string, error) {
	if i.Institution == "" {
		i.Institution = FirstPlatypusBank
	}
	if i.Products == nil {
		i.Products = []plaid.Products{plaid.PRODUCTS_TRANSACTIONS}
	}
	r := plaid.NewSandboxPublicTokenCreateRequest(i.Institution, i.Products)
	o := plaid.NewSandboxPublicTokenCreateRequestOptions()
	if i.User != "" {
		o.SetOverrideUsername(i.User)
		o.SetOverridePassword(cmp.Or(i.Password, "pass_good"))
	}
	if i.Webhook != "" {
		o.SetWebhook(i.Webhook)
	}
	if i.Days > 0 {
		o.SetTransactions(plaid.SandboxPublicTokenCreateRequestOptionsTransactions{DaysRequested: &i.Days})
	}
	r.SetOptions(*o)
	resp, err := Result(c.Plaid.SandboxPublicTokenCreate(ctx).SandboxPublicTokenCreateRequest(*r).Execute()) //nolint:bodyclose // Result closes it
	return resp.GetPublicToken(), err
}

// Exchange returns the access token and the id of the Item that a public token is for.
func (c *Caller) Exchange(ctx context.Context, publicToken string) (accessToken, itemID string, err error) {
	resp, err := Result(c.Plaid.ItemPublicTokenExchange(ctx).
		ItemPublicTokenExchangeRequest(*plaid.NewItemPublicTokenExchangeRequest(publicToken)).Execute()) //nolint:bodyclose // Result closes it
	return resp.GetAccessToken(), resp.GetItemId(), err
}

// NewItem makes an Item in the sandbox and returns its access token.
func (c *Caller) NewItem(ctx context.Context, i Item) (string, error) {
	public, err := c.PublicToken(ctx, i)
	if err != nil {
		return "", err
	}
	access, _, err := c.Exchange(ctx, public)
	return access, err
}

// Refresh asks an Item's institution for what is new.
func (c *Caller) Refresh(ctx context.Context, accessToken string) error {
	_, err := Result(c.Plaid.TransactionsRefresh(ctx).
		TransactionsRefreshRequest(*plaid.NewTransactionsRefreshRequest(accessToken)).Execute()) //nolint:bodyclose // Result closes it
	return err
}

// Create adds a transaction of today to an Item of Dynamic.
func (c *Caller) Create(ctx context.Context, accessToken, description string, amount float64) error {
	today := time.Now().UTC().Format(time.DateOnly)
	_, err := Result(c.Plaid.SandboxTransactionsCreate(ctx).SandboxTransactionsCreateRequest(
		*plaid.NewSandboxTransactionsCreateRequest(accessToken, []plaid.CustomSandboxTransaction{
			*plaid.NewCustomSandboxTransaction(today, today, amount, description),
		})).Execute()) //nolint:bodyclose // Result closes it
	return err
}

// Transactions returns all that /transactions/get has of an Item, newest first.
func (c *Caller) Transactions(ctx context.Context, accessToken string) ([]plaid.Transaction, error) {
	const most = int32(500)
	now := time.Now().UTC()
	r := plaid.NewTransactionsGetRequest(accessToken,
		now.AddDate(-5, 0, 0).Format(time.DateOnly), now.AddDate(0, 0, 2).Format(time.DateOnly))
	var all []plaid.Transaction
	for {
		offset := int32(len(all))
		r.SetOptions(plaid.TransactionsGetRequestOptions{Count: plaid.PtrInt32(most), Offset: &offset})
		resp, err := Result(c.Plaid.TransactionsGet(ctx).TransactionsGetRequest(*r).Execute()) //nolint:bodyclose // Result closes it
		if err != nil {
			return nil, err
		}
		all = append(all, resp.Transactions...)
		if len(resp.Transactions) == 0 || len(all) >= int(resp.TotalTransactions) {
			return all, nil
		}
	}
}
