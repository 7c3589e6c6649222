package sandbox

import (
	"github.com/shopspring/decimal"

	"github.com/gingham-dev/gingham/models"
)

// amount is an amount of so many hundredths.
func amount(hundredths int64) *models.Decimal {
	d := decimal.New(hundredths, -2)
	return &d
}

// yes is a pointer to b.
func yes(b bool) *bool { return &b }

// monthly tells the last day that was, and the next that will be, the given
// day of a month; the day itself counts as past.
func monthly(today models.Date, day int) (last, next models.Date) {
	t := today.Time()
	this := models.DateOf(t.AddDate(0, 0, day-t.Day()))
	if this > today {
		return this.AddMonths(-1), this
	}
	return this, this.AddMonths(1)
}

// liabilities are one card, one mortgage and one student loan. Their days of
// payment move with the clock, so that none is due in the past.
func (g *good) liabilities(v *view) models.Liabilities {
	return models.Liabilities{
		Credit:   []models.CreditCard{goodCard(v.today)},
		Mortgage: []models.Mortgage{goodMortgage(v.today)},
		Student:  []models.StudentLoan{goodStudentLoan(v.today)},
	}
}

func goodCard(today models.Date) models.CreditCard {
	paid, _ := monthly(today, 22)
	statement, due := monthly(today, 28)
	return models.CreditCard{
		AccountKey: "credit",
		APRs: []models.APR{
			{Percentage: *amount(1524), Type: "balance_transfer_apr", BalanceSubjectToAPR: amount(156232), InterestChargeAmount: amount(13022)},
			{Percentage: *amount(2795), Type: "cash_apr", BalanceSubjectToAPR: amount(5622), InterestChargeAmount: amount(1481)},
			{Percentage: *amount(1250), Type: "purchase_apr", BalanceSubjectToAPR: amount(15701), InterestChargeAmount: amount(2566)},
			{Percentage: *amount(0), Type: "special", BalanceSubjectToAPR: amount(100000), InterestChargeAmount: amount(0)},
		},
		IsOverdue: yes(false), LastPaymentAmount: amount(16825), LastPaymentDate: paid,
		LastStatementDate: statement, LastStatementBalance: amount(170877), MinimumPayment: amount(2000), NextPaymentDue: due,
	}
}

func goodMortgage(today models.Date) models.Mortgage {
	paid, _ := monthly(today, 1)
	_, due := monthly(today, 15)
	home := goodOwner().Addresses[0]
	home.Primary = false
	return models.Mortgage{
		AccountKey: "mortgage", AccountNumber: "3120194154", CurrentLateFee: amount(2500), EscrowBalance: amount(314154),
		HasPMI: yes(true), HasPrepayPenalty: yes(true), RatePercentage: amount(399), RateType: "fixed",
		LastPaymentAmount: amount(314154), LastPaymentDate: paid, LoanTerm: "30 year", LoanType: "conventional",
		MaturityDate: "2045-07-31", NextMonthlyPayment: amount(314154), NextPaymentDue: due,
		OriginationDate: "2015-08-01", OriginationAmount: amount(42500000), PastDueAmount: amount(230400),
		Property: &home, YTDInterestPaid: amount(1230040), YTDPrincipalPaid: amount(1234050),
	}
}

func goodStudentLoan(today models.Date) models.StudentLoan {
	paid, _ := monthly(today, 22)
	statement, due := monthly(today, 28)
	return models.StudentLoan{
		AccountKey: "student", AccountNumber: "4277075694", DisbursementDates: []models.Date{"2002-08-28"},
		ExpectedPayoffDate: "2032-07-28", Guarantor: "DEPT OF ED", InterestRatePercentage: *amount(525),
		IsOverdue: yes(false), LastPaymentAmount: amount(13805), LastPaymentDate: paid,
		LastStatementBalance: amount(170877), LastStatementDate: statement, LoanName: "Consolidation",
		LoanStatusType: "repayment", LoanStatusEnd: "2032-07-28", MinimumPayment: amount(2500), NextPaymentDue: due,
		OriginationDate: "2002-08-28", OriginationPrincipal: amount(2500000), OutstandingInterest: amount(622736),
		PaymentReference: "4277075694", RepaymentPlan: "Standard Repayment", RepaymentPlanType: "standard",
		SequenceNumber:  "1",
		Servicer:        &models.Address{Street: "123 Relaxation Road", City: "San Matias", Region: "CA", PostalCode: "99415", Country: "US"},
		YTDInterestPaid: amount(28055), YTDPrincipalPaid: amount(27165),
	}
}
