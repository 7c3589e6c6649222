package sandbox

import (
	"regexp"
	"strconv"
	"strings"

	"github.com/gingham-dev/gingham/models"
	"github.com/gingham-dev/gingham/providers"
)

// customUser is what a custom user's JSON says.
type customUser struct {
	seed       string
	accounts   []customAccount
	mfa        mfa
	recaptcha  string
	forceError providers.Kind
}

// customAccount is one of override_accounts.
type customAccount struct {
	account models.Account // with its key, names, type, mask and limit
	// start is the balance on the day of linking, nil where it is left to chance.
	start, available *models.Decimal
	noAvailable      bool
	currency         string
	numbers          customNumbers
	rows             []customRow
	holdings         []customHolding
	trades           []customTrade
	owner            *models.Owner
	liability        *customLiability
	inflow           *customInflow
}

type customNumbers struct{ account, ach, wire, eft, branch, bic, iban, sortCode string }

// customRow is a transaction; amount is money out.
type customRow struct {
	transacted, posted models.Date
	amount             models.Decimal
	text, currency     string
}

// customInflow is money that comes every month.
type customInflow struct {
	kind   string
	amount models.Decimal
	day    int // of the month; 31 is the last
	text   string
}

// maxAccounts is the most accounts of a custom user.
const maxAccounts = 100

// decodeCustom reads a custom user's JSON. What it cannot read is an
// *providers.Error of kind InvalidInput that names the place.
//
// override_accounts that is left out or empty means a user left to chance, and
// so does a document of income (paystub, w2): its keys are unknown here.
func (p *Provider) decodeCustom(text []byte) (*customUser, error) {
	r := &reader{}
	if len(text) > maxText {
		r.failf("user_custom", "more than %d bytes", maxText)
		return nil, r.fault
	}
	top := r.parseObject(text)
	u := &customUser{seed: top.text("seed"), recaptcha: top.choice("recaptcha", "good", "bad")}
	u.mfa = decodeMFA(top.object("mfa"))
	u.forceError = decodeForceError(top)
	accounts := top.objects("override_accounts")
	if len(accounts) == 0 && top.fields["override_accounts"] != nil && r.fault == nil {
		// An account of nulls, as in a blank template, is an account left to chance.
		if list, ok := top.fields["override_accounts"].([]any); ok {
			for i := range list {
				accounts = append(accounts, object{r: r, base: "override_accounts", index: i})
			}
		}
	}
	if len(accounts) > maxAccounts {
		r.failf("override_accounts", "more than %d accounts", maxAccounts)
	}
	for i, o := range accounts {
		if r.fault != nil {
			break
		}
		u.accounts = append(u.accounts, p.decodeAccount(o, i))
	}
	if r.fault != nil {
		return nil, r.fault
	}
	return u, nil
}

// maskPattern is what a mask may be.
var maskPattern = regexp.MustCompile(`^[A-Za-z0-9]{2,4}$`)

// decodeAccount reads an account.
func (p *Provider) decodeAccount(o object, i int) customAccount {
	meta, numbers := o.object("meta"), o.object("numbers")
	a := customAccount{
		start: o.decimal("starting_balance"), available: o.decimal("force_available_balance"),
		currency: p.decodeCurrency(o, "currency"),
		numbers: customNumbers{
			account: numbers.text("account"), ach: numbers.text("ach_routing"), wire: numbers.text("ach_wire_routing"),
			eft: numbers.text("eft_institution"), branch: numbers.text("eft_branch"), bic: numbers.text("international_bic"),
			iban: numbers.text("international_iban"), sortCode: numbers.text("bacs_sort_code"),
		},
		owner: decodeIdentity(o.object("identity")), liability: decodeLiability(o.object("liability")),
		inflow: decodeInflow(o.object("inflow_model")),
	}
	if none := o.flag("has_null_available_balance"); none != nil {
		a.noAvailable = *none
	}
	if a.noAvailable && a.available != nil {
		o.r.failf(o.path("force_available_balance"), "cannot be with has_null_available_balance")
	}
	a.account = models.Account{
		Key: "account-" + strconv.Itoa(i), OfficialName: meta.text("official_name"), Name: meta.text("name"),
		Mask: meta.text("mask"), Balances: models.Balance{Limit: meta.decimal("limit")},
	}
	p.decodeType(o, &a.account)
	if a.account.Name == "" {
		a.account.Name = "Plaid " + title(a.account.Subtype)
	}
	switch mask := a.account.Mask; {
	case mask == "" && len(a.numbers.account) >= 4:
		a.account.Mask = a.numbers.account[len(a.numbers.account)-4:]
	case mask == "":
		a.account.Mask = strings.Repeat(strconv.Itoa(i%10), 4)
	case !maskPattern.MatchString(mask):
		o.r.failf(meta.path("mask"), "%.50q is not two to four letters or digits", mask)
	}
	p.decodeRows(o, &a)
	p.decodeHoldings(o, &a)
	p.decodeTrades(o, &a)
	return a
}

