package files_test

import (
	"strings"
	"testing"

	"github.com/gingham-dev/gingham/providers"
	"github.com/gingham-dev/gingham/providers/files"
)

// uploads goes through linking with a file, answering what is asked; each answer is
// "field=option" or "field=text". It returns what was asked in all, with the options.
func (l *login) uploads(file string, answers ...string) (asked []string) {
	l.t.Helper()
	step, err := l.BeginConnect(l.t.Context(), providers.ConnectRequest{Institution: files.InstitutionID, Now: now, State: l.state})
	must(l.t, err)
	if step.Kind != providers.StepUpload || len(step.Fields) > 0 {
		l.t.Fatalf("the first step is %+v", step)
	}
	answer := providers.Answer{Now: now, File: []byte(file), Values: map[string]string{}}
	for range 5 {
		if step, err = l.ContinueConnect(l.t.Context(), step.Session, answer); err != nil {
			l.t.Fatal(err)
		}
		if step.Kind == providers.StepDone {
			l.state = step.State
			return asked
		}
		answer = providers.Answer{Now: now, Values: map[string]string{}}
		for _, f := range step.Fields {
			asked = append(asked, strings.TrimSpace(string(step.Kind)+" "+f.Name+" "+strings.Join(f.Options, " | ")))
		}
		for _, a := range answers {
			name, value, _ := strings.Cut(a, "=")
			answer.Values[name] = value
		}
	}
	l.t.Fatalf("it never ends: asked %q", asked)
	return nil
}

func TestConnect(t *testing.T) {
	t.Parallel()
	for name, account := range map[string]string{
		"ofx/testdata/bank.ofx": "checking USD", "ofx/testdata/card.qfx": "credit card", "camt/testdata/statement.xml": "EUR", "mt940/testdata/german.sta": "EUR",
	} {
		l := newLogin(t)
		same(t, name+" asks", l.uploads(fixture(t, name)))
		if got := strings.Join(l.accounts(), "\n"); !strings.Contains(got, account) {
			t.Errorf("%s has the accounts %q", name, got)
		}
		if rows, _ := l.syncs(); len(rows) == 0 {
			t.Errorf("%s has no rows", name)
		}
	}
}

func TestConnectBroken(t *testing.T) {
	t.Parallel()
	p := newProvider(t, nil)
	step, err := p.BeginConnect(t.Context(), providers.ConnectRequest{})
	must(t, err)
	broken := strings.Replace(bank("1", "2026-11-10", tea), "-5.00", "five", 1)
	_, err = p.ContinueConnect(t.Context(), step.Session, providers.Answer{File: []byte(broken)})
	refused(t, err, `line 8: TRNAMT is "five"`)
	_, err = p.ContinueConnect(t.Context(), step.Session, providers.Answer{})
	refused(t, err, "the file is empty")
}

// TestMappings checks what a script is told of a table that it doesn't say enough of.
func TestMappings(t *testing.T) {
	t.Parallel()
	l := newLogin(t)
	_, err := l.tries(ambiguous)
	refused(t, err, "mapping must have date_order (YMD, DMY or MDY), decimal (the mark before decimals, . or ,), direction")
	_, err = l.tries(ambiguous, `{"order":"DMY"}`)
	refused(t, err, `the mapping can't be read: unknown field "order"`)
	_, err = l.tries(ambiguous, `{"date_order":"DMY","decimal":",","direction":"up","currency":"EUR","account":{"name":"x"}}`)
	refused(t, err, "direction must be negative_out or positive_out")
	_, err = l.tries("nothing at all", "{}")
	refused(t, err, "the file is no table of transactions")
	l.take(ambiguous, `{"date_order":"DMY","decimal":",","direction":"positive_out","currency":"EUR","account":{"name":"Mine"}}`)
	l.take(strings.ReplaceAll(ambiguous, "Tea", "Cake"))
	rows, _ := l.syncs()
	same(t, "synced", rows, "2026-04-03 1.234 Coffee", "2026-04-05 2.5 Cake", "2026-04-05 2.5 Tea")
}

// ambiguous is a table of which nothing is sure.
const ambiguous = "Date,Description,Amount\n03/04/2026,Coffee,\"1,234\"\n05/04/2026,Tea,\"2,500\"\n"

