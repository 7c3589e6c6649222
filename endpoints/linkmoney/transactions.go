package linkmoney

import (
	"context"
	"strconv"

	"github.com/gingham-dev/gingham/endpoints/api"
	"github.com/gingham-dev/gingham/ledger"
	"github.com/gingham-dev/gingham/models"
	"github.com/gingham-dev/gingham/models/plaid"
	"github.com/gingham-dev/gingham/models/plaid/wire"
	"github.com/gingham-dev/gingham/models/plaiderr"
	"github.com/gingham-dev/gingham/store"
)

// includeInsights asks for FinSight fields, which a transaction has where a provider
// supplies them: asking for them changes nothing yet.
const includeInsights = "options.include_insights"

// spanTransactions is /transactions/get about all Items of a user.
func (g *Group) spanTransactions(r api.Route) api.Route {
	r = r.Spans(func(ctx context.Context, c *api.Caller, req wire.Request) (api.Response, error) {
		asked := req.(*plaid.TransactionsGetRequest)
		o := asked.Options
		if o == nil {
			o = &plaid.TransactionsGetRequestOptions{}
		}
		rows, total, parts, err := g.page(ctx, c, c.Items, pageRequest{
			accounts: o.AccountIDs, from: models.Date(asked.StartDate), to: models.Date(asked.EndDate),
			offset: int(wire.ValueOr(o.Offset, 0)), count: int(wire.ValueOr(o.Count, defaultCount)),
			days: int(wire.ValueOr(o.DaysRequested, 0)),
			form: ledger.Form{
				OriginalDescription: o.IncludeOriginalDescription.Or(false),
				CategoryV1:          wire.ValueOr(o.PersonalFinanceCategoryVersion, plaid.PFCVersionV2) == plaid.PFCVersionV1,
			},
		})
		if err != nil {
			return nil, err
		}
		out := &transactionsAnswer{rows: rows, total: total, items: itemsOf(parts, itemOfSource)}
		for i, s := range answered(parts) {
			if i == 0 {
				out.item = itemOfSource(s)
			}
			out.accounts = append(out.accounts, s.accounts.Wire()...)
		}
		return out, nil
	})
	return r.ForTokens(r.Ignores(includeInsights))
}

// transactionsAnswer is Plaid's response, with the Items that it is about.
type transactionsAnswer struct {
	accounts  []plaid.AccountBase
	item      plaid.Item
	items     []plaid.Item
	rows      []row
	total     int
	requestID string
}

// SetRequestID implements wire.Response.
func (a *transactionsAnswer) SetRequestID(id string) { a.requestID = id }

// AppendJSON implements wire.Value.
func (a *transactionsAnswer) AppendJSON(b []byte) []byte {
	b = wire.AppendObjects(append(b, `{"accounts":`...), a.accounts)
	b = a.item.AppendJSON(append(b, `,"item":`...))
	b = wire.AppendObjects(append(b, `,"items":`...), a.items)
	b = strconv.AppendInt(append(b, `,"total_transactions":`...), int64(a.total), 10)
	b = wire.AppendArray(append(b, `,"transactions":`...), a.rows, func(b []byte, r row) []byte { return append(b, r.json...) })
	b = wire.AppendString(append(b, `,"request_id":`...), a.requestID)
	return append(b, '}')
}

// listRequest asks for a page of transactions: a body has what the query doesn't.
type listRequest struct {
	wire.Credentials
	wire.ItemAccess
	pageFields

	from, to string
	accounts []string
}

// DecodeJSON implements wire.Request.
func (r *listRequest) DecodeJSON(d *wire.Decoder) {
	if !d.Object() {
		return
	}
	for d.Next() {
		switch d.Key() {
		case "access_token":
			r.AccessToken, _ = d.NonEmpty()
		case "account_ids":
			if d.Array(0, 0) {
				r.accounts = []string{}
				for d.Elem() {
					if id, ok := d.Str(); ok {
						r.accounts = append(r.accounts, id)
					}
				}
			}
		case "client_id":
			r.ClientID = d.Credential()
		case "end_date":
			r.to, _ = d.Date()
		case "secret":
			r.Secret = d.Credential()
		case "start_date":
			r.from, _ = d.Date()
		default:
			if !r.decode(d) {
				d.Unknown()
			}
		}
	}
	d.End("access_token")
}

// listSpanned is listTransactions about all Items of a user.
func (g *Group) listSpanned(ctx context.Context, c *api.Caller, req wire.Request) (api.Response, error) {
	return g.listTransactions(ctx, c, req.(*listRequest))
}

// listTransactions answers with a page of the transactions of the Items that a token
// opens, the newest first, each with its user's id.
func (g *Group) listTransactions(ctx context.Context, c *api.Caller, req *listRequest) (api.Response, error) {
	p, err := req.pageOf(c.Params)
	if err != nil {
		return nil, err
	}
	asked := pageRequest{accounts: req.accounts, offset: p.offset(), count: p.perPage}
	if ids := c.Params["account_ids"]; ids != nil {
		asked.accounts = ids
	}
	if asked.from, err = day(c, "start_date", req.from, "0001-01-01"); err != nil {
		return nil, err
	}
	if asked.to, err = day(c, "end_date", req.to, "9999-12-31"); err != nil {
		return nil, err
	}
	items := c.Items
	if items == nil {
		items = []*store.Head{c.Item}
	}
	rows, total, parts, err := g.page(ctx, c, items, asked)
	if err != nil {
		return nil, err
	}
	out := answer{
		"transactions": wire.AppendArray(nil, rows, appendWithUser),
		"items":        wire.AppendObjects(nil, itemsOf(parts, itemOfSource)),
	}
	return out.paged(p, total), nil
}

// day is a day of the query, else of the body, else the one that stands for no limit.
func day(c *api.Caller, name, body string, unlimited models.Date) (models.Date, error) {
	if body != "" {
		unlimited = models.Date(body)
	}
	text := c.Params.Get(name)
	if text == "" {
		return unlimited, nil
	}
	d, err := models.ParseDate(text)
	if err != nil {
		return "", plaiderr.InvalidField(name + " must be a properly formatted date (YYYY-MM-DD)")
	}
	return d, nil
}

// appendWithUser appends a transaction with uid, the id of the user whose it is: null
// where its Item is nobody's.
func appendWithUser(b []byte, r row) []byte {
	b = append(b, r.json[:len(r.json)-1]...)
	b = append(b, `,"uid":`...)
	if user := r.head.Item.UserID; user != "" {
		return append(wire.AppendString(b, user), '}')
	}
	return append(b, "null}"...)
}
