package models

// Statement is what an institution states of one account over a month.
type Statement struct {
	AccountKey string `json:"account_key"`
	Month      Month  `json:"month"`
	// Posted is the day on which the institution posted it, or "" when unknown.
	Posted Date `json:"posted,omitempty"`
	// Owners are whom it is for.
	Owners []Owner `json:"owners,omitempty"`
	// Opening is the account's balance before the first of Lines; for credit and loans, the amount owed.
	Opening Decimal `json:"opening"`
	// Lines are what posted in the month, oldest first.
	Lines []StatementLine `json:"lines"`
}

// StatementLine is a posted transaction on a statement, in the account's currency.
type StatementLine struct {
	Date        Date   `json:"date"`
	Description string `json:"description"`
	// Amount is positive when money leaves the account.
	Amount Decimal `json:"amount"`
}