// decodeType reads the type and subtype; what is left out is a checking account,
// or the usual subtype of the type.
func (p *Provider) decodeType(o object, a *models.Account) {
	a.Type = o.choice("type", models.Depository, models.Credit, models.Loan, models.Investment, models.Payroll, models.OtherType)
	if a.Type == "" {
		a.Type = models.Depository
	}
	usual := map[string]string{
		models.Depository: "checking", models.Credit: "credit card", models.Loan: "loan",
		models.Investment: "brokerage", models.Payroll: "payroll", models.OtherType: "other",
	}
	a.Subtype = usual[a.Type]
	if o.text("subtype") == "" {
		return
	}
	if known := p.set.AccountSubtypes[a.Type]; len(known) > 0 {
		a.Subtype = o.choice("subtype", known...)
	} else {
		a.Subtype = o.text("subtype")
	}
}

// title writes each word of a subtype with a capital.
func title(s string) string {
	words := strings.Fields(s)
	for i, w := range words {
		words[i] = strings.ToUpper(w[:1]) + w[1:]
	}
	return strings.Join(words, " ")
}

// decodeCurrency reads a currency's code, or "" where it is null.
func (p *Provider) decodeCurrency(o object, key string) string {
	code := strings.ToUpper(o.text(key))
	if code != "" && (len(code) < 3 || len(code) > 5) {
		o.r.failf(o.path(key), "%.50q is no currency", code)
	}
	return code
}

// decodeRows reads the transactions.
func (p *Provider) decodeRows(o object, a *customAccount) {
	objects := o.objects("transactions")
	a.rows = make([]customRow, 0, len(objects))
	for _, t := range objects {
		row := customRow{
			transacted: t.date("date_transacted"), posted: t.date("date_posted"),
			text: t.text("description"), currency: p.decodeCurrency(t, "currency"),
		}
		if d := t.decimal("amount"); d != nil {
			row.amount = *d
		} else {
			o.r.failf(t.path("amount"), "is missing")
		}
		switch {
		case row.posted == "" && row.transacted == "":
			o.r.failf(t.path("date_posted"), "is missing")
		case row.posted == "":
			row.posted = row.transacted
		case row.transacted == "":
			row.transacted = row.posted
		}
		if o.r.fault != nil {
			return
		}
		a.rows = append(a.rows, row)
	}
}

// decodeInflow reads a model of money that comes every month; nil is none.
func decodeInflow(o object) *customInflow {
	kind := o.choice("type", "none", "monthly-income", "monthly-balance-payment", "monthly-interest-only-payment")
	if kind == "" || kind == "none" {
		return nil
	}
	in := &customInflow{kind: kind, day: 1, text: o.text("transaction_name")}
	if d := o.decimal("income_amount"); d != nil {
		in.amount = *d
	} else if kind == "monthly-income" {
		o.r.failf(o.path("income_amount"), "is missing")
	}
	if strings.EqualFold(o.text("payment_day_of_month"), "last") {
		in.day = 31
	} else if in.day = o.whole("payment_day_of_month", 1); in.day < 1 || in.day > 28 {
		o.r.failf(o.path("payment_day_of_month"), "want 1 to 28, or last")
	}
	if in.text == "" {
		in.text = map[string]string{"monthly-income": "DIRECT DEPOSIT"}[kind]
		if in.text == "" {
			in.text = "AUTOMATIC PAYMENT - THANK YOU"
		}
	}
	return in
}
