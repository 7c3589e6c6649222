package files_test

import (
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"testing"

	"github.com/gingham-dev/gingham/models"
	"github.com/gingham-dev/gingham/providers"
	"github.com/gingham-dev/gingham/providers/files"
	"github.com/gingham-dev/gingham/providers/providertest"
)

func TestSuite(t *testing.T) {
	const nobody = "it asks nobody: what there is, was uploaded"
	providertest.Run(t, providertest.Harness{
		Open: func(t testing.TB, _ *slog.Logger) *providertest.Upstream { return (&branch{}).upstream(t) },
		Lacks: map[providertest.Case]string{
			providertest.Changes: "files only ever add: one that lacks a row may be an extract",
			providertest.Paging:  "a file is one answer",
			providertest.Faults:  nobody, providertest.Cancel: nobody, providertest.Budget: nobody,
			providertest.Reauth: "there is no login that could end", providertest.Consent: "there is no login that could end",
		},
	})
}

// branch gives its customer files of what there is.
type branch struct {
	rows []providertest.Row
	// series is part of the ids, which it gives anew.
	series int
	// first is the first file with rows.
	first string
}

// file is a file of everything, in this order or the other.
func (b *branch) file(reversed bool) string {
	var booked, pending strings.Builder
	rows := slices.Clone(b.rows)
	if reversed {
		slices.Reverse(rows)
	}
	for i, r := range rows {
		day := strings.ReplaceAll(string(r.Date), "-", "")
		if r.Pending {
			fmt.Fprintf(&pending, "<STMTTRNP><TRNTYPE>DEBIT<DTTRAN>%s<TRNAMT>%s<NAME>%s</STMTTRNP>", day, r.Amount.Neg(), r.Name)
			continue
		}
		fmt.Fprintf(&booked, "<STMTTRN><TRNTYPE>DEBIT<DTPOSTED>%s<TRNAMT>%s<FITID>%d-%d<NAME>%s</STMTTRN>", day, r.Amount.Neg(), b.series, i, r.Name)
	}
	return b.with(ofAccount("1", "CHECKING", booked.String(), pending.String()) + ofAccount("2", "SAVINGS", "", ""))
}

func (b *branch) with(accounts string) string {
	return "OFXHEADER:100\nDATA:OFXSGML\n\n<OFX><BANKMSGSRSV1>" + accounts + "</BANKMSGSRSV1></OFX>"
}

func ofAccount(id, kind, booked, pending string) string {
	if pending != "" {
		pending = "<BANKTRANLISTP><DTASOF>20260701" + pending + "</BANKTRANLISTP>"
	}
	return "<STMTTRNRS><STMTRS><CURDEF>USD<BANKACCTFROM><BANKID>021000021<ACCTID>" + id + "<ACCTTYPE>" + kind + "</BANKACCTFROM>" +
		"<BANKTRANLIST><DTSTART>20260101<DTEND>20260701" + booked + "</BANKTRANLIST>" + pending +
		"<LEDGERBAL><BALAMT>10.00<DTASOF>20260701</LEDGERBAL></STMTRS></STMTTRNRS>"
}

func (b *branch) upstream(t testing.TB) *providertest.Upstream {
	p, err := files.New(nil, providers.Surroundings{})
	must(t, err)
	upload := func(t testing.TB, it *providertest.Item, text string) {
		t.Helper()
		_, _, _, err := it.Ledger.Upload(t.Context(), it.Head(t), providers.File{Data: []byte(text)})
		must(t, err)
	}
	return &providertest.Upstream{
		Provider: p, Institution: files.InstitutionID,
		Answer: func(testing.TB, *providers.Step) providers.Answer {
			return providers.Answer{File: []byte(b.file(false))}
		},
		Add: func(t testing.TB, it *providertest.Item, rows ...providertest.Row) {
			b.rows = append(b.rows, rows...)
			if b.first == "" {
				b.first = b.file(false)
			}
			upload(t, it, b.file(false))
		},
		Post: func(t testing.TB, it *providertest.Item, name string) {
			i := slices.IndexFunc(b.rows, func(r providertest.Row) bool { return r.Name == name })
			b.rows[i].Pending, b.rows[i].Date = false, models.DateOf(it.Now())
			upload(t, it, b.file(false))
		},
		Repeat: func(t testing.TB, it *providertest.Item) {
			upload(t, it, b.file(true))
			upload(t, it, b.file(false))
		},
		Rewind: func(t testing.TB, it *providertest.Item) { upload(t, it, b.first) },
		Reissue: func(t testing.TB, it *providertest.Item) {
			b.series++
			upload(t, it, b.file(true))
		},
		Withhold: func(t testing.TB, it *providertest.Item) func() {
			upload(t, it, b.with(ofAccount("2", "SAVINGS", "", "")))
			return func() { upload(t, it, b.file(false)) }
		},
	}
}
