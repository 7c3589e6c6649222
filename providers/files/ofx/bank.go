package ofx

import (
	"strings"

	"github.com/gingham-dev/gingham/models"
	"github.com/gingham-dev/gingham/providers/files/statement"
)

func (d *decoder) bank(n *node) (*statement.Statement, error) {
	from := n.child("BANKACCTFROM")
	is, known := bankTypes[strings.ToUpper(from.text("ACCTTYPE"))]
	if !known {
		is = bankTypes["CHECKING"]
	}
	return d.money(n, from, is, !known)
}

func (d *decoder) card(n *node) (*statement.Statement, error) {
	return d.money(n, n.child("CCACCTFROM"), creditCard, false)
}

// money reads the statement of an account that holds or owes money.
func (d *decoder) money(n, from *node, is plaidType, assumed bool) (*statement.Statement, error) {
	account, err := d.account(n, from, is, assumed)
	if err != nil {
		return nil, err
	}
	st := &statement.Statement{Account: account, Period: period(n, "BANKTRANLIST")}
	if st.Balances, err = d.balances(n, &account); err != nil {
		return nil, err
	}
	for _, row := range n.all("STMTTRN", "STMTTRNP") {
		t, err := d.transaction(row, account.Currency)
		if err != nil {
			return nil, err
		}
		st.Transactions = append(st.Transactions, t)
	}
	return st, nil
}

// period is the days that lists of a name cover, all together.
func period(n *node, list string) statement.Period {
	var p statement.Period
	for _, k := range n.all(list) {
		from, to := when(k, "DTSTART").day, when(k, "DTEND").day
		if p.From == "" || from != "" && from < p.From {
			p.From = from
		}
		p.To = max(p.To, to)
	}
	if p.To < p.From {
		p.To = ""
	}
	return p
}

// balances reads the ledger's balance and the available one. What is owed is negative
// in OFX. Of a card, an available amount below zero is what is owed once more.
func (d *decoder) balances(n *node, a *statement.Account) (statement.Balances, error) {
	owes := a.Type == models.Credit || a.Type == models.Loan
	current, err := d.balance(n, "LEDGERBAL")
	if err != nil {
		return statement.Balances{}, err
	}
	available, err := d.balance(n, "AVAILBAL")
	if err != nil {
		return statement.Balances{}, err
	}
	if owes && current != nil {
		current.Amount = current.Amount.Neg()
	}
	if owes && available != nil && available.Amount.IsNegative() {
		available = nil
		d.warn(n.child("AVAILBAL"), "AVAILBAL is below zero, and isn't taken for what can be spent")
	}
	return statement.Balances{Current: current, Available: available}, nil
}

// balance reads one balance, or nil.
func (d *decoder) balance(n *node, name string) (*statement.Balance, error) {
	k := n.child(name)
	if k == nil {
		return nil, nil
	}
	amount, err := d.optional(k, "BALAMT")
	if err != nil {
		return nil, err
	}
	if amount == nil {
		d.warn(k, name+" has no amount")
		return nil, nil
	}
	at := when(k, "DTASOF")
	return &statement.Balance{Amount: *amount, Date: at.day, Datetime: at.time}, nil
}

// codes are Plaid's transaction codes, by TRNTYPE.
var codes = map[string]string{
	"ATM": "atm", "POS": "purchase", "CHECK": "cheque", "XFER": "transfer", "CASH": "cash", "INT": "interest", "FEE": "bank charge",
	"SRVCHG": "bank charge", "PAYMENT": "bill payment", "DIRECTDEBIT": "direct debit", "REPEATPMT": "standing order",
}

// transaction reads a row that is booked (STMTTRN) or pending (STMTTRNP).
func (d *decoder) transaction(n *node, account models.Currency) (statement.Transaction, error) {
	if err := d.row(n); err != nil {
		return statement.Transaction{}, err
	}
	amount, err := d.amount(n, "TRNAMT")
	if err != nil {
		return statement.Transaction{}, err
	}
	pending, day := n.name == "STMTTRNP", "DTPOSTED"
	if pending {
		day = "DTTRAN"
	}
	posted, err := d.date(n, day)
	if err != nil {
		return statement.Transaction{}, err
	}
	made := when(n, "DTUSER")
	kind := strings.ToUpper(n.text("TRNTYPE"))
	t := statement.Transaction{
		ID: n.text("FITID"), Line: d.text.Line(n.pos), Amount: amount.Neg(), Currency: rowCurrency(n, account),
		Posted: posted.day, PostedAt: posted.time, Transacted: made.day, TransactedAt: made.time, Value: when(n, "DTAVAIL").day,
		CheckNumber: strings.TrimLeft(n.text("CHECKNUM"), "0"), Reference: n.text("REFNUM"),
		Code: codes[kind], BankCode: kind, Pending: pending, Counterparty: party(n),
		Corrects: n.text("CORRECTFITID"), Void: strings.EqualFold(n.text("CORRECTACTION"), "DELETE"),
	}
	if t.Void && t.Corrects == "" {
		return t, d.errorf(n, "<%s> deletes a transaction, and doesn't say which (CORRECTFITID)", n.name)
	}
	if t.CheckNumber != "" {
		t.CheckNumber = n.text("CHECKNUM")
	}
	t.Name, t.Memo = words(n)
	return t, nil
}

// words are a row's name and memo. Where it has no name, its memo is one.
func words(n *node) (name, memo string) {
	name, memo = n.text("NAME"), n.text("MEMO")
	if name == "" {
		name = n.text("PAYEE", "NAME")
	}
	if extended := n.text("EXTDNAME"); len(extended) > len(name) {
		name = extended
	}
	if name == "" {
		return memo, ""
	}
	return name, memo
}

// rowCurrency is the currency that a row's amounts are in, if it is another than the account's.
func rowCurrency(n *node, account models.Currency) models.Currency {
	if code := n.text("CURRENCY", "CURSYM"); code != "" {
		return currency(code)
	}
	return account
}

// party is the other side, where the bank tells more of it than a name.
func party(n *node) statement.Party {
	p := statement.Party{Name: n.text("PAYEE", "NAME")}
	for _, to := range []string{"BANKACCTTO", "CCACCTTO"} {
		if k := n.child(to); k != nil {
			p.Account, p.Bank = k.text("ACCTID"), k.text("BANKID")
		}
	}
	return p
}
