package mt940

import (
	"cmp"
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/gingham-dev/gingham/models"
	"github.com/gingham-dev/gingham/providers/files/statement"
)

// reading is a message while it is read.
type reading struct {
	message
	page
	account *field
	balance map[string]balance
	sums    map[string]sum
	// currency is that of a limit or of sums, in an MT942.
	currency string
	rows     []entry
	// owner is who holds the account.
	owner string
}

// page reads a message.
func (d *decoder) page(m message) (page, error) {
	r := reading{message: m, balance: map[string]balance{}, sums: map[string]sum{}}
	r.page.pos = m.pos
	for i := range m.fields {
		if err := d.field(&r, &m.fields[i]); err != nil {
			return page{}, err
		}
	}
	opening, closing, err := d.kind(&r)
	if err != nil {
		return page{}, err
	}
	currency := statement.CurrencyOf(cmp.Or(opening.currency, closing.currency, r.currency))
	if r.st.Account, err = d.accountOf(&r, currency); err != nil {
		return page{}, err
	}
	for i := range r.rows {
		r.st.Transactions = append(r.st.Transactions, r.rows[i].transaction(r.st.Account.Currency, r.interim))
	}
	r.st.Balances = statement.Balances{Opening: opening.told(), Current: closing.told(), Available: r.balance["64"].told()}
	r.opening, r.closing = opening.day, closing.day
	if gap, ok := r.st.Gap(); ok && !gap.IsZero() {
		d.warn(closing.pos, fmt.Sprintf("the opening balance and the entries make %s, and the closing balance is %s", closing.amount.Sub(gap), closing.amount))
	}
	d.checkSums(&r)
	return r.page, nil
}

// field reads one field.
func (d *decoder) field(r *reading, f *field) error {
	if len(f.lines) > longest {
		return d.errorf(f.pos, ":%s: goes on for more than %d lines", f.tag, longest)
	}
	switch f.tag {
	case "25", "25P":
		if r.account != nil {
			return d.errorf(f.pos, "the message has a second account (:%s:)", f.tag)
		}
		r.account = f
	case "60F", "60M", "62F", "62M", "64":
		return d.readBalance(r, f)
	case "61":
		return d.readEntry(r, f)
	case "86", "NS":
		r.describe(f)
	case "34F", "90D", "90C":
		return d.readSum(r, f)
	case "13", "13D":
		r.created = readCreated(f.first())
	case "20", "21", "28", "28C", "65":
	default:
		d.warn(f.pos, "the field :"+f.tag+": isn't read")
	}
	return nil
}

// kind tells statements from reports within the day, and finds their balances.
func (d *decoder) kind(r *reading) (opening, closing balance, err error) {
	opening, r.first = r.balance["60F"], true
	if !opening.there && r.balance["60M"].there {
		opening, r.first = r.balance["60M"], false
	}
	closing, r.last = r.balance["62F"], true
	if !closing.there && r.balance["62M"].there {
		closing, r.last = r.balance["62M"], false
	}
	if r.account == nil {
		return opening, closing, d.errorf(r.page.pos, "the message doesn't say of which account it is (:25:)")
	}
	told := opening.there || closing.there
	r.interim = r.kind == "942" || r.kind == "" && !told && r.currency != ""
	switch {
	case r.interim:
	case !closing.there:
		return opening, closing, d.errorf(r.page.pos, "the message has no closing balance (:62F:): the file was cut short")
	case !opening.there:
		d.warn(r.page.pos, "the message has no opening balance (:60F:) that its entries could be checked by")
	case opening.currency != closing.currency:
		return opening, closing, d.errorf(closing.pos, "the opening balance is in %s, and the closing one in %s", opening.currency, closing.currency)
	}
	return opening, closing, nil
}

// balance is one of a message's; the zero value is none.
type balance struct {
	day      models.Date
	currency string
	amount   models.Decimal
	pos      int
	there    bool
}

// told is the balance as a statement has it, or nil.
func (b balance) told() *statement.Balance {
	if !b.there {
		return nil
	}
	return &statement.Balance{Amount: b.amount, Date: b.day}
}

var balanceForm = regexp.MustCompile(`^([CD])\s*(\d{6})\s*([A-Z]{3})\s*([\d.,]+)$`)

// readBalance reads :60: to :64:, as C260302EUR1234,56.
func (d *decoder) readBalance(r *reading, f *field) error {
	m := balanceForm.FindStringSubmatch(f.first())
	if m == nil {
		return d.errorf(f.pos, ":%s: is %s, which is no balance as C260302EUR1234,56", f.tag, statement.Quote(f.first()))
	}
	b := balance{currency: m[3], pos: f.pos, there: true}
	var ok bool
	if b.amount, ok = readAmount(m[4]); !ok {
		return d.errorf(f.pos, ":%s: has %s, which is no amount", f.tag, statement.Quote(m[4]))
	}
	if m[1] == "D" {
		b.amount = b.amount.Neg()
	}
	if b.day, ok = readDate(m[2]); !ok {
		return d.errorf(f.pos, ":%s: has %s, which is no date", f.tag, statement.Quote(m[2]))
	}
	if r.balance[f.tag].there && f.tag != "64" {
		return d.errorf(f.pos, "the message has a second balance :%s:", f.tag)
	}
	if !r.balance[f.tag].there {
		r.balance[f.tag] = b
	}
	return nil
}

// sum is what a message counts of its entries.
type sum struct {
	count  int
	amount models.Decimal
	pos    int
	there  bool
}

var sumForm = regexp.MustCompile(`^(\d{0,5})([A-Z]{3})[CD]?([\d.,]+)$`)

// readSum reads :34F:, a limit below which entries aren't told, and :90D: and :90C:,
// the number and sum of debits and credits.
func (d *decoder) readSum(r *reading, f *field) error {
	m := sumForm.FindStringSubmatch(f.first())
	if m == nil {
		d.warn(f.pos, "the field :"+f.tag+": can't be read")
		return nil
	}
	r.currency = m[2]
	amount, ok := readAmount(m[3])
	if f.tag == "34F" {
		if ok && !amount.IsZero() {
			d.warn(f.pos, "the bank leaves entries below "+amount.String()+" "+m[2]+" out")
		}
		return nil
	}
	if count, err := strconv.Atoi(m[1]); err == nil && ok {
		r.sums[f.tag] = sum{count: count, amount: amount, pos: f.pos, there: true}
	}
	return nil
}

// checkSums compares the entries with what the bank counts.
func (d *decoder) checkSums(r *reading) {
	for _, c := range []struct {
		tag   string
		debit bool
	}{{"90D", true}, {"90C", false}} {
		said := r.sums[c.tag]
		if !said.there {
			continue
		}
		var is sum
		for i := range r.rows {
			if r.rows[i].debit == c.debit {
				is.count++
				is.amount = is.amount.Add(r.rows[i].amount)
			}
		}
		if is.count != said.count || !is.amount.Equal(said.amount) {
			d.warn(said.pos, fmt.Sprintf("the bank counts %d entries of %s, and there are %d of %s", said.count, said.amount, is.count, is.amount))
		}
	}
}

// readCreated reads a day and a time, as 2603021815+0100, as RFC 3339; without a zone it is "".
func readCreated(s string) string {
	at, err := time.Parse("0601021504-0700", strings.ReplaceAll(s, " ", ""))
	if err != nil {
		return ""
	}
	return at.Format(time.RFC3339)
}
