package statement_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/gingham-dev/gingham/providers/files/statement"
)

func TestAccountKey(t *testing.T) {
	t.Parallel()
	key := statement.AccountKey("", "DE89 3704 0044 0532 0130 00")
	if key != statement.AccountKey("", "de89370400440532013000") {
		t.Error("spaces and letters make another key")
	}
	if key != "680d660f5d372e1790ea1df9e83c08b8" {
		t.Errorf("the key is %s: clients have stored ids that come of the old one", key)
	}
	if statement.AccountKey("1", "23") == statement.AccountKey("12", "3") {
		t.Error("bank and account run together")
	}
}

func TestMask(t *testing.T) {
	t.Parallel()
	for number, want := range map[string]string{"": "", "7": "7", "12345678": "5678", "1452687~7": "6877", "X10-08144-1": "1441", "…ÄÖ-Ü": "ÄÖÜ"} {
		if got := statement.Mask(number); got != want {
			t.Errorf("the mask of %q is %q, want %q", number, got, want)
		}
	}
}

func TestError(t *testing.T) {
	t.Parallel()
	for want, e := range map[string]*statement.Error{
		"line 3: it is odd": {Line: 3, Offset: 20, Detail: "it is odd"},
		"it is odd":         {Detail: "it is odd"},
	} {
		if e.Error() != want {
			t.Errorf("got %s, want %s", e, want)
		}
	}
	if got := statement.Quote("a\n" + strings.Repeat("é", 100)); got != `"a\n`+strings.Repeat("é", 77)+`…"` {
		t.Errorf("a long quote is %s", got)
	}
}

func TestLimits(t *testing.T) {
	t.Parallel()
	l := statement.NewLimits(statement.MaxBytes(3), statement.MaxRows(2))
	for what, err := range map[string]error{
		"no bytes": l.CheckSize(nil), "four bytes": l.CheckSize([]byte("four")), "three rows": l.CheckRows(3, 9, 90),
	} {
		var e *statement.Error
		if !errors.As(err, &e) {
			t.Errorf("%s: %v", what, err)
		}
	}
	if err := errors.Join(l.CheckSize([]byte("abc")), l.CheckRows(2, 0, 0)); err != nil {
		t.Error(err)
	}
	if l := statement.NewLimits(); l.Bytes < 1<<20 || l.Rows < 10_000 {
		t.Errorf("the defaults are %+v", l)
	}
}
