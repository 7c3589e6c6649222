package sandbox

import (
	"cmp"

	"github.com/shopspring/decimal"

	"github.com/gingham-dev/gingham/models"
)

// customLiability is the terms of a card or a student loan.
type customLiability struct {
	kind                           string // "credit" or "student"
	purchase, cash, transfer       *models.Decimal
	special, lastPayment, minimum  *models.Decimal
	overdue                        *bool
	origination, payoff, statusEnd models.Date
	principal, nominal             *models.Decimal
	graceMonths, waitMonths        int
	repayMonths                    int
	guarantor, name, status        string
	reference, plan, planType      string
	sequence                       string
	servicer                       *models.Address
	pslfEligible                   models.Date
	pslfMade, pslfRemaining        *int64
}

// Terms of a student loan of which the JSON says nothing, and the most it may say.
const (
	usualRepayMonths = 120
	mostMonths       = 1200
	mostPercent      = 1000
)

// decodeLiability reads the terms of a liability; nil is none.
func decodeLiability(o object) *customLiability {
	kind := o.choice("type", "credit", "student")
	if kind == "" {
		return nil
	}
	model, status, pslf := o.object("repayment_model"), o.object("loan_status"), o.object("pslf_status")
	l := &customLiability{
		kind: kind, purchase: o.decimal("purchase_apr"), cash: o.decimal("cash_apr"), transfer: o.decimal("balance_transfer_apr"),
		special: o.decimal("special_apr"), lastPayment: o.decimal("last_payment_amount"), minimum: o.decimal("minimum_payment_amount"),
		overdue: o.flag("is_overdue"), origination: o.date("origination_date"), payoff: o.date("expected_payoff_date"),
		principal: o.decimal("principal"), nominal: o.percentage("nominal_apr"),
		graceMonths: o.months("interest_capitalization_grace_period_months", 0),
		waitMonths:  model.months("non_repayment_months", 0), repayMonths: model.months("repayment_months", usualRepayMonths),
		guarantor: o.text("guarantor"), name: o.text("loan_name"),
		reference: o.text("payment_reference_number"), plan: o.text("repayment_plan_description"),
		planType: cmp.Or(o.text("repayment_plan_type"), model.text("type")), sequence: o.text("sequence_number"),
		pslfEligible: pslf.date("estimated_eligibility_date"),
		pslfMade:     pslf.count("payments_made"), pslfRemaining: pslf.count("payments_remaining"),
	}
	l.status, l.statusEnd = status.text("type"), status.date("end_date")
	if address := o.object("servicer_address"); !address.empty() {
		a := decodeAddress(address)
		l.servicer = &a
	}
	return l
}

// months is a number of months.
func (o object) months(key string, fallback int) int {
	n := o.whole(key, fallback)
	if n < 0 || n > mostMonths {
		o.r.failf(o.path(key), "want 0 to %d months", mostMonths)
		return fallback
	}
	return n
}

// percentage is a yearly rate that compounding leaves of a believable size.
func (o object) percentage(key string) *models.Decimal {
	d := o.decimal(key)
	if d != nil && (d.IsNegative() || d.GreaterThan(decimal.New(mostPercent, 0))) {
		o.r.failf(o.path(key), "want 0 to %d percent", mostPercent)
		return nil
	}
	return d
}

// count is a number of things, or nil where it is null.
func (o object) count(key string) *int64 {
	if o.decimal(key) == nil {
		return nil
	}
	n := int64(o.whole(key, 0))
	return &n
}

// usualRate is the yearly interest, in percent, of an account whose JSON tells none.
const usualRate = 10

// rate is an account's yearly interest, in percent.
func (a *customAccount) rate() models.Decimal {
	if a.liability != nil {
		for _, r := range []*models.Decimal{a.liability.nominal, a.liability.purchase} {
			if r != nil {
				return *r
			}
		}
	}
	return decimal.New(usualRate, 0)
}

// standing is where a student loan stands on a day.
type standing struct {
	owed, interest  models.Decimal // all that is owed, and the interest in it that is not yet capital
	payment         models.Decimal // the monthly payment
	paid            int            // how many payments were made
	ytdInt, ytdPrin models.Decimal
	last, next, end models.Date
}

