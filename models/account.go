package models

// Account types, as Plaid names them.
const (
	Depository = "depository"
	Credit     = "credit"
	Loan       = "loan"
	Investment = "investment"
	Payroll    = "payroll"
	OtherType  = "other"
)

// Account is one account of an Item.
type Account struct {
	// Key is the provider's own id of the account; ID is made from it by the ledger.
	Key string    `json:"key"`
	ID  AccountID `json:"id"`
	// Name is what the institution calls it, OfficialName its full name ("" when unknown).
	Name         string `json:"name"`
	OfficialName string `json:"official_name,omitempty"`
	// Mask is the last two to four characters of the number, "" when unknown.
	Mask    string `json:"mask,omitempty"`
	Type    string `json:"type"`
	Subtype string `json:"subtype,omitempty"`
	// Holder is "personal", "business", "unrecognized" or "" (unknown).
	Holder   string  `json:"holder,omitempty"`
	Balances Balance `json:"balances"`
	// Verification is a micro-deposit state as "automatically_verified", or "".
	Verification string `json:"verification,omitempty"`
	// PersistentID is the same for the same account across Items (tokenised
	// account number institutions only), or "".
	PersistentID string `json:"persistent_id,omitempty"`
}

// Balance is what an account holds or owes, in the account's currency.
type Balance struct {
	// Current is the balance; for credit and loans, the amount owed. Nil when unknown.
	Current *Decimal `json:"current"`
	// Available is what can be withdrawn or spent; nil when not reported.
	Available *Decimal `json:"available"`
	// Limit is a credit limit or a pre-arranged overdraft; nil when there is none.
	Limit    *Decimal `json:"limit"`
	Currency Currency `json:"currency"`
	// LastUpdated is when the institution last reported it, as RFC 3339, or "".
	LastUpdated string `json:"last_updated,omitempty"`
}

// HasNumbers reports whether an account of this kind has numbers to pay to:
// checking, savings and cash management accounts do (Plaid's Auth).
func (a *Account) HasNumbers() bool {
	if a.Type != Depository {
		return false
	}
	switch a.Subtype {
	case "checking", "savings", "cash management":
		return true
	}
	return false
}

// IsInvestment reports whether the account holds securities.
func (a *Account) IsInvestment() bool { return a.Type == Investment }
