package assetreport

import (
	"bytes"
	"context"
	"errors"
	"io"
	"slices"
	"time"

	"github.com/gingham-dev/gingham/endpoints/api"
	"github.com/gingham-dev/gingham/endpoints/api/show"
	"github.com/gingham-dev/gingham/models"
	"github.com/gingham-dev/gingham/models/plaid"
	"github.com/gingham-dev/gingham/models/plaid/wire"
)

// answer answers with a report as JSON, which is written from its parts as they are read.
func (g *Group) answer(r *report, f form) (*api.Stream, error) {
	ed, err := r.Full, r.readable()
	if f.fast {
		ed, err = r.Fast, r.readableFast()
	}
	if err != nil {
		return nil, err
	}
	who, err := g.applicant(r)
	if err != nil {
		return nil, err
	}
	return &api.Stream{ContentType: "application/json", Body: func(ctx context.Context, w io.Writer, requestID string) error {
		p := &printer{w: w, report: r, edition: ed, form: f, heads: g.reader(r, ed.Heads), past: g.reader(r, ed.Past)}
		return p.print(ctx, who, requestID)
	}}, nil
}

// printer writes a report as JSON. A row at a time is in memory, and the part it is from.
type printer struct {
	w           io.Writer
	report      *report
	edition     *edition
	form        form
	heads, past *partReader
	account     int
	buf         []byte
}

func (p *printer) print(ctx context.Context, who *applicant, requestID string) error {
	r := p.report
	resp := plaid.AssetReportGetResponse{RequestID: requestID, Warnings: p.warnings(), Report: plaid.AssetReport{
		AssetReportID: r.ID, ClientReportID: wire.NilIfEmpty(r.Terms.ClientReportID), DateGenerated: p.edition.GeneratedAt,
		DaysRequested: models.NewDecimal(int64(r.Terms.Days)), User: who.wire(),
	}}
	return p.around(resp.AppendJSON(nil), "items", func() error {
		for i := range p.edition.Items {
			if err := p.comma(i); err != nil {
				return err
			}
			if err := p.item(ctx, &p.edition.Items[i]); err != nil {
				return err
			}
		}
		return nil
	})
}

func (p *printer) item(ctx context.Context, it *item) error {
	out := plaid.AssetReportItem{
		ItemID: string(it.ID), InstitutionID: string(it.Institution), InstitutionName: it.InstitutionName,
		DateLastUpdated: it.UpdatedAt,
	}
	return p.around(out.AppendJSON(nil), "accounts", func() error {
		for i := range it.Accounts {
			if err := p.comma(i); err != nil {
				return err
			}
			if err := p.printAccount(ctx); err != nil {
				return err
			}
		}
		return nil
	})
}

func (p *printer) printAccount(ctx context.Context) error {
	h, err := p.heads.head(ctx)
	if err != nil {
		return err
	}
	account := p.account
	p.account++
	out := h.wire()
	if p.form.fast {
		return p.write(out.AppendJSON(p.buf[:0]))
	}
	out.DaysAvailable = models.NewDecimal(int64(p.form.limit(p.edition.Available[account])))
	// What comes before the rows is first, so that the account can be begun with it.
	rows := 0
	begun := false
	after := []byte(nil)
	begin := func() error {
		begun = true
		var before []byte
		before, after = split(out.AppendJSON(nil), "transactions")
		return p.write(before)
	}
	err = p.past.past(ctx, account, func(e *entry) error {
		switch {
		case e.Investments != nil:
			out.Investments = p.form.investments(p.edition, e.Investments)
		case e.Balances != nil:
			p.setBalances(&out, e.Balances, &h.Account.Balances.Currency)
		case e.Row != nil:
			if !begun {
				if err := begin(); err != nil {
					return err
				}
			}
			if !p.form.shows(p.edition.GeneratedAt, models.Date(e.Row.Date)) {
				return nil
			}
			if err := p.comma(rows); err != nil {
				return err
			}
			rows++
			p.buf = p.form.row(e.Row).AppendJSON(p.buf[:0])
			return p.write(p.buf)
		}
		return nil
	})
	if err == nil && !begun {
		err = begin()
	}
	if err != nil {
		return err
	}
	return p.write(after)
}

// shows reports whether what happened on a day is shown of a report of a time.
func (f *form) shows(generated time.Time, day models.Date) bool {
	return f.days == nil || *f.days > 0 && day >= models.DateOf(generated).AddDays(-*f.days)
}

