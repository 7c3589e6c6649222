package ledger

import (
	"context"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"github.com/gingham-dev/gingham/models"
	"github.com/gingham-dev/gingham/models/plaiderr"
	"github.com/gingham-dev/gingham/providers"
	"github.com/gingham-dev/gingham/store"
)

// DefaultDays is how many days of transactions an Item has where nothing else is asked for.
const DefaultDays = 730

// LinkRequest asks to link a login: one whose credentials are known, or one that
// is connected already.
type LinkRequest struct {
	Client models.ClientID
	// ID is the id that the Item is to have, where it comes with one; "" makes one.
	ID          models.ItemID
	Institution models.InstitutionID
	// Products are those to start with: at least one.
	Products    []models.Product
	Credentials map[string]string
	// Connection is a connected login of the institution, in place of Credentials;
	// Shared are the keys of the accounts that the person shares of it; nil is all.
	Connection *Connection
	Shared     []string
	Webhook    string
	UserID     string
	// Days is how much transaction history to keep, in days; 0 is DefaultDays.
	Days int
	// HistoryEnd is the last day of it, or "" for no end.
	HistoryEnd models.Date
	// StatementsFrom and StatementsTo are the days, both included, on which statements were
	// posted that are to be had with the product; "" is none.
	StatementsFrom, StatementsTo models.Date
	// Unclaimed says that the client gets an access token later (see Claim).
	Unclaimed bool
}

// Link connects a login and creates its Item, with its accounts and the data of
// its products. Errors: *plaiderr.Error for what a client can mend; what the
// provider says, as *providers.Error; or the store's: store.ErrExists for an ID that is taken.
func (l *Ledger) Link(ctx context.Context, req LinkRequest) (*store.Head, error) {
	in, p, err := l.institution(req.Institution, req.Products)
	if err != nil {
		return nil, err
	}
	now := l.Now()
	c := req.Connection
	if c == nil {
		step, err := p.BeginConnect(ctx, providers.ConnectRequest{
			Institution: in.ID, Products: req.Products, Now: now,
			Seed:        binary.BigEndian.Uint64(l.randomBytes(8)),
			Credentials: req.Credentials,
		})
		if err != nil {
			return nil, err
		}
		c = &Connection{Institution: in.ID, Step: step}
	}
	if !c.Done() {
		return nil, &providers.Error{Kind: providers.InsufficientCredentials, UserAction: true}
	}
	step := &c.Step
	h := &store.Head{
		ID: l.newItemID(), Client: req.Client, Provider: p.Info().Name,
		Parts: map[string]store.BlockID{},
		Item: models.Item{
			Institution: in.ID, InstitutionName: in.Name,
			Products: slices.Compact(slices.Sorted(slices.Values(req.Products))),
			Webhook:  req.Webhook, UserID: req.UserID,
			UpdateType: "background", CreatedAt: now,
			DaysRequested: req.Days, HistoryEnd: req.HistoryEnd,
			LoginExpiresAt: step.LoginExpiresAt, ConsentExpiresAt: step.ConsentExpiresAt, NextChange: step.NextChange,
			Unclaimed: req.Unclaimed, Shared: req.Shared,
		},
	}
	if req.ID != "" {
		h.ID = req.ID
	}
	if !req.Unclaimed {
		h.Item.ClaimedAt = now
	}
	if req.Days == 0 {
		h.Item.DaysRequested = DefaultDays
	}
	if req.StatementsFrom != "" && h.Item.HasProduct(models.ProductStatements) {
		askStatements(&h.Item, statementMonths(req.StatementsFrom, req.StatementsTo, models.DateOf(now)))
	}
	h.Item.Available = available(in, h.Item.Products)
	f := &fetch{l: l, p: p, h: h, want: wantedOf(h), state: step.State}
	if f.want.transactions {
		f.want.transactions = l.begin(h)
	}
	if err := f.run(ctx); err != nil {
		return nil, err
	}
	if len(h.Accounts) == 0 {
		return nil, &providers.Error{Kind: providers.NoAccounts, UserAction: true}
	}
	if req.Shared != nil {
		h.Item.Offered = f.offered
	}
	blocks, _, err := f.put(ctx, h)
	if err != nil {
		return nil, err
	}
	if err := f.expectNudges(ctx); err != nil {
		return nil, err
	}
	h.Seq = 1
	h.Commit = fmt.Sprintf("%x", l.randomBytes(16))
	if err := l.store.CreateItem(ctx, h, blocks); err != nil {
		return nil, err
	}
	if len(h.Outbox) > 0 {
		l.committed()
	}
	return h, nil
}

