package sandbox

import (
	"context"

	"github.com/gingham-dev/gingham/endpoints/api"
	"github.com/gingham-dev/gingham/endpoints/api/show"
	"github.com/gingham-dev/gingham/ledger"
	"github.com/gingham-dev/gingham/models"
	"github.com/gingham-dev/gingham/models/plaid"
	"github.com/gingham-dev/gingham/models/plaiderr"
	"github.com/gingham-dev/gingham/store"
	"github.com/gingham-dev/gingham/webhooks"
)

// resetLogin puts an Item into the state in which its person must sign in again.
func (g *Group) resetLogin(ctx context.Context, c *api.Caller, _ *plaid.SandboxItemResetLoginRequest) (*plaid.SandboxItemResetLoginResponse, error) {
	if err := g.ledger.ResetLogin(ctx, c.Item); err != nil {
		return nil, err
	}
	return &plaid.SandboxItemResetLoginResponse{ResetLogin: true}, nil
}

// setVerificationStatus ends the verification of an account by micro-deposits.
func (g *Group) setVerificationStatus(ctx context.Context, c *api.Caller, req *plaid.SandboxItemSetVerificationStatusRequest) (*plaid.SandboxItemSetVerificationStatusResponse, error) {
	_, err := g.ledger.Update(ctx, c.Item.Client, c.Item.ID, func(next *store.Head) error {
		if next.Item.Removed() {
			return ledger.ErrRemoved
		}
		account, ok := show.Accounts(next.Accounts).ByID(models.AccountID(req.AccountID))
		if !ok {
			return plaiderr.New(plaiderr.InvalidAccountID)
		}
		account.Verification = req.VerificationStatus
		if req.VerificationStatus == "verification_expired" {
			g.ledger.Tell(next, webhooks.VerificationExpired(account.ID))
		} else {
			g.ledger.Tell(next, webhooks.AutomaticallyVerified(account.ID))
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	return &plaid.SandboxItemSetVerificationStatusResponse{}, nil
}
