package linkmoney

import (
	"context"
	"errors"
	"slices"

	"golang.org/x/sync/errgroup"

	"github.com/gingham-dev/gingham/endpoints/api"
	"github.com/gingham-dev/gingham/endpoints/api/show"
	"github.com/gingham-dev/gingham/ledger"
	"github.com/gingham-dev/gingham/models"
	"github.com/gingham-dev/gingham/models/plaid"
	"github.com/gingham-dev/gingham/models/plaid/wire"
	"github.com/gingham-dev/gingham/models/plaiderr"
	"github.com/gingham-dev/gingham/store"
)

// What is answered about all Items of a user is what is answered about each,
// together. The item is the first one that answered; items are all of them, and where
// one could not answer, its error says why. That an institution does not have what
// is asked for is no error beside others that have it.

// part is what one Item answered.
type part[T any] struct {
	head *store.Head
	// asked says that the Item was asked, having accounts that were asked for.
	asked bool
	// answer is nil, and err not, for an Item that did not answer.
	answer *T
	err    *plaiderr.Error
}

// ask asks each Item for its part: those that have some of the accounts of ids, or
// for nil, all. Errors: INVALID_ACCOUNT_ID for one that no Item has; if none answers,
// the error of the first; what is no client's business.
func ask[T any](ctx context.Context, items []*store.Head, ids []string,
	fn func(ctx context.Context, h *store.Head, ids []string) (*T, error),
) ([]part[T], error) {
	parts := make([]part[T], len(items))
	var g errgroup.Group
	g.SetLimit(sideBySide)
	known := 0
	for i, h := range items {
		own := accountsOf(h, ids)
		known += len(own)
		parts[i] = part[T]{head: h, asked: len(ids) == 0 || len(own) > 0}
		if !parts[i].asked {
			continue
		}
		g.Go(func() error {
			answer, err := fn(ctx, h, own)
			if err == nil {
				parts[i].answer = answer
				return nil
			}
			if !errors.As(ledger.PlaidError(err), &parts[i].err) {
				return err
			}
			return nil
		})
	}
	err := g.Wait()
	if known < len(ids) {
		return nil, plaiderr.New(plaiderr.InvalidAccountID)
	}
	if err != nil {
		return nil, err
	}
	return parts, failure(parts)
}

// accountsOf are those of ids that are accounts of an Item, each once; nil is nil.
func accountsOf(h *store.Head, ids []string) []string {
	if ids == nil {
		return nil
	}
	own := []string{}
	for _, id := range ids {
		if _, ok := show.Accounts(h.Accounts).ByID(models.AccountID(id)); ok {
			own = append(own, id)
		}
	}
	return own
}

// failure is the error of parts of which none was answered: one that could be mended
// before one that says that there is nothing.
func failure[T any](parts []part[T]) error {
	var first *plaiderr.Error
	for i := range parts {
		p := &parts[i]
		if p.answer != nil {
			return nil
		}
		if p.err != nil && (first == nil || lacks(first) && !lacks(p.err)) {
			first = p.err
		}
	}
	if first == nil {
		return nil
	}
	return first
}

// lacking are errors that say that an Item has nothing of what is asked for.
var lacking = []*plaiderr.Code{
	plaiderr.ProductsNotSupportedCode, plaiderr.NoInvestmentAccounts, plaiderr.NoLiabilityAccounts,
}

func lacks(e *plaiderr.Error) bool {
	return slices.ContainsFunc(lacking, e.Has)
}

// itemsOf renders the Items of parts; item gives the one that an answer has.
func itemsOf[T any](parts []part[T], item func(*T) plaid.Item) []plaid.Item {
	out := make([]plaid.Item, len(parts))
	for i := range parts {
		p := &parts[i]
		switch {
		case p.answer != nil:
			out[i] = item(p.answer)
		default:
			out[i] = show.Item(p.head)
			if p.err != nil && !lacks(p.err) {
				out[i].Error = show.Error(p.err)
			}
		}
	}
	return out
}

// answered are the answers of parts.
func answered[T any](parts []part[T]) []*T {
	var out []*T
	for i := range parts {
		if parts[i].answer != nil {
			out = append(out, parts[i].answer)
		}
	}
	return out
}

// spanned is a response with all the Items that it is about.
type spanned struct {
	wire.Response
	items []plaid.Item
}

// AppendJSON implements wire.Value.
func (s *spanned) AppendJSON(b []byte) []byte {
	b = s.Response.AppendJSON(b)
	b = append(b[:len(b)-1], `,"items":`...)
	return append(wire.AppendObjects(b, s.items), '}')
}

// span returns a route of Plaid's that answers about all Items of a user. ids are the
// accounts that a request asks for; narrow is the request to an Item for its own; join
// puts the answers, of which there is at least one, into the first.
func span[Req any, Resp any, P interface {
	*Req
	wire.Request
}, Q interface {
	*Resp
	wire.Response
}](r api.Route, ids func(*Req) []string, narrow func(req *Req, ids []string) *Req,
	item func(*Resp) plaid.Item, join func(req *Req, answers []*Resp),
) api.Route {
	return r.Spans(func(ctx context.Context, c *api.Caller, req wire.Request) (api.Response, error) {
		asked := (*Req)(req.(P))
		parts, err := ask(ctx, c.Items, ids(asked), func(ctx context.Context, h *store.Head, own []string) (*Resp, error) {
			answer, err := r.CallFor(ctx, c, h, P(narrow(asked, own)))
			if err != nil {
				return nil, err
			}
			return (*Resp)(answer.(Q)), nil
		})
		if err != nil {
			return nil, err
		}
		all := itemsOf(parts, item)
		answers := answered(parts)
		join(asked, answers)
		return &spanned{Response: Q(answers[0]), items: all}, nil
	})
}