// investments are what an account holds, and its trades of the days that are shown.
func (f *form) investments(ed *edition, in *plaid.AssetReportInvestments) *plaid.AssetReportInvestments {
	in.Transactions = slices.DeleteFunc(in.Transactions, func(t plaid.AssetReportInvestmentTransaction) bool {
		return !f.shows(ed.GeneratedAt, models.Date(t.Date))
	})
	return in
}

// row is a transaction as it is shown: without insights, only what the institution says.
func (f *form) row(t *plaid.AssetReportTransaction) *plaid.AssetReportTransaction {
	if f.insights {
		return t
	}
	return &plaid.AssetReportTransaction{
		AccountID: t.AccountID, Amount: t.Amount, Date: t.Date, ISOCurrencyCode: t.ISOCurrencyCode,
		OriginalDescription: t.OriginalDescription, Pending: t.Pending, TransactionID: t.TransactionID,
		UnofficialCurrencyCode: t.UnofficialCurrencyCode,
	}
}

func (p *printer) setBalances(out *plaid.AccountAssets, list []dayBalance, c *models.Currency) {
	for _, d := range list[:p.form.limit(len(list))] {
		out.HistoricalBalances = append(out.HistoricalBalances, plaid.HistoricalBalance{
			Date: string(d.Date), Current: d.Current,
			ISOCurrencyCode: wire.NilIfEmpty(c.ISO), UnofficialCurrencyCode: wire.NilIfEmpty(c.Unofficial),
		})
	}
}

// limit is the smaller of a number of days and of what is asked for.
func (f *form) limit(n int) int {
	if f.days == nil {
		return n
	}
	return min(n, *f.days)
}

func (p *printer) warnings() []plaid.Warning {
	out := make([]plaid.Warning, len(p.edition.Warnings))
	for i := range p.edition.Warnings {
		w := &p.edition.Warnings[i]
		e := show.Error(w.Cause.err())
		out[i] = plaid.Warning{WarningType: "ASSET_REPORT_WARNING", WarningCode: w.Code, Cause: &plaid.Cause{
			ItemID: string(w.Cause.Item), ErrorType: e.ErrorType, ErrorCode: e.ErrorCode, ErrorMessage: e.ErrorMessage,
			DisplayMessage: e.DisplayMessage, DocumentationURL: e.DocumentationURL, ErrorCodeReason: e.ErrorCodeReason,
			SuggestedAction: e.SuggestedAction,
		}}
	}
	return out
}

// wire renders an account without what came about on it.
func (h *head) wire() plaid.AccountAssets {
	b := show.Account(&h.Account)
	out := plaid.AccountAssets{
		AccountID: b.AccountID, Mask: b.Mask, Name: b.Name, OfficialName: b.OfficialName,
		PersistentAccountID: b.PersistentAccountID, Subtype: b.Subtype, Type: b.Type, VerificationStatus: b.VerificationStatus,
		Balances: plaid.AssetReportAccountBalance{
			Available: b.Balances.Available, Current: b.Balances.Current, Limit: b.Balances.Limit,
			ISOCurrencyCode: b.Balances.ISOCurrencyCode, UnofficialCurrencyCode: b.Balances.UnofficialCurrencyCode,
			LastUpdatedDatetime: b.Balances.LastUpdatedDatetime,
		},
		OwnershipType: wire.OrNull(wire.NilIfEmpty(h.Ownership)),
		Owners:        make([]plaid.Owner, len(h.Owners)),
	}
	for i := range h.Owners {
		out.Owners[i] = show.Owner(&h.Owners[i])
	}
	return out
}

var errSplit = errors.New("render an asset report: a list that is filled in is missing")

// around writes an object, with what fn writes inside its empty list of a key.
func (p *printer) around(object []byte, key string, fn func() error) error {
	before, after := split(object, key)
	if after == nil {
		return errSplit
	}
	if err := p.write(before); err != nil {
		return err
	}
	if err := fn(); err != nil {
		return err
	}
	return p.write(after)
}

// split cuts an object in two, within its empty list of a key. No text in it can look
// like that list: its quotes would be escaped.
func split(object []byte, key string) (before, after []byte) {
	list := []byte(`"` + key + `":[]`)
	at := bytes.Index(object, list)
	if at < 0 {
		return object, nil
	}
	at += len(list) - 1
	return object[:at], object[at:]
}

func (p *printer) comma(i int) error {
	if i == 0 {
		return nil
	}
	return p.write([]byte{','})
}

func (p *printer) write(b []byte) error {
	_, err := p.w.Write(b)
	return err
}
