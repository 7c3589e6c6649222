package files_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/gingham-dev/gingham/models"
	"github.com/gingham-dev/gingham/providers"
	"github.com/gingham-dev/gingham/providers/files"
)

var now = time.Date(2026, 11, 21, 12, 0, 0, 0, time.UTC)

// full is what the provider can do.
type full interface {
	providers.Provider
	providers.FileTaker
	providers.IdentityProvider
	providers.NumbersProvider
	providers.InvestmentsProvider
}

func newProvider(t testing.TB, settings providers.Settings) full {
	t.Helper()
	p, err := files.New(settings, providers.Surroundings{})
	must(t, err)
	return p.(full)
}

// login is a connection in a test.
type login struct {
	full
	t     testing.TB
	state json.RawMessage
}

func newLogin(t testing.TB) *login { return &login{full: newProvider(t, nil), t: t} }

func (l *login) conn() providers.Conn {
	return providers.Conn{Institution: files.InstitutionID, State: l.state, Now: now}
}

// take takes a file, and fails the test if it can't.
func (l *login) take(text string, mapping ...string) providers.FileReport {
	l.t.Helper()
	report, err := l.tries(text, mapping...)
	must(l.t, err)
	return report
}

// tries takes a file.
func (l *login) tries(text string, mapping ...string) (providers.FileReport, error) {
	l.t.Helper()
	f := providers.File{Data: []byte(text)}
	if len(mapping) > 0 {
		f.Mapping = json.RawMessage(mapping[0])
	}
	before := string(l.state)
	state, report, err := l.TakeFile(l.t.Context(), l.conn(), f)
	if string(l.state) != before {
		l.t.Error("the state that was given changed")
	}
	if err == nil {
		l.state = state
	}
	return report, err
}

// syncs syncs, and returns the rows as lines and the keys of those that are gone.
func (l *login) syncs() (rows []string, removed []string) {
	l.t.Helper()
	res, err := l.SyncTransactions(l.t.Context(), l.conn(), providers.SyncRequest{From: "2026-10-01"})
	must(l.t, err)
	if res.State != nil {
		l.state = res.State
	}
	for i := range res.Transactions {
		tx := &res.Transactions[i]
		pending := ""
		if tx.Pending {
			pending = " pending"
		}
		rows = append(rows, fmt.Sprintf("%s %s %s%s", tx.Date, tx.Amount, tx.Name, pending))
	}
	slices.Sort(rows)
	return rows, res.Removed
}

// accounts are the accounts as lines.
func (l *login) accounts() (out []string) {
	l.t.Helper()
	list, err := l.Accounts(l.t.Context(), l.conn())
	must(l.t, err)
	for _, a := range list {
		out = append(out, fmt.Sprintf("%s %s %s %s", a.Name, a.Subtype, a.Balances.Currency.ISO, shown(a.Balances.Current)))
	}
	return out
}

func shown(d *models.Decimal) string {
	if d == nil {
		return "?"
	}
	return d.String()
}

func same(t testing.TB, what string, got []string, want ...string) {
	t.Helper()
	if !slices.Equal(got, want) {
		t.Errorf("%s:\n got %s\nwant %s", what, strings.Join(got, "\n     "), strings.Join(want, "\n     "))
	}
}

// refused fails the test unless an error is of a file, and says this.
func refused(t testing.TB, err error, detail string) {
	t.Helper()
	var e *providers.Error
	if !errors.As(err, &e) || e.Kind != providers.InvalidInput || !strings.Contains(e.Detail, detail) {
		t.Errorf("got %v, want %q", err, detail)
	}
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func fixture(t testing.TB, name string) string {
	t.Helper()
	data, err := os.ReadFile(filepath.FromSlash(name))
	must(t, err)
	return string(data)
}

// bank is a file of a checking account in OFX: each row is an id, a day, an amount (positive
// is money in) and a name; then the balance, and its day.
func bank(balance, day string, rows ...[4]string) string {
	var b strings.Builder
	b.WriteString("OFXHEADER:100\nDATA:OFXSGML\nVERSION:102\n\n<OFX><BANKMSGSRSV1><STMTTRNRS><STMTRS><CURDEF>USD\n" +
		"<BANKACCTFROM><BANKID>121000358<ACCTID>000777123<ACCTTYPE>CHECKING</BANKACCTFROM>\n<BANKTRANLIST>\n")
	for _, r := range rows {
		b.WriteString("<STMTTRN><TRNTYPE>OTHER<DTPOSTED>" + strings.ReplaceAll(r[1], "-", "") + "<TRNAMT>" + r[2])
		if r[0] != "" {
			b.WriteString("<FITID>" + r[0])
		}
		b.WriteString("<NAME>" + r[3] + "</STMTTRN>\n")
	}
	b.WriteString("</BANKTRANLIST>\n<LEDGERBAL><BALAMT>" + balance + "<DTASOF>" + strings.ReplaceAll(day, "-", "") + "</LEDGERBAL></STMTRS></STMTTRNRS></BANKMSGSRSV1></OFX>\n")
	return b.String()
}
