// Package statementtest checks what decoders of bank files make, against the contract
// of providers/files/statement.
package statementtest

import (
	"errors"
	"reflect"
	"testing"
	"time"

	"github.com/gingham-dev/gingham/models"
	"github.com/gingham-dev/gingham/providers/files/statement"
)

// Check fails tb for whatever in f, the answer to some bytes, breaks the contract.
func Check(tb testing.TB, f *statement.File) {
	tb.Helper()
	c := checker{tb: tb, securities: map[string]bool{}}
	c.must(f.Format != "", "Format is empty")
	c.rfc3339("Created", f.Created)
	c.must(len(f.Statements) > 0, "there is no statement")
	for _, s := range f.Securities {
		c.must(s.Key != "" && !c.securities[s.Key], "security key %q is empty or twice there", s.Key)
		c.must(s.Name != "" && s.Type != "", "security %q has no name or type", s.Key)
		c.currency("security "+s.Key, s.Currency)
		c.securities[s.Key] = true
	}
	for i := range f.Statements {
		c.statement(&f.Statements[i])
	}
	line := 0
	for _, w := range f.Warnings {
		c.must(w.Detail != "" && w.Line >= line, "warning %+v is empty or out of order", w)
		line = w.Line
	}
}

// CheckDecode decodes data twice, fails tb if the answers differ or break the
// contract, and returns them. An error that is no *statement.Error fails it too.
func CheckDecode(tb testing.TB, data []byte, decode func([]byte) (*statement.File, error)) (*statement.File, error) {
	tb.Helper()
	f, err := decode(data)
	again, errAgain := decode(data)
	if !reflect.DeepEqual(f, again) || !reflect.DeepEqual(err, errAgain) {
		tb.Errorf("decoding again differs: %+v, %v; %+v, %v", f, err, again, errAgain)
	}
	if err == nil {
		Check(tb, f)
		return f, nil
	}
	var e *statement.Error
	switch {
	case !errors.As(err, &e):
		tb.Errorf("%v is a %T", err, err)
	case e.Detail == "" || e.Line < 0 || e.Offset < 0 || e.Offset > len(data):
		tb.Errorf("%+v has no detail, or lies outside of the %d bytes", e, len(data))
	case f != nil:
		tb.Errorf("there are a file and an error: %v", err)
	}
	return nil, err
}

type checker struct {
	tb         testing.TB
	securities map[string]bool
}

func (c *checker) must(ok bool, format string, args ...any) {
	c.tb.Helper()
	if !ok {
		c.tb.Errorf(format, args...)
	}
}

func (c *checker) statement(st *statement.Statement) {
	a := &st.Account
	c.must(len(a.Key) == 32, "account key %q is not of AccountKey", a.Key)
	c.must(a.Name != "" && a.Type != "" && a.Subtype != "", "account %+v has no name, type or subtype", a)
	c.must(len([]rune(a.Mask)) <= 4, "mask %q is too long", a.Mask)
	c.currency("account", a.Currency)
	c.must(a.Numbers == nil || a.Numbers.AccountKey == a.Key, "numbers are of account %+v", a.Numbers)
	c.date("From", st.Period.From)
	c.date("To", st.Period.To)
	c.must(st.Period.From == "" || st.Period.To == "" || st.Period.From <= st.Period.To, "period %+v ends before it begins", st.Period)
	for _, b := range []*statement.Balance{st.Balances.Opening, st.Balances.Current, st.Balances.Available, st.Balances.Limit} {
		if b != nil {
			c.date("balance", b.Date)
			c.rfc3339("balance", b.Datetime)
		}
	}
	investment := a.Type == models.Investment
	c.must(len(st.Transactions) == 0 || !investment, "an investment account has Transactions, not Trades")
	c.must(len(st.Trades)+len(st.Holdings) == 0 || investment, "a %s account has Trades or Holdings", a.Type)
	for i := range st.Transactions {
		c.transaction(&st.Transactions[i])
	}
	for i := range st.Trades {
		c.trade(&st.Trades[i], a.Key)
	}
	held := map[string]bool{}
	for _, h := range st.Holdings {
		c.must(h.AccountKey == a.Key && c.securities[h.SecurityKey] && !held[h.SecurityKey], "holding %+v is of no account or security, or twice there", h)
		held[h.SecurityKey] = true
		c.date("PriceAsOf", h.PriceAsOf)
		c.currency("holding", h.Currency)
	}
}

func (c *checker) transaction(t *statement.Transaction) {
	c.must(t.Line > 0, "transaction %+v has no line", t)
	c.must(t.Posted != "", "transaction %+v has no day", t)
	c.date("Posted", t.Posted)
	c.date("Transacted", t.Transacted)
	c.date("Value", t.Value)
	c.rfc3339("PostedAt", t.PostedAt)
	c.rfc3339("TransactedAt", t.TransactedAt)
	c.currency("transaction", t.Currency)
	if t.Original != nil {
		c.must(t.Original.Amount.Sign() == t.Amount.Sign(), "original %v has another sign than %v", t.Original.Amount, t.Amount)
		c.currency("original", t.Original.Currency)
	}
	c.must(!t.Void || t.Corrects != "", "transaction %+v voids nothing", t)
}

func (c *checker) trade(t *statement.Trade, account string) {
	c.must(t.Line > 0 && t.AccountKey == account, "trade %+v has no line or is of another account", t)
	c.must(t.SecurityKey == "" || c.securities[t.SecurityKey], "trade %+v is of no security", t)
	c.must(t.Date != "" && t.Name != "" && t.Type != "" && t.Subtype != "", "trade %+v has no day, name, type or subtype", t)
	c.date("Date", t.Date)
	c.currency("trade", t.Currency)
	c.must(!t.Void || t.Corrects != "", "trade %+v voids nothing", t)
}

func (c *checker) currency(what string, in models.Currency) {
	c.must((in.ISO == "") != (in.Unofficial == ""), "%s is in currency %+v", what, in)
}

func (c *checker) date(what string, d models.Date) {
	if d == "" {
		return
	}
	_, err := models.ParseDate(string(d))
	c.must(err == nil, "%s is %q, which is no date", what, d)
}

func (c *checker) rfc3339(what, s string) {
	if s == "" {
		return
	}
	_, err := time.Parse(time.RFC3339, s)
	c.must(err == nil, "%s is %q, which is not RFC 3339", what, s)
}
