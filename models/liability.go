package models

// Liabilities are the terms of an Item's credit cards, mortgages and student loans.
type Liabilities struct {
	Credit   []CreditCard  `json:"credit"`
	Mortgage []Mortgage    `json:"mortgage"`
	Student  []StudentLoan `json:"student"`
}

// CreditCard is the terms of a credit card. Amounts are in the account's currency; nil is unknown.
type CreditCard struct {
	AccountKey           string   `json:"account_key"`
	APRs                 []APR    `json:"aprs"`
	IsOverdue            *bool    `json:"is_overdue"`
	LastPaymentAmount    *Decimal `json:"last_payment_amount"`
	LastPaymentDate      Date     `json:"last_payment_date,omitempty"`
	LastStatementDate    Date     `json:"last_statement_date,omitempty"`
	LastStatementBalance *Decimal `json:"last_statement_balance"`
	MinimumPayment       *Decimal `json:"minimum_payment"`
	NextPaymentDue       Date     `json:"next_payment_due,omitempty"`
}

// APR is an annual percentage rate of a card.
type APR struct {
	Percentage Decimal `json:"percentage"`
	// Type is balance_transfer_apr, cash_apr, purchase_apr or special.
	Type                 string   `json:"type"`
	BalanceSubjectToAPR  *Decimal `json:"balance_subject_to_apr"`
	InterestChargeAmount *Decimal `json:"interest_charge_amount"`
}

// Mortgage is the terms of a mortgage.
type Mortgage struct {
	AccountKey          string   `json:"account_key"`
	AccountNumber       string   `json:"account_number"`
	CurrentLateFee      *Decimal `json:"current_late_fee"`
	EscrowBalance       *Decimal `json:"escrow_balance"`
	HasPMI              *bool    `json:"has_pmi"`
	HasPrepayPenalty    *bool    `json:"has_prepay_penalty"`
	RatePercentage      *Decimal `json:"rate_percentage"`
	RateType            string   `json:"rate_type,omitempty"` // fixed or variable
	LastPaymentAmount   *Decimal `json:"last_payment_amount"`
	LastPaymentDate     Date     `json:"last_payment_date,omitempty"`
	LoanTerm            string   `json:"loan_term,omitempty"`
	LoanType            string   `json:"loan_type,omitempty"`
	MaturityDate        Date     `json:"maturity_date,omitempty"`
	NextMonthlyPayment  *Decimal `json:"next_monthly_payment"`
	NextPaymentDue      Date     `json:"next_payment_due,omitempty"`
	OriginationDate     Date     `json:"origination_date,omitempty"`
	OriginationAmount   *Decimal `json:"origination_amount"`
	PastDueAmount       *Decimal `json:"past_due_amount"`
	Property            *Address `json:"property,omitempty"`
	YTDInterestPaid     *Decimal `json:"ytd_interest_paid"`
	YTDPrincipalPaid    *Decimal `json:"ytd_principal_paid"`
	NextPaymentInterest *Decimal `json:"next_payment_interest,omitempty"`
}

// StudentLoan is the terms of a student loan.
type StudentLoan struct {
	AccountKey             string   `json:"account_key"`
	AccountNumber          string   `json:"account_number,omitempty"`
	DisbursementDates      []Date   `json:"disbursement_dates"`
	ExpectedPayoffDate     Date     `json:"expected_payoff_date,omitempty"`
	Guarantor              string   `json:"guarantor,omitempty"`
	InterestRatePercentage Decimal  `json:"interest_rate_percentage"`
	IsOverdue              *bool    `json:"is_overdue"`
	LastPaymentAmount      *Decimal `json:"last_payment_amount"`
	LastPaymentDate        Date     `json:"last_payment_date,omitempty"`
	LastStatementBalance   *Decimal `json:"last_statement_balance"`
	LastStatementDate      Date     `json:"last_statement_date,omitempty"`
	LoanName               string   `json:"loan_name,omitempty"`
	LoanStatusType         string   `json:"loan_status_type,omitempty"`
	LoanStatusEnd          Date     `json:"loan_status_end,omitempty"`
	MinimumPayment         *Decimal `json:"minimum_payment"`
	NextPaymentDue         Date     `json:"next_payment_due,omitempty"`
	OriginationDate        Date     `json:"origination_date,omitempty"`
	OriginationPrincipal   *Decimal `json:"origination_principal"`
	OutstandingInterest    *Decimal `json:"outstanding_interest"`
	PaymentReference       string   `json:"payment_reference,omitempty"`
	PSLFEstimatedEligible  Date     `json:"pslf_estimated_eligible,omitempty"`
	PSLFPaymentsMade       *int64   `json:"pslf_payments_made"`
	PSLFPaymentsRemaining  *int64   `json:"pslf_payments_remaining"`
	RepaymentPlan          string   `json:"repayment_plan,omitempty"`
	RepaymentPlanType      string   `json:"repayment_plan_type,omitempty"`
	SequenceNumber         string   `json:"sequence_number,omitempty"`
	Servicer               *Address `json:"servicer,omitempty"`
	YTDInterestPaid        *Decimal `json:"ytd_interest_paid"`
	YTDPrincipalPaid       *Decimal `json:"ytd_principal_paid"`
}