// begin notes when an Item's transactions are to become readable, and reports
// whether that is now.
func (l *Ledger) begin(h *store.Head) (now bool) {
	initial, historical := l.readiness(h.Client)
	log, at := &h.Transactions, l.Now()
	if initial > 0 {
		log.InitialDue = at.Add(initial)
	}
	if historical > 0 {
		log.HistoricalDue = at.Add(max(initial, historical))
	}
	return initial <= 0
}

// institution finds an institution that has the products asked for.
func (l *Ledger) institution(id models.InstitutionID, products []models.Product) (*models.Institution, providers.Provider, error) {
	in, p, ok := l.providers.Institution(id)
	if !ok {
		return nil, nil, plaiderr.New(plaiderr.InvalidInstitution)
	}
	if in.Unavailable != "" {
		return nil, nil, plaiderr.Named(in.Unavailable)
	}
	if lacking := in.Lacking(products); len(lacking) > 0 {
		return nil, nil, plaiderr.ProductsNotSupported(lacking...)
	}
	return in, p, nil
}

// available are an institution's products that are not in use, in alphabetical order.
func available(in *models.Institution, used []models.Product) []models.Product {
	out := make([]models.Product, 0, len(in.Products))
	for _, p := range in.Products {
		if !slices.Contains(used, p) {
			out = append(out, p)
		}
	}
	slices.Sort(out)
	return out
}

// stateField is what a sealed state is bound to, besides its client and Item.
const stateField = "provider_state"

// sealState makes state the connection's in h and returns the block to commit with it.
func (l *Ledger) sealState(h *store.Head, state json.RawMessage) (store.Block, error) {
	sealed, err := l.vault.Seal(h.Client, h.ID, stateField, state)
	if err != nil {
		return store.Block{}, fmt.Errorf("seal state of item %s: %w", h.ID, err)
	}
	b := l.newBlock(h, sealed)
	h.Parts[partState] = b.ID
	return b, nil
}

// conn opens an Item's connection for its provider.
func (l *Ledger) conn(ctx context.Context, h *store.Head) (providers.Conn, error) {
	sealed, err := l.readBlock(ctx, h, h.Parts[partState])
	if err != nil {
		return providers.Conn{}, err
	}
	state, err := l.vault.Open(h.Client, h.ID, stateField, sealed)
	if err != nil {
		return providers.Conn{}, fmt.Errorf("open state of item %s: %w", h.ID, err)
	}
	return l.connWith(h, state), nil
}

func (l *Ledger) connWith(h *store.Head, state json.RawMessage) providers.Conn {
	return providers.Conn{
		Institution: h.Item.Institution, State: state, Now: l.Now(), Products: h.Item.Products,
	}
}

// Remove takes an Item out of use: its data is dropped, its tokens answer that
// it is gone. The provider is told; if it can't be reached the Item is gone all the same.
func (l *Ledger) Remove(ctx context.Context, h *store.Head) error {
	p, known := l.providers.Provider(h.Provider)
	var c providers.Conn
	if known {
		var err error
		if c, err = l.conn(ctx, h); err == nil {
			err = p.Disconnect(ctx, c)
		}
		if err != nil {
			l.log.WarnContext(ctx, "provider was not told of a removed item", "item_id", h.ID, "error", err)
		}
	}
	_, err := l.Update(ctx, h.Client, h.ID, func(next *store.Head) error {
		if next.Item.Removed() {
			return ErrRemoved
		}
		next.Item = models.Item{
			Institution: next.Item.Institution, CreatedAt: next.Item.CreatedAt, RemovedAt: l.Now(),
		}
		next.Accounts, next.Parts = nil, nil
		next.Transactions = store.TransactionLog{}
		next.Due = time.Time{}
		return nil
	})
	if err == nil && known {
		err = l.forgetNudges(ctx, p, c, store.ItemRef{Client: h.Client, Item: h.ID})
	}
	return err
}
