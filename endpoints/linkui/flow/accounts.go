package flow

import (
	"context"
	"slices"

	"github.com/gingham-dev/gingham/endpoints/api/linksession"
	"github.com/gingham-dev/gingham/ledger"
	"github.com/gingham-dev/gingham/models"
	"github.com/gingham-dev/gingham/models/plaiderr"
	"github.com/gingham-dev/gingham/store"
)

// suits reports whether an account is good for a product.
func suits(a *models.Account, p models.Product) bool {
	switch p {
	case models.ProductAuth:
		return a.HasNumbers()
	case models.ProductInvestments, models.ProductInvestmentsAuth:
		return a.IsInvestment()
	case models.ProductLiabilities:
		return a.Type == models.Credit || a.Type == models.Loan
	}
	return true
}

// narrowing are the products that only accounts good for them may be linked for.
var narrowing = []models.Product{models.ProductAuth, models.ProductInvestmentsAuth}

// anySubtype stands for all subtypes in a filter.
const anySubtype = "all"

// may reports whether a token lets an account be linked.
func may(t *linksession.Token, a *models.Account) bool {
	for _, p := range narrowing {
		if slices.Contains(t.Products, p) && !suits(a, p) {
			return false
		}
	}
	f := t.Filters
	if f == nil || f.Depository == nil && f.Credit == nil && f.Loan == nil && f.Investment == nil && f.Other == nil {
		return true
	}
	subtypes := map[string][]string{
		models.Depository: f.Depository, models.Credit: f.Credit, models.Loan: f.Loan,
		models.Investment: f.Investment, models.OtherType: f.Other,
	}[a.Type]
	return slices.Contains(subtypes, a.Subtype) || slices.Contains(subtypes, anySubtype)
}

// chooses reports whether the person chooses accounts: always for a new Item, and
// in update mode where the app asks for it.
func (w *walk) chooses() bool { return w.token.Update == nil || w.token.Update.AccountSelection }

// connected goes on with a login that is connected: to the choice of its accounts,
// if there is one.
func (w *walk) connected(ctx context.Context, c *ledger.Connection) error {
	if !w.chooses() {
		return w.mend(ctx, c, nil)
	}
	list, err := w.Ledger.Offered(ctx, c)
	if err != nil {
		return w.fail(ctx, err)
	}
	// Where people sign in at their bank, they choose there.
	chosen := w.st.OAuth
	var good []models.Account
	for i := range list {
		if may(w.token, &list[i]) && (chosen == nil || chosen.Chosen == nil || slices.Contains(chosen.Chosen, list[i].Key)) {
			good = append(good, list[i])
		}
	}
	if len(good) == 0 {
		none := plaiderr.NoAccounts
		if len(list) > 0 && slices.Contains(w.token.Products, models.ProductAuth) {
			none = plaiderr.NoAuthAccounts
		}
		return w.fail(ctx, plaiderr.New(none))
	}
	if chosen != nil && chosen.Chosen != nil && (len(good) == 1 || w.selection() != SelectOne) {
		return w.link(ctx, c, good)
	}
	return w.offerAccounts(ctx, good)
}

func (w *walk) selection() Selection { return w.Selection(w.token.Customization) }

// offerAccounts shows accounts to choose from.
func (w *walk) offerAccounts(ctx context.Context, list []models.Account) error {
	w.st.Accounts = make([]Account, len(list))
	var before *models.Item
	if w.token.Update != nil {
		h, err := w.item(ctx)
		if err != nil {
			return w.fail(ctx, err)
		}
		before = &h.Item
	}
	for i := range list {
		a := &list[i]
		out := Account{Key: a.Key, Name: a.Name, Mask: a.Mask, Type: a.Type, Subtype: a.Subtype}
		switch {
		case before != nil:
			out.New = before.Offered != nil && !slices.Contains(before.Offered, a.Key)
			out.Chosen = before.Shares(a.Key) && !out.New
		default:
			out.Chosen = len(list) == 1 || w.selection() == SelectAll
		}
		w.st.Accounts[i] = out
	}
	w.st.Unchosen = false
	w.enter(PaneAccounts)
	return nil
}

// share links the accounts that were chosen.
func (w *walk) share(ctx context.Context) error {
	if w.since() > choosing {
		return w.fail(ctx, plaiderr.New(plaiderr.UserInputTimeout))
	}
	var keys []string
	for i := range w.st.Accounts {
		a := &w.st.Accounts[i]
		if a.Chosen = slices.Contains(w.in.Accounts, i); a.Chosen {
			keys = append(keys, a.Key)
		}
	}
	if w.st.Unchosen = len(keys) == 0 || len(keys) > 1 && w.selection() == SelectOne; w.st.Unchosen {
		return nil
	}
	c, err := w.connection()
	if err != nil {
		return err
	}
	list, err := w.Ledger.Offered(ctx, c)
	if err != nil {
		return w.fail(ctx, err)
	}
	return w.link(ctx, c, slices.DeleteFunc(list, func(a models.Account) bool { return !slices.Contains(keys, a.Key) }))
}

