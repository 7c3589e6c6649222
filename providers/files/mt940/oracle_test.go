package mt940_test

import (
	"encoding/base64"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/shopspring/decimal"
	"go.yaml.in/yaml/v3"

	"github.com/gingham-dev/gingham/models"
	"github.com/gingham-dev/gingham/providers/files/mt940"
	"github.com/gingham-dev/gingham/providers/files/statement"
)

// otherwise is where we say something else than the other parser, by file.
var otherwise = map[string]string{
	"betterplace/sepa_snippet_broken": "refused: a description stands under the tag of an account, which that parser takes for the account's number",
	"betterplace/sepa_mt9401":         "2 entries are reversals of a credit (RC): money out, as the balances of the file say too; that parser has them as money in",
}

// reversedCredits is how many rows of each file that parser gives the wrong sign.
var reversedCredits = map[string]int{"betterplace/sepa_mt9401": 2}

// TestSamplesOfAnotherParser compares rows and balances with what that parser says. It
// makes one of all messages of a file: the rows of all, the balances of the last.
func TestSamplesOfAnotherParser(t *testing.T) {
	t.Parallel()
	needSamples(t)
	paths, err := filepath.Glob(filepath.Join(samples, "*", "*.yml"))
	if err != nil {
		t.Fatal(err)
	}
	for _, path := range paths {
		name := filepath.ToSlash(strings.TrimPrefix(strings.TrimSuffix(path, ".yml"), samples+string(filepath.Separator)))
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			data, err := os.ReadFile(strings.TrimSuffix(path, ".yml") + ".sta")
			if err != nil {
				t.Fatal(err)
			}
			f, err := mt940.Decode(framed(string(data)))
			if strings.HasPrefix(otherwise[name], "refused") {
				if err == nil {
					t.Error("it isn't refused")
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			compare(t, name, f, load(t, path))
		})
	}
	if len(paths) != 25 {
		t.Errorf("there are %d of its answers, want 25", len(paths))
	}
}

var tagForm = regexp.MustCompile(`(?m)^:(\d\d[A-Z]?):.*\n?`)

// framed puts a message around a sample that is less than one. Of a field that is there
// several times in one the last counts, as it does for that parser.
func framed(sample string) []byte {
	fields := map[string]string{}
	for _, m := range tagForm.FindAllStringSubmatch(sample, -1) {
		fields[m[1]] = strings.TrimSpace(m[0])
	}
	if fields["25"] != "" && (fields["62F"] != "" || fields["90C"] != "") {
		return []byte(sample)
	}
	out := ":20:X\n"
	for _, tag := range []string{"25", "28C", "60F", "61", "86", "62F", "64"} {
		if fields[tag] == "" {
			fields[tag] = map[string]string{"25": ":25:1/2", "60F": ":60F:C100318EUR0,", "62F": ":62F:C100318EUR0,"}[tag]
		}
		out += strings.TrimLeft(fields[tag]+"\n", "\n")
	}
	return []byte(out)
}

// node is what that parser says of something.
type node struct{ *yaml.Node }

func load(t *testing.T, path string) node {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	var n yaml.Node
	if err := yaml.Unmarshal(data, &n); err != nil {
		t.Fatal(err)
	}
	return node{n.Content[0]}
}

// at is the value of a key of a mapping, or of one below it; a null is none.
func (n node) at(keys ...string) node {
	for _, key := range keys {
		var found *yaml.Node
		for i := 0; n.Node != nil && i+1 < len(n.Content); i += 2 {
			if n.Content[i].Value == key {
				found = n.Content[i+1]
			}
		}
		if n.Node = found; found == nil || found.Tag == "!!null" {
			return node{}
		}
	}
	return n
}

// text is a scalar, or "".
func (n node) text() string {
	if n.Node == nil {
		return ""
	}
	return n.Value
}

// amount is a Decimal, which is a list of one text.
func (n node) amount(t *testing.T) models.Decimal {
	t.Helper()
	v, err := decimal.NewFromString(n.at("amount", "amount").Content[0].Value)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

// date is a Python date, a list of one value of four bytes; "" where there is none.
func (n node) date(t *testing.T) models.Date {
	t.Helper()
	if n.Node == nil {
		return ""
	}
	b, err := base64.StdEncoding.DecodeString(strings.TrimSpace(n.Content[0].Value))
	if err != nil || len(b) != 4 {
		t.Fatalf("%q is no date", n.Content[0].Value)
	}
	return models.Date(fmt.Sprintf("%04d-%02d-%02d", int(b[0])<<8|int(b[1]), b[2], b[3]))
}

func compare(t *testing.T, name string, f *statement.File, want node) {
	t.Helper()
	var rows []statement.Transaction
	for _, st := range f.Statements {
		rows = append(rows, st.Transactions...)
	}
	said := want.at("transactions").Content
	if len(rows) != len(said) {
		t.Fatalf("%d rows, want %d", len(rows), len(said))
	}
	turned := 0
	for i, r := range rows {
		its := node{said[i]}.at("data")
		amount := its.amount(t)
		if its.at("status").text() == "RC" {
			amount = amount.Neg()
			turned++
		}
		booked := its.at("entry_date").date(t)
		if booked == "" {
			booked = its.at("date").date(t)
		}
		if !r.Amount.Neg().Equal(amount) || r.Value != its.at("date").date(t) || r.Posted != booked {
			t.Errorf("row %d: %+v, want %s, value %s, booked %s", i, r, amount, its.at("date").date(t), booked)
		}
		if code := its.at("currency").text(); code != "" && r.Currency.ISO != code {
			t.Errorf("row %d: in %s, want %s", i, r.Currency.ISO, code)
		}
		if r.ID != its.at("bank_reference").text() || r.Reversal != strings.HasPrefix(its.at("status").text(), "R") {
			t.Errorf("row %d: id %q, reversal %t, want %q, %s", i, r.ID, r.Reversal, its.at("bank_reference").text(), its.at("status").text())
		}
		if kind := strings.TrimSpace(its.at("id").text()); !strings.HasPrefix(r.BankCode, kind) {
			t.Errorf("row %d: %q, want %q", i, r.BankCode, kind)
		}
	}
	if turned != reversedCredits[name] || (turned > 0) != (otherwise[name] != "") {
		t.Errorf("%d rows are reversals of a credit, want %d", turned, reversedCredits[name])
	}
	last := f.Statements[len(f.Statements)-1]
	for key, ours := range map[string]*statement.Balance{
		"final_opening_balance": last.Balances.Opening, "final_closing_balance": last.Balances.Current, "available_balance": last.Balances.Available,
	} {
		its := want.at("data", key)
		if its.Node == nil {
			continue // of a frame, or not there
		}
		if ours == nil || !ours.Amount.Equal(its.amount(t)) || key != "final_opening_balance" && ours.Date != its.at("date").date(t) {
			t.Errorf("%s: %+v, want %s of %s", key, ours, its.amount(t), its.at("date").date(t))
		}
	}
	number := regexp.MustCompile(`[A-Z]{3}$`).ReplaceAllString(want.at("data", "account_identification").text(), "")
	if number != "" && last.Account.Mask != statement.Mask(number) {
		t.Errorf("the account ends in %s, want that of %s", last.Account.Mask, number)
	}
}
