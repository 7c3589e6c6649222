package plaid

import (
	"context"

	"github.com/gingham-dev/gingham/models"
	"github.com/gingham-dev/gingham/providers"
	"github.com/gingham-dev/gingham/providers/upstream"
)

type card struct {
	Account string `json:"account_id"`
	APRs    []struct {
		Percentage upstream.Decimal  `json:"apr_percentage"`
		Type       string            `json:"apr_type"`
		Balance    *upstream.Decimal `json:"balance_subject_to_apr"`
		Interest   *upstream.Decimal `json:"interest_charge_amount"`
	} `json:"aprs"`
	Overdue          *bool             `json:"is_overdue"`
	LastPayment      *upstream.Decimal `json:"last_payment_amount"`
	LastPaymentDate  models.Date       `json:"last_payment_date"`
	Statement        models.Date       `json:"last_statement_issue_date"`
	StatementBalance *upstream.Decimal `json:"last_statement_balance"`
	Minimum          *upstream.Decimal `json:"minimum_payment_amount"`
	NextDue          models.Date       `json:"next_payment_due_date"`
}

type mortgage struct {
	Account     string            `json:"account_id"`
	Number      string            `json:"account_number"`
	LateFee     *upstream.Decimal `json:"current_late_fee"`
	Escrow      *upstream.Decimal `json:"escrow_balance"`
	PMI         *bool             `json:"has_pmi"`
	Prepayment  *bool             `json:"has_prepayment_penalty"`
	Rate        rate              `json:"interest_rate"`
	LastPayment *upstream.Decimal `json:"last_payment_amount"`
	LastDate    models.Date       `json:"last_payment_date"`
	Term        string            `json:"loan_term"`
	Type        string            `json:"loan_type_description"`
	Matures     models.Date       `json:"maturity_date"`
	Next        *upstream.Decimal `json:"next_monthly_payment"`
	NextDue     models.Date       `json:"next_payment_due_date"`
	Originated  models.Date       `json:"origination_date"`
	Principal   *upstream.Decimal `json:"origination_principal_amount"`
	PastDue     *upstream.Decimal `json:"past_due_amount"`
	Property    *place            `json:"property_address"`
	YTDInterest *upstream.Decimal `json:"ytd_interest_paid"`
	YTDPaid     *upstream.Decimal `json:"ytd_principal_paid"`
}

type rate struct {
	Percentage *upstream.Decimal `json:"percentage"`
	Type       string            `json:"type"`
}

type student struct {
	Account          string            `json:"account_id"`
	Number           string            `json:"account_number"`
	Disbursements    []models.Date     `json:"disbursement_dates"`
	Payoff           models.Date       `json:"expected_payoff_date"`
	Guarantor        string            `json:"guarantor"`
	Rate             upstream.Decimal  `json:"interest_rate_percentage"`
	Overdue          *bool             `json:"is_overdue"`
	LastPayment      *upstream.Decimal `json:"last_payment_amount"`
	LastPaymentDate  models.Date       `json:"last_payment_date"`
	StatementBalance *upstream.Decimal `json:"last_statement_balance"`
	Statement        models.Date       `json:"last_statement_issue_date"`
	Name             string            `json:"loan_name"`
	Status           struct {
		Type string      `json:"type"`
		End  models.Date `json:"end_date"`
	} `json:"loan_status"`
	Minimum    *upstream.Decimal `json:"minimum_payment_amount"`
	NextDue    models.Date       `json:"next_payment_due_date"`
	Originated models.Date       `json:"origination_date"`
	Principal  *upstream.Decimal `json:"origination_principal_amount"`
	Interest   *upstream.Decimal `json:"outstanding_interest_amount"`
	Reference  string            `json:"payment_reference_number"`
	PSLF       struct {
		Eligible  models.Date `json:"estimated_eligibility_date"`
		Made      *int64      `json:"payments_made"`
		Remaining *int64      `json:"payments_remaining"`
	} `json:"pslf_status"`
	Plan struct {
		Description string `json:"description"`
		Type        string `json:"type"`
	} `json:"repayment_plan"`
	Sequence    string            `json:"sequence_number"`
	Servicer    *place            `json:"servicer_address"`
	YTDInterest *upstream.Decimal `json:"ytd_interest_paid"`
	YTDPaid     *upstream.Decimal `json:"ytd_principal_paid"`
}

