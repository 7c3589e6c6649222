package sandbox

import (
	"context"
	"slices"
	"strings"
	"time"

	"github.com/gingham-dev/gingham/endpoints/api"
	"github.com/gingham-dev/gingham/endpoints/api/show"
	"github.com/gingham-dev/gingham/ledger"
	"github.com/gingham-dev/gingham/models"
	"github.com/gingham-dev/gingham/models/plaid"
	"github.com/gingham-dev/gingham/models/plaiderr"
	"github.com/gingham-dev/gingham/store"
	"github.com/gingham-dev/gingham/webhooks"
)

// fireWebhook sends a webhook although nothing has happened.
func (g *Group) fireWebhook(ctx context.Context, c *api.Caller, req *plaid.SandboxItemFireWebhookRequest) (*plaid.SandboxItemFireWebhookResponse, error) {
	i := slices.IndexFunc(fireables, func(f fireable) bool {
		return f.code == req.WebhookCode && (req.WebhookType == nil || f.kind == *req.WebhookType)
	})
	if i < 0 {
		message := "there is no webhook with webhook_code " + req.WebhookCode
		if req.WebhookType != nil {
			message += " and webhook_type " + *req.WebhookType
		}
		return nil, plaiderr.InvalidField(message)
	}
	f := fireables[i]
	if err := f.check(&c.Item.Item); err != nil {
		return nil, err
	}
	m, err := f.message(ctx, g, c)
	if err != nil {
		return nil, err
	}
	_, err = g.ledger.Update(ctx, c.Item.Client, c.Item.ID, func(next *store.Head) error {
		if next.Item.Removed() {
			return ledger.ErrRemoved
		}
		if err := f.check(&next.Item); err != nil {
			return err
		}
		g.ledger.Tell(next, m)
		return nil
	})
	if err != nil {
		return nil, err
	}
	return &plaid.SandboxItemFireWebhookResponse{WebhookFired: true}, nil
}

// fireable is a webhook that can be fired.
type fireable struct {
	kind, code string
	// product is what the Item must have, or "".
	product models.Product
	// message says it as if all that the Item has of it were new.
	message func(ctx context.Context, g *Group, c *api.Caller) (webhooks.Message, error)
}

// check returns the error of an Item that the webhook can't be fired for.
func (f *fireable) check(it *models.Item) error {
	switch {
	case f.product != "" && !it.HasProduct(f.product):
		return plaiderr.New(plaiderr.SandboxProductNotEnabled)
	case it.Webhook == "":
		return plaiderr.New(plaiderr.SandboxWebhookInvalid)
	}
	return nil
}

// disconnectIn is how long before it happens a disconnection is told of.
const disconnectIn = 7 * 24 * time.Hour

