package assetreport

import (
	"context"
	"io"

	"github.com/gingham-dev/gingham/documents"
	"github.com/gingham-dev/gingham/endpoints/api"
	"github.com/gingham-dev/gingham/models"
	"github.com/gingham-dev/gingham/models/plaid"
	"github.com/gingham-dev/gingham/models/plaid/wire"
)

// document answers with a report as a PDF, which is typeset as its parts are read.
func (g *Group) document(r *report, f form) (*api.Stream, error) {
	if err := r.readable(); err != nil {
		return nil, err
	}
	who, err := g.applicant(r)
	if err != nil {
		return nil, err
	}
	return &api.Stream{ContentType: "application/pdf", Body: func(ctx context.Context, w io.Writer, _ string) error {
		doc, err := g.layout(ctx, r, f)
		if err != nil {
			return err
		}
		doc.Applicant = documents.Applicant{
			FirstName: who.FirstName, MiddleName: who.MiddleName, LastName: who.LastName, SSN: who.SSN,
			PhoneNumber: who.PhoneNumber, Email: who.Email, ClientUserID: who.ClientUserID,
		}
		return documents.WriteReport(w, doc)
	}}, nil
}

// layout is the document of a report, whose accounts read their history when they are set.
func (g *Group) layout(ctx context.Context, r *report, f form) (*documents.Report, error) {
	ed := r.Full
	doc := &documents.Report{
		ID: r.ID, ClientReportID: r.Terms.ClientReportID, Generated: ed.GeneratedAt, DaysRequested: r.Terms.Days,
	}
	heads, past := g.reader(r, ed.Heads), g.reader(r, ed.Past)
	account := 0
	for i := range ed.Items {
		it := &ed.Items[i]
		out := documents.Item{
			ID: string(it.ID), InstitutionID: string(it.Institution), InstitutionName: it.InstitutionName, Updated: it.UpdatedAt,
		}
		for range it.Accounts {
			h, err := heads.head(ctx)
			if err != nil {
				return nil, err
			}
			a, place := h.document(), account
			a.DaysAvailable = f.limit(ed.Available[place])
			a.Detail = func() (documents.Detail, error) { return f.detail(ctx, ed, past, place) }
			out.Accounts = append(out.Accounts, a)
			account++
		}
		doc.Items = append(doc.Items, out)
	}
	return doc, nil
}

// document is an account without what came about on it.
func (h *head) document() documents.Account {
	a := &h.Account
	return documents.Account{
		ID: string(a.ID), Name: a.Name, OfficialName: a.OfficialName, Mask: a.Mask, Type: a.Type, Subtype: a.Subtype,
		OwnershipType: h.Ownership, Owners: h.Owners,
		Balances: documents.Balances{
			Current: a.Balances.Current, Available: a.Balances.Available, Limit: a.Balances.Limit, Currency: a.Balances.Currency,
		},
	}
}

// detail reads what came about on the account at a place.
func (f *form) detail(ctx context.Context, ed *edition, past *partReader, place int) (documents.Detail, error) {
	var d documents.Detail
	err := past.past(ctx, place, func(e *entry) error {
		for _, b := range e.Balances[:f.limit(len(e.Balances))] {
			d.Historical = append(d.Historical, documents.DayBalance(b))
		}
		if e.Row != nil && f.shows(ed.GeneratedAt, models.Date(e.Row.Date)) {
			d.Transactions = append(d.Transactions, line(e.Row))
		}
		return nil
	})
	return d, err
}

// line is a transaction as a document shows it: with the institution's own text, or
// what else it is called.
func line(t *plaid.AssetReportTransaction) documents.Transaction {
	return documents.Transaction{
		Date: models.Date(t.Date), Amount: t.Amount, Pending: t.Pending,
		Description: wire.ValueOr(t.OriginalDescription, wire.ValueOr(t.Name, "")),
		Currency: models.Currency{
			ISO: wire.ValueOr(t.ISOCurrencyCode, ""), Unofficial: wire.ValueOr(t.UnofficialCurrencyCode, ""),
		},
	}
}