// schedule works the loan's months through, to the cent: interest runs from
// the start and becomes capital when repayment begins; from then on equal
// monthly payments end it.
func (l *customLiability) schedule(today models.Date) standing {
	var s standing
	s.owed = *l.principal
	start := cmp.Or(l.origination, today)
	monthlyRate := models.Decimal{}
	if l.nominal != nil {
		monthlyRate = l.nominal.DivRound(decimal.New(1200, 0), 16)
	}
	year := today[:4]
	wait := l.waitMonths + l.graceMonths
	s.end = start.AddMonths(wait + l.repayMonths)
	for m := 1; m <= wait+l.repayMonths; m++ {
		day := start.AddMonths(m)
		if day > today {
			s.next = day
			if m <= wait {
				s.next = start.AddMonths(wait + 1)
			}
			break
		}
		if m <= wait {
			s.interest = s.interest.Add(l.principal.Mul(monthlyRate)).Round(2)
			s.owed = l.principal.Add(s.interest)
			continue
		}
		s.interest = models.Decimal{}
		if s.payment.IsZero() {
			s.payment = installment(s.owed, monthlyRate, l.repayMonths)
		}
		interest := s.owed.Mul(monthlyRate).Round(2)
		principal := decimal.Min(s.payment.Sub(interest), s.owed)
		if m == wait+l.repayMonths {
			principal = s.owed // the last payment takes what rounding left
		}
		s.owed = s.owed.Sub(principal)
		s.paid, s.last = s.paid+1, day
		if day[:4] == year {
			s.ytdInt, s.ytdPrin = s.ytdInt.Add(interest), s.ytdPrin.Add(principal)
		}
	}
	if s.payment.IsZero() {
		s.payment = installment(s.owed, monthlyRate, max(1, l.repayMonths))
	}
	return s
}

// installment is the equal monthly payment that ends a debt after n months.
func installment(owed, rate models.Decimal, n int) models.Decimal {
	if rate.IsZero() {
		return owed.DivRound(decimal.New(int64(max(1, n)), 0), 2)
	}
	one := decimal.New(1, 0)
	growth := one
	for range n {
		growth = growth.Mul(one.Add(rate)).Round(16)
	}
	if growth.Equal(one) {
		return owed
	}
	return owed.Mul(rate).Mul(growth).DivRound(growth.Sub(one), 2)
}

func (c *custom) liabilities(v *view) models.Liabilities {
	var out models.Liabilities
	for i := range c.customUser.accounts {
		a := &c.customUser.accounts[i]
		switch {
		case a.liability == nil:
		case a.liability.kind == "credit":
			out.Credit = append(out.Credit, c.card(v, a))
		default:
			out.Student = append(out.Student, c.studentLoan(v, a))
		}
	}
	return out
}

// card is the terms of a credit card.
func (c *custom) card(v *view, a *customAccount) models.CreditCard {
	l := a.liability
	statement, _ := monthly(v.today, 28)
	paid, due := monthly(v.today, 22)
	balance := c.start(v, a)
	card := models.CreditCard{
		AccountKey: a.account.Key, IsOverdue: l.overdue, LastPaymentAmount: l.lastPayment, LastPaymentDate: paid,
		LastStatementDate: statement, LastStatementBalance: &balance, MinimumPayment: l.minimum, NextPaymentDue: due,
	}
	for _, r := range []struct {
		kind string
		rate *models.Decimal
	}{{"balance_transfer_apr", l.transfer}, {"cash_apr", l.cash}, {"purchase_apr", l.purchase}, {"special", l.special}} {
		if r.rate != nil {
			card.APRs = append(card.APRs, models.APR{Percentage: *r.rate, Type: r.kind})
		}
	}
	return card
}

// studentLoan is the terms of a student loan.
func (c *custom) studentLoan(v *view, a *customAccount) models.StudentLoan {
	l := a.liability
	loan := models.StudentLoan{
		AccountKey: a.account.Key, AccountNumber: a.numbers.account, ExpectedPayoffDate: l.payoff, Guarantor: l.guarantor,
		InterestRatePercentage: a.rate(), IsOverdue: l.overdue, LastPaymentAmount: l.lastPayment, LoanName: l.name,
		LoanStatusType: cmp.Or(l.status, "repayment"), LoanStatusEnd: l.statusEnd, MinimumPayment: l.minimum,
		OriginationDate: l.origination, OriginationPrincipal: l.principal, PaymentReference: l.reference,
		PSLFEstimatedEligible: l.pslfEligible, PSLFPaymentsMade: l.pslfMade, PSLFPaymentsRemaining: l.pslfRemaining,
		RepaymentPlan: l.plan, RepaymentPlanType: l.planType, SequenceNumber: l.sequence, Servicer: l.servicer,
	}
	if l.origination != "" {
		loan.DisbursementDates = []models.Date{l.origination}
	}
	if l.principal == nil {
		return loan
	}
	s := l.schedule(v.today)
	loan.ExpectedPayoffDate = cmp.Or(l.payoff, s.end)
	loan.NextPaymentDue, loan.LastPaymentDate = s.next, s.last
	loan.OutstandingInterest, loan.YTDInterestPaid, loan.YTDPrincipalPaid = &s.interest, &s.ytdInt, &s.ytdPrin
	loan.LastStatementBalance = &s.owed
	if s.paid == 0 && l.status == "" {
		loan.LoanStatusType = "in grace"
	}
	if l.minimum == nil {
		loan.MinimumPayment = &s.payment
	}
	if l.lastPayment == nil && s.paid > 0 {
		loan.LastPaymentAmount = &s.payment
	}
	return loan
}
