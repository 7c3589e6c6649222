package files

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"strings"
	"unicode"

	"github.com/gingham-dev/gingham/models"
	"github.com/gingham-dev/gingham/providers/files/statement"
)

// row is a transaction that waits to be synced.
type row struct {
	Account      string          `json:"account"`
	ID           string          `json:"id,omitempty"`
	Posted       models.Date     `json:"posted"`
	Transacted   models.Date     `json:"transacted,omitempty"`
	PostedAt     string          `json:"posted_at,omitempty"`
	TransactedAt string          `json:"transacted_at,omitempty"`
	Amount       models.Decimal  `json:"amount"`
	Currency     models.Currency `json:"currency"`
	Name         string          `json:"name"`
	Memo         string          `json:"memo,omitempty"`
	Check        string          `json:"check,omitempty"`
	Reference    string          `json:"reference,omitempty"`
	Code         string          `json:"code,omitempty"`
	Party        string          `json:"party,omitempty"`
	Pending      bool            `json:"pending,omitempty"`
}

// unnamed is what a transaction is called of which its file says nothing.
const unnamed = "Transaction"

func newRow(account string, t *statement.Transaction) row {
	r := row{
		Account: account, ID: t.ID, Posted: t.Posted, Transacted: t.Transacted, PostedAt: t.PostedAt, TransactedAt: t.TransactedAt,
		Amount: t.Amount, Currency: t.Currency, Name: t.Name, Memo: t.Memo, Check: t.CheckNumber, Reference: t.Reference,
		Code: t.Code, Party: t.Counterparty.Name, Pending: t.Pending,
	}
	if r.Name == "" {
		r.Name, r.Memo = cmp.Or(t.Memo, t.Counterparty.Name, t.BankCode, unnamed), ""
	}
	return r
}

// key is what the ledger is told of the bank's id. It has the day and the amount in it: a bank
// that gives an id to another transaction doesn't change the one that had it.
func (r *row) key() string {
	if r.ID == "" {
		return ""
	}
	return digest(r.Account, r.ID, string(r.Posted), r.Amount.String())
}

// content is what tells rows apart. Several can have the same: two coffees on one day.
func (r *row) content() string {
	state := "posted"
	if r.Pending {
		state = "pending"
	}
	return strings.Join([]string{
		r.Account, string(r.Posted), r.Amount.String(), r.Currency.ISO, r.Currency.Unofficial, state, essence(r.description()),
	}, "\x00")
}

// description is all that the bank says of it.
func (r *row) description() string { return strings.TrimSpace(r.Name + " " + r.Memo) }

func (r *row) transaction() models.Transaction {
	t := models.Transaction{
		Key: r.key(), AccountKey: r.Account, Amount: r.Amount, Currency: r.Currency,
		Date: r.Posted, AuthorizedDate: r.Transacted, Datetime: r.PostedAt, AuthorizedDatetime: r.TransactedAt,
		Name: r.Name, OriginalDescription: r.description(), Pending: r.Pending, Channel: "other", CheckNumber: r.Check, Code: r.Code,
		Payment: models.PaymentMeta{ReferenceNumber: r.Reference},
	}
	if r.Amount.IsNegative() {
		t.Payment.Payer = r.Party
	} else {
		t.Payment.Payee = r.Party
	}
	return t
}

// essence is a text without what banks write now so and now otherwise: case, spaces
// and punctuation.
func essence(text string) string {
	return strings.Map(func(c rune) rune {
		if unicode.IsLetter(c) || unicode.IsDigit(c) {
			return unicode.ToLower(c)
		}
		return -1
	}, text)
}

// digest is a short name of some texts together.
func digest(parts ...string) string {
	sum := sha256.Sum256([]byte(strings.Join(parts, "\x00")))
	return hex.EncodeToString(sum[:12])
}