// Liabilities implements providers.LiabilitiesProvider. An Item without cards and loans has none.
func (p *Provider) Liabilities(ctx context.Context, c providers.Conn) (models.Liabilities, error) {
	st, err := open(c)
	if err != nil {
		return models.Liabilities{}, err
	}
	var told struct {
		Liabilities struct {
			Credit   []card     `json:"credit"`
			Mortgage []mortgage `json:"mortgage"`
			Student  []student  `json:"student"`
		} `json:"liabilities"`
	}
	err = p.call(ctx, "/liabilities/get", body{"access_token": st.AccessToken}, &told)
	if err != nil && !hasCode(err, codeNoDebts) {
		return models.Liabilities{}, err
	}
	out := models.Liabilities{}
	for i := range told.Liabilities.Credit {
		out.Credit = append(out.Credit, told.Liabilities.Credit[i].model())
	}
	for i := range told.Liabilities.Mortgage {
		out.Mortgage = append(out.Mortgage, told.Liabilities.Mortgage[i].model())
	}
	for i := range told.Liabilities.Student {
		out.Student = append(out.Student, told.Liabilities.Student[i].model())
	}
	return out, nil
}

func (c *card) model() models.CreditCard {
	out := models.CreditCard{
		AccountKey: c.Account, IsOverdue: c.Overdue, LastPaymentAmount: exact(c.LastPayment), LastPaymentDate: c.LastPaymentDate,
		LastStatementDate: c.Statement, LastStatementBalance: exact(c.StatementBalance), MinimumPayment: exact(c.Minimum),
		NextPaymentDue: c.NextDue,
	}
	for _, a := range c.APRs {
		out.APRs = append(out.APRs, models.APR{
			Percentage: a.Percentage.Decimal, Type: a.Type, BalanceSubjectToAPR: exact(a.Balance), InterestChargeAmount: exact(a.Interest),
		})
	}
	return out
}

func (m *mortgage) model() models.Mortgage {
	return models.Mortgage{
		AccountKey: m.Account, AccountNumber: m.Number, CurrentLateFee: exact(m.LateFee), EscrowBalance: exact(m.Escrow),
		HasPMI: m.PMI, HasPrepayPenalty: m.Prepayment, RatePercentage: exact(m.Rate.Percentage), RateType: m.Rate.Type,
		LastPaymentAmount: exact(m.LastPayment), LastPaymentDate: m.LastDate, LoanTerm: m.Term, LoanType: m.Type,
		MaturityDate: m.Matures, NextMonthlyPayment: exact(m.Next), NextPaymentDue: m.NextDue, OriginationDate: m.Originated,
		OriginationAmount: exact(m.Principal), PastDueAmount: exact(m.PastDue), Property: m.Property.orNil(),
		YTDInterestPaid: exact(m.YTDInterest), YTDPrincipalPaid: exact(m.YTDPaid),
	}
}

func (s *student) model() models.StudentLoan {
	return models.StudentLoan{
		AccountKey: s.Account, AccountNumber: s.Number, DisbursementDates: s.Disbursements, ExpectedPayoffDate: s.Payoff,
		Guarantor: s.Guarantor, InterestRatePercentage: s.Rate.Decimal, IsOverdue: s.Overdue, LastPaymentAmount: exact(s.LastPayment),
		LastPaymentDate: s.LastPaymentDate, LastStatementBalance: exact(s.StatementBalance), LastStatementDate: s.Statement,
		LoanName: s.Name, LoanStatusType: s.Status.Type, LoanStatusEnd: s.Status.End, MinimumPayment: exact(s.Minimum),
		NextPaymentDue: s.NextDue, OriginationDate: s.Originated, OriginationPrincipal: exact(s.Principal),
		OutstandingInterest: exact(s.Interest), PaymentReference: s.Reference, PSLFEstimatedEligible: s.PSLF.Eligible,
		PSLFPaymentsMade: s.PSLF.Made, PSLFPaymentsRemaining: s.PSLF.Remaining, RepaymentPlan: s.Plan.Description,
		RepaymentPlanType: s.Plan.Type, SequenceNumber: s.Sequence, Servicer: s.Servicer.orNil(),
		YTDInterestPaid: exact(s.YTDInterest), YTDPrincipalPaid: exact(s.YTDPaid),
	}
}

// orNil is an address, or nil for none.
func (a *place) orNil() *models.Address {
	if a == nil || *a == (place{}) {
		return nil
	}
	out := a.model()
	return &out
}