// fireables are all of them. Of several with one code, the first is what a request
// without webhook_type means.
var fireables = []fireable{
	{"TRANSACTIONS", "DEFAULT_UPDATE", models.ProductTransactions, ofItem(func(h *store.Head, _ *api.Caller) webhooks.Message {
		rows := 0
		for _, v := range h.Transactions.Views {
			rows += v.Rows
		}
		return webhooks.DefaultUpdate(rows)
	})},
	{"AUTH", "DEFAULT_UPDATE", models.ProductAuth, ofItem(func(h *store.Head, _ *api.Caller) webhooks.Message {
		return webhooks.AuthUpdate(accounts(h, (*models.Account).HasNumbers), nil)
	})},
	{"IDENTITY", "DEFAULT_UPDATE", models.ProductIdentity, ofItem(func(h *store.Head, _ *api.Caller) webhooks.Message {
		updated := map[models.AccountID][]string{}
		for _, id := range show.Accounts(h.Accounts).IDs() {
			updated[id] = []string{"NAMES", "ADDRESSES", "EMAILS", "PHONES"}
		}
		return webhooks.IdentityUpdate(updated)
	})},
	{"LIABILITIES", "DEFAULT_UPDATE", models.ProductLiabilities, ofItem(func(h *store.Head, _ *api.Caller) webhooks.Message {
		return webhooks.LiabilitiesUpdate(accounts(h, func(a *models.Account) bool {
			return a.Type == models.Credit || a.Type == models.Loan
		}), nil)
	})},
	{"HOLDINGS", "DEFAULT_UPDATE", models.ProductInvestments, ofInvestments(func(in *models.Investments) webhooks.Message {
		return webhooks.HoldingsUpdate(len(in.Holdings), 0)
	})},
	{"INVESTMENTS_TRANSACTIONS", "DEFAULT_UPDATE", models.ProductInvestments, ofInvestments(func(in *models.Investments) webhooks.Message {
		return webhooks.InvestmentsUpdate(len(in.Transactions), 0)
	})},
	{"TRANSACTIONS", "SYNC_UPDATES_AVAILABLE", models.ProductTransactions, ofItem(func(h *store.Head, _ *api.Caller) webhooks.Message {
		return webhooks.SyncUpdatesAvailable(!h.Transactions.InitialAt.IsZero(), !h.Transactions.HistoricalAt.IsZero())
	})},
	{"TRANSACTIONS", "RECURRING_TRANSACTIONS_UPDATE", models.ProductTransactions, ofItem(func(h *store.Head, _ *api.Caller) webhooks.Message {
		return webhooks.RecurringTransactionsUpdate(h.Transactions.Accounts)
	})},
	{"ITEM", "NEW_ACCOUNTS_AVAILABLE", "", ofItem(func(*store.Head, *api.Caller) webhooks.Message {
		return webhooks.NewAccountsAvailable()
	})},
	{"ITEM", "LOGIN_REPAIRED", "", ofItem(func(*store.Head, *api.Caller) webhooks.Message {
		return webhooks.LoginRepaired()
	})},
	{"ITEM", "PENDING_DISCONNECT", "", ofItem(func(_ *store.Head, c *api.Caller) webhooks.Message {
		return webhooks.PendingDisconnect("INSTITUTION_MIGRATION", c.Now.Add(disconnectIn))
	})},
	{"ITEM", "USER_PERMISSION_REVOKED", "", ofItem(func(*store.Head, *api.Caller) webhooks.Message {
		return webhooks.UserPermissionRevoked()
	})},
	{"ITEM", "USER_ACCOUNT_REVOKED", "", ofItem(func(h *store.Head, _ *api.Caller) webhooks.Message {
		return webhooks.UserAccountRevoked(h.Accounts[0].ID) // an Item has one at least
	})},
	{"AUTH", "SMS_MICRODEPOSITS_VERIFICATION", models.ProductAuth, func(_ context.Context, _ *Group, c *api.Caller) (webhooks.Message, error) {
		ids := accounts(c.Item, (*models.Account).HasNumbers)
		if len(ids) == 0 {
			return webhooks.Message{}, plaiderr.New(plaiderr.NoAuthAccounts)
		}
		return webhooks.SMSMicrodepositsVerification(ids[0], "MANUALLY_VERIFIED"), nil
	}},
	{"ASSETS", "PRODUCT_READY", models.ProductAssets, ofItem(func(_ *store.Head, c *api.Caller) webhooks.Message {
		return webhooks.AssetsReady(reportID(c), "FULL")
	})},
	{"ASSETS", "ERROR", models.ProductAssets, ofItem(func(_ *store.Head, c *api.Caller) webhooks.Message {
		return webhooks.AssetsError(reportID(c), plaiderr.New(plaiderr.AssetGenerationFailed))
	})},
}

// ofItem is a message made of the Item alone.
func ofItem(make func(*store.Head, *api.Caller) webhooks.Message) func(context.Context, *Group, *api.Caller) (webhooks.Message, error) {
	return func(_ context.Context, _ *Group, c *api.Caller) (webhooks.Message, error) {
		return make(c.Item, c), nil
	}
}

// ofInvestments is a message made of the Item's investments.
func ofInvestments(make func(*models.Investments) webhooks.Message) func(context.Context, *Group, *api.Caller) (webhooks.Message, error) {
	return func(ctx context.Context, g *Group, c *api.Caller) (webhooks.Message, error) {
		in, err := g.ledger.Investments(ctx, c.Item)
		if err != nil {
			return webhooks.Message{}, err
		}
		return make(&in), nil
	}
}

// accounts are the ids of an Item's accounts that suit.
func accounts(h *store.Head, suits func(*models.Account) bool) []models.AccountID {
	var ids []models.AccountID
	for i := range h.Accounts {
		if suits(&h.Accounts[i]) {
			ids = append(ids, h.Accounts[i].ID)
		}
	}
	return ids
}

// reportID names an Asset Report that isn't there, by the call's random id.
func reportID(c *api.Caller) string {
	return webhooks.NewID(c.Now, 0, strings.NewReader(c.RequestID))
}
