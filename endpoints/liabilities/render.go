package liabilities

import (
	"github.com/gingham-dev/gingham/endpoints/api/show"
	"github.com/gingham-dev/gingham/models"
	"github.com/gingham-dev/gingham/models/plaid"
	"github.com/gingham-dev/gingham/models/plaid/wire"
)

// render renders the terms of accounts. A kind that none of them is of stays
// nil, which is written as null.
func render(accounts show.Accounts, known *models.Liabilities) plaid.LiabilitiesObject {
	var out plaid.LiabilitiesObject
	for i := range known.Credit {
		if a, ok := accounts.ByKey(known.Credit[i].AccountKey); ok {
			out.Credit = append(out.Credit, card(string(a.ID), &known.Credit[i]))
		}
	}
	for i := range known.Mortgage {
		if a, ok := accounts.ByKey(known.Mortgage[i].AccountKey); ok {
			out.Mortgage = append(out.Mortgage, mortgage(string(a.ID), &known.Mortgage[i]))
		}
	}
	for i := range known.Student {
		if a, ok := accounts.ByKey(known.Student[i].AccountKey); ok {
			out.Student = append(out.Student, student(string(a.ID), &known.Student[i]))
		}
	}
	return out
}

func card(id string, c *models.CreditCard) plaid.CreditCardLiability {
	out := plaid.CreditCardLiability{
		AccountID: &id, Aprs: make([]plaid.APR, len(c.APRs)), IsOverdue: c.IsOverdue,
		LastPaymentAmount: c.LastPaymentAmount, LastPaymentDate: date(c.LastPaymentDate),
		LastStatementBalance: c.LastStatementBalance, LastStatementIssueDate: date(c.LastStatementDate),
		MinimumPaymentAmount: c.MinimumPayment, NextPaymentDueDate: date(c.NextPaymentDue),
	}
	for i, a := range c.APRs {
		out.Aprs[i] = plaid.APR{
			APRPercentage: a.Percentage, APRType: a.Type,
			BalanceSubjectToAPR: a.BalanceSubjectToAPR, InterestChargeAmount: a.InterestChargeAmount,
		}
	}
	return out
}

func mortgage(id string, m *models.Mortgage) plaid.MortgageLiability {
	out := plaid.MortgageLiability{
		AccountID: id, AccountNumber: wire.NilIfEmpty(m.AccountNumber), CurrentLateFee: m.CurrentLateFee,
		EscrowBalance: m.EscrowBalance, HasPmi: m.HasPMI, HasPrepaymentPenalty: m.HasPrepayPenalty,
		InterestRate:      plaid.MortgageInterestRate{Percentage: m.RatePercentage, Type: wire.NilIfEmpty(m.RateType)},
		LastPaymentAmount: m.LastPaymentAmount, LastPaymentDate: date(m.LastPaymentDate),
		LoanTerm: wire.NilIfEmpty(m.LoanTerm), LoanTypeDescription: wire.NilIfEmpty(m.LoanType),
		MaturityDate: date(m.MaturityDate), NextMonthlyPayment: m.NextMonthlyPayment,
		NextPaymentDueDate: date(m.NextPaymentDue), OriginationDate: date(m.OriginationDate),
		OriginationPrincipalAmount: m.OriginationAmount, PastDueAmount: m.PastDueAmount,
		YTDInterestPaid: m.YTDInterestPaid, YTDPrincipalPaid: m.YTDPrincipalPaid,
	}
	if p := m.Property; p != nil {
		out.PropertyAddress = plaid.MortgagePropertyAddress{
			City: wire.NilIfEmpty(p.City), Country: wire.NilIfEmpty(p.Country), PostalCode: wire.NilIfEmpty(p.PostalCode),
			Region: wire.NilIfEmpty(p.Region), Street: wire.NilIfEmpty(p.Street),
		}
	}
	return out
}

func student(id string, s *models.StudentLoan) plaid.StudentLoan {
	out := plaid.StudentLoan{
		AccountID: &id, AccountNumber: wire.NilIfEmpty(s.AccountNumber), DisbursementDates: dates(s.DisbursementDates),
		ExpectedPayoffDate: date(s.ExpectedPayoffDate), Guarantor: wire.NilIfEmpty(s.Guarantor),
		InterestRatePercentage: s.InterestRatePercentage, IsOverdue: s.IsOverdue,
		LastPaymentAmount: s.LastPaymentAmount, LastPaymentDate: date(s.LastPaymentDate),
		LastStatementBalance:   wire.OrNull(s.LastStatementBalance),
		LastStatementIssueDate: date(s.LastStatementDate), LoanName: wire.NilIfEmpty(s.LoanName),
		LoanStatus:           plaid.StudentLoanStatus{EndDate: date(s.LoanStatusEnd), Type: wire.NilIfEmpty(s.LoanStatusType)},
		MinimumPaymentAmount: s.MinimumPayment, NextPaymentDueDate: date(s.NextPaymentDue),
		OriginationDate: date(s.OriginationDate), OriginationPrincipalAmount: s.OriginationPrincipal,
		OutstandingInterestAmount: s.OutstandingInterest, PaymentReferenceNumber: wire.NilIfEmpty(s.PaymentReference),
		PSLFStatus: plaid.PSLFStatus{
			EstimatedEligibilityDate: date(s.PSLFEstimatedEligible),
			PaymentsMade:             s.PSLFPaymentsMade, PaymentsRemaining: s.PSLFPaymentsRemaining,
		},
		RepaymentPlan: plaid.StudentRepaymentPlan{
			Description: wire.NilIfEmpty(s.RepaymentPlan), Type: wire.NilIfEmpty(s.RepaymentPlanType),
		},
		SequenceNumber: wire.NilIfEmpty(s.SequenceNumber), YTDInterestPaid: s.YTDInterestPaid, YTDPrincipalPaid: s.YTDPrincipalPaid,
	}
	if a := s.Servicer; a != nil {
		out.ServicerAddress = plaid.ServicerAddressData{
			City: wire.NilIfEmpty(a.City), Country: wire.NilIfEmpty(a.Country), PostalCode: wire.NilIfEmpty(a.PostalCode),
			Region: wire.NilIfEmpty(a.Region), Street: wire.NilIfEmpty(a.Street),
		}
	}
	return out
}

func date(d models.Date) *string { return wire.NilIfEmpty(string(d)) }

// dates is nil for none, which is written as null.
func dates(list []models.Date) []string {
	if list == nil {
		return nil
	}
	out := make([]string, len(list))
	for i, d := range list {
		out[i] = string(d)
	}
	return out
}
