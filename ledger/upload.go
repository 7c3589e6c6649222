package ledger

import (
	"context"

	"github.com/gingham-dev/gingham/models/plaiderr"
	"github.com/gingham-dev/gingham/providers"
	"github.com/gingham-dev/gingham/store"
)

// Upload gives an Item's provider a further file and commits what follows from it, in one
// step: the accounts, and the data of the products in use. It returns the newest head, what
// was read, and what became of the transactions. Errors: *providers.Error of kind
// InvalidInput for a file that can't be read, and of kind Unsupported for an Item whose data
// come otherwise. After an error nothing is changed.
func (l *Ledger) Upload(ctx context.Context, h *store.Head, file providers.File) (*store.Head, providers.FileReport, Summary, error) {
	var report providers.FileReport
	var sum Summary
	head, err := l.leased(ctx, h.Client, h.ID, func(ctx context.Context, h *store.Head, p providers.Provider) (*store.Head, error) {
		taker, ok := p.(providers.FileTaker)
		if !ok {
			return nil, &providers.Error{Kind: providers.Unsupported, Detail: "access_token must be of an Item whose data come in files"}
		}
		c, err := l.conn(ctx, h)
		if err != nil {
			return nil, err
		}
		f := &fetch{l: l, p: p, h: h.Clone(), want: wantedOf(h)}
		if f.state, report, err = taker.TakeFile(ctx, c, file); err != nil {
			return nil, err
		}
		// What isn't to be readable yet waits in the provider's state.
		f.want.transactions = f.want.transactions && !l.Now().Before(h.Transactions.InitialDue)
		if err := f.run(ctx); err != nil {
			return nil, err
		}
		var head *store.Head
		head, sum, err = f.commit(ctx, h)
		return head, err
	})
	return head, report, sum, err
}

// LinkFile links a login by its first file, and returns its Item and what was read. The
// request's Credentials, Connection and Shared are none. Errors: Link's; *plaiderr.Error for
// an institution that takes no files; *providers.Error of kind InvalidInput for a file that
// can't be read.
func (l *Ledger) LinkFile(ctx context.Context, req LinkRequest, file providers.File) (*store.Head, providers.FileReport, error) {
	in, p, err := l.institution(req.Institution, req.Products)
	if err != nil {
		return nil, providers.FileReport{}, err
	}
	taker, ok := p.(providers.FileTaker)
	if !ok {
		return nil, providers.FileReport{}, plaiderr.InvalidField("institution_id must be of an institution that takes files")
	}
	state, report, err := taker.TakeFile(ctx, providers.Conn{Institution: in.ID, Now: l.Now(), Products: req.Products}, file)
	if err != nil {
		return nil, report, err
	}
	req.Connection = &Connection{Institution: in.ID, Step: providers.Step{Kind: providers.StepDone, State: state}}
	h, err := l.Link(ctx, req)
	return h, report, err
}