func TestQuestions(t *testing.T) {
	t.Parallel()
	l := newLogin(t)
	asked := l.uploads(ambiguous,
		"file_date_order=03/04/2026 → 2026-04-03", "file_decimal=1,234 → 1 + 0,234", "file_direction=Coffee 1,234 → −1,234",
		"file_currency=eur", "file_account_name= My  card ", "file_account_type=credit card")
	same(t, "asked", asked,
		"questions file_date_order 03/04/2026 → 2026-04-03 | 03/04/2026 → 2026-03-04",
		"questions file_decimal 1,234 → 1234 | 1,234 → 1 + 0,234",
		"questions file_direction Coffee 1,234 → −1,234 | Coffee 1,234 → +1,234",
		"questions file_currency", "questions file_account_name", "questions file_account_type checking | savings | credit card")
	same(t, "accounts", l.accounts(), "My card credit card EUR ?")
	rows, _ := l.syncs()
	same(t, "synced", rows, "2026-04-03 1.234 Coffee", "2026-04-05 2.5 Tea")

	// A further file of the same bank asks only which account it is of.
	next := strings.ReplaceAll(ambiguous, "2026,Tea", "2026,Cake")
	same(t, "asked later", l.uploads(next, "file_account=1. My card"), "selections file_account 1. My card | +")
	rows, _ = l.syncs()
	same(t, "synced later", rows, "2026-04-03 1.234 Coffee", "2026-04-05 2.5 Cake")
	same(t, "asked of another", l.uploads(next, "file_account=+", "file_account_name=Other", "file_account_type=savings"),
		"selections file_account 1. My card | +", "questions file_account_name", "questions file_account_type checking | savings | credit card")
	same(t, "accounts", l.accounts(), "My card credit card EUR ?", "Other savings EUR ?")

	// A script says it in the mapping, or leaves it to what there is.
	_, err := l.tries(next)
	refused(t, err, "mapping must have account.name")
	l.take(next, `{"account":{"name":"Other","type":"depository","subtype":"savings"}}`)
	if got := l.accounts(); len(got) != 2 {
		t.Errorf("accounts are %q", got)
	}
}

// TestAnswersAgain checks that what is no answer is asked for again, and the rest isn't.
func TestAnswersAgain(t *testing.T) {
	t.Parallel()
	l := newLogin(t)
	step, err := l.BeginConnect(t.Context(), providers.ConnectRequest{})
	must(t, err)
	step, err = l.ContinueConnect(t.Context(), step.Session, providers.Answer{File: []byte("Date,Description,Amount\n2026-11-13,Coffee,-1.20\n2026-11-14,Tea,-3.10\n")})
	must(t, err)
	for _, values := range []map[string]string{
		{"file_currency": "euro", "file_account_name": "Mine", "file_account_type": "checking"},
		{"file_currency": "€"},
		nil,
	} {
		if step, err = l.ContinueConnect(t.Context(), step.Session, providers.Answer{Values: values}); err != nil {
			t.Fatal(err)
		}
		if len(step.Fields) != 1 || step.Fields[0].Name != "file_currency" {
			t.Fatalf("asked for %+v", step.Fields)
		}
	}
	step, err = l.ContinueConnect(t.Context(), step.Session, providers.Answer{Values: map[string]string{"file_currency": "EUR"}})
	must(t, err)
	l.state = step.State
	same(t, "accounts", l.accounts(), "Mine checking EUR ?")
}

// TestTables checks tables that tell whose they are: two accounts of one bank stay two.
func TestTables(t *testing.T) {
	t.Parallel()
	table := func(iban, name string) string {
		return "IBAN;" + iban + "\n\nBuchungstag;Verwendungszweck;Betrag;Währung\n13.11.2026;" + name + ";-1,20;EUR\n14.11.2026;Tee;3.000,10;EUR\n"
	}
	l := newLogin(t)
	same(t, "asks", l.uploads(table("DE89 3704 0044 0532 0130 00", "Kaffee")))
	l.take(table("DE02 1203 0000 0000 2020 51", "Kuchen"))
	l.take(table("DE89 3704 0044 0532 0130 00", "Brot"))
	same(t, "accounts", l.accounts(), "Account 3000 checking EUR ?", "Account 2051 checking EUR ?")
	numbers, err := l.Numbers(t.Context(), l.conn())
	must(t, err)
	if len(numbers) != 2 || numbers[1].International.IBAN != "DE02120300000000202051" {
		t.Errorf("numbers are %+v", numbers)
	}
}

func TestEncodings(t *testing.T) {
	t.Parallel()
	utf16 := "\xff\xfe"
	for _, c := range "Date,Description,Amount,Currency\n2026-11-13,Café,-1.20,EUR\n2026-11-14,Thé,-3.10,EUR\n" {
		utf16 += string([]byte{byte(c), 0})
	}
	latin := "Date,Description,Amount,Currency\n2026-11-13,Caf\xe9,-1.20,EUR\n2026-11-14,Th\xe9,-3.10,EUR\n"
	for name, text := range map[string]string{"UTF-16": utf16, "Windows-1252": latin, "OFX": strings.Replace(bank("1", "2026-11-14", tea), "TEA HOUSE", "Caf\xe9", 1)} {
		l := newLogin(t)
		if name == "OFX" {
			l.take(text)
		} else {
			l.take(text, `{"account":{"name":"Mine"}}`)
		}
		if rows, _ := l.syncs(); !strings.Contains(rows[0], "Café") {
			t.Errorf("%s: %q", name, rows)
		}
	}
}