// link makes the Item, or mends it.
func (w *walk) link(ctx context.Context, c *ledger.Connection, chosen []models.Account) error {
	keys := make([]string, len(chosen))
	for i := range chosen {
		keys[i] = chosen[i].Key
	}
	if w.token.Update != nil {
		return w.mend(ctx, c, keys)
	}
	req := ledger.LinkRequest{
		Client: w.session.Client, Institution: w.st.Institution.ID, Products: w.products(chosen),
		Connection: c, Shared: keys, Webhook: w.token.Webhook, UserID: w.token.UserID,
		Days: w.token.DaysRequested, Unclaimed: w.st.Mode != Gateway,
	}
	if days := w.token.Statements; days != nil {
		req.StatementsFrom, req.StatementsTo = days.From, days.To
	}
	return w.spend(ctx, func() (*store.Head, error) { return w.Ledger.Link(ctx, req) })
}

// mend mends an Item; nil leaves its accounts as they are. It gets the products
// that the app asks for and using them would add.
func (w *walk) mend(ctx context.Context, c *ledger.Connection, keys []string) error {
	h, err := w.item(ctx)
	if err != nil {
		return w.fail(ctx, err)
	}
	return w.spend(ctx, func() (*store.Head, error) {
		h, err := w.Ledger.Mend(ctx, h, c, keys)
		if err != nil {
			return nil, err
		}
		for _, p := range slices.Concat(w.token.Products, w.token.RequiredIfSupported, w.token.Optional) {
			// The login is mended whether or not that can be had now.
			if more, err := w.add(ctx, h, p); err == nil {
				h = more
			}
		}
		return h, nil
	})
}

// add adds a product to an Item that was mended.
func (w *walk) add(ctx context.Context, h *store.Head, p models.Product) (*store.Head, error) {
	if days := w.token.Statements; days != nil && p == models.ProductStatements {
		return w.Ledger.AddStatements(ctx, h, days.From, days.To)
	}
	return w.Ledger.Ensure(ctx, h, p, w.token.DaysRequested)
}

// spend does what a token is for. One of production is for one session, and
// another that comes to this point at the same time is too late. A user may come
// back to the gateway.
func (w *walk) spend(ctx context.Context, do func() (*store.Head, error)) error {
	once := w.Environment != models.Sandbox && w.st.Mode != Gateway
	if once {
		t, err := w.Sessions.UpdateToken(ctx, w.token.ID(), func(t *linksession.Token) error {
			if err := w.good(t, w.session.ID); err != nil {
				return err
			}
			t.SpentBy = w.session.ID
			return nil
		})
		if err != nil {
			return w.fail(ctx, err)
		}
		w.token = t
	}
	h, err := do()
	if err == nil {
		return w.linked(ctx, h)
	}
	if once && len(w.session.Results) == 0 {
		t, err := w.Sessions.UpdateToken(ctx, w.token.ID(), func(t *linksession.Token) error {
			t.SpentBy = ""
			return nil
		})
		if err != nil {
			return err
		}
		w.token = t
	}
	return w.fail(ctx, err)
}

// linked notes an Item that was linked or mended. In the gateway there is no public
// token to exchange: users' tokens open what they linked.
func (w *walk) linked(ctx context.Context, h *store.Head) error {
	public := ""
	if w.st.Mode != Gateway {
		var err error
		if public, _, err = linksession.IssuePublic(ctx, w.Tokens, h, w.now); err != nil {
			return err
		}
	}
	r := linksession.Result{PublicToken: public, Item: h.ID, Institution: *w.st.Institution}
	for i := range h.Accounts {
		a := &h.Accounts[i]
		r.Accounts = append(r.Accounts, linksession.Account{
			ID: a.ID, Name: a.Name, Mask: a.Mask, Type: a.Type, Subtype: a.Subtype, Verification: a.Verification,
		})
	}
	w.session.Results = append(w.session.Results, r)
	w.st.Connection, w.st.Accounts, w.st.OAuth, w.st.Failure, w.st.Unchosen = nil, nil, nil, nil, false
	if err := w.announceItem(ctx, public); err != nil {
		return err
	}
	w.enter(PaneConnected)
	return nil
}

// goOn goes to the next Item to mend, or hands over what was linked.
func (w *walk) goOn(ctx context.Context) error {
	if u := w.token.Update; u == nil || w.st.Item+1 >= len(u.Items) || w.in.Action == Close {
		return w.handOff(ctx)
	}
	w.st.Item++
	if err := w.preselect(ctx); err != nil {
		return w.fail(ctx, err)
	}
	return w.begin(ctx)
}

// another goes back to the institutions, to link one more Item.
func (w *walk) another(context.Context) error {
	if !w.canLinkAnother() {
		return nil
	}
	w.emit(eventAnother)
	w.startOver()
	return nil
}

func (w *walk) canLinkAnother() bool {
	return w.token.MultiItem && w.token.Update == nil && w.token.Institution == ""
}
