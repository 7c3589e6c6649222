package liabilities

import (
	"testing"

	"github.com/shopspring/decimal"

	"github.com/gingham-dev/gingham/endpoints/api/show"
	"github.com/gingham-dev/gingham/models"
)

// TestRenderUnknown shows that what an institution doesn't tell is null, key by
// key, and that a kind without accounts is null as a whole.
func TestRenderUnknown(t *testing.T) {
	t.Parallel()
	accounts := show.Accounts{{Key: "c", ID: "card"}, {Key: "m", ID: "house"}, {Key: "s", ID: "school"}}
	for _, c := range []struct {
		name  string
		known models.Liabilities
		want  string
	}{
		{"none", models.Liabilities{}, `{"credit":null,"mortgage":null,"student":null}`},
		{
			"another account's",
			models.Liabilities{Credit: []models.CreditCard{{AccountKey: "x"}}},
			`{"credit":null,"mortgage":null,"student":null}`,
		},
		{
			"card",
			models.Liabilities{Credit: []models.CreditCard{{
				AccountKey: "c", APRs: []models.APR{{Percentage: decimal.New(1250, -2), Type: "purchase_apr"}},
			}}},
			`{"credit":[{"account_id":"card","aprs":[{"apr_percentage":12.5,"apr_type":"purchase_apr",` +
				`"balance_subject_to_apr":null,"interest_charge_amount":null}],"is_overdue":null,` +
				`"last_payment_amount":null,"last_payment_date":null,"last_statement_balance":null,` +
				`"last_statement_issue_date":null,"minimum_payment_amount":null,"next_payment_due_date":null}],` +
				`"mortgage":null,"student":null}`,
		},
		{
			"mortgage",
			models.Liabilities{Mortgage: []models.Mortgage{{AccountKey: "m"}}},
			`{"credit":null,"mortgage":[{"account_id":"house","account_number":null,"current_late_fee":null,` +
				`"escrow_balance":null,"has_pmi":null,"has_prepayment_penalty":null,` +
				`"interest_rate":{"percentage":null,"type":null},"last_payment_amount":null,"last_payment_date":null,` +
				`"loan_term":null,"loan_type_description":null,"maturity_date":null,"next_monthly_payment":null,` +
				`"next_payment_due_date":null,"origination_date":null,"origination_principal_amount":null,` +
				`"past_due_amount":null,"property_address":{"city":null,"country":null,"postal_code":null,` +
				`"region":null,"street":null},"ytd_interest_paid":null,"ytd_principal_paid":null}],"student":null}`,
		},
		{
			"student loan",
			models.Liabilities{Student: []models.StudentLoan{{AccountKey: "s"}}},
			`{"credit":null,"mortgage":null,"student":[{"account_id":"school","account_number":null,` +
				`"disbursement_dates":null,"expected_payoff_date":null,"guarantor":null,"interest_rate_percentage":0,` +
				`"is_overdue":null,"last_payment_amount":null,"last_payment_date":null,"last_statement_balance":null,` +
				`"last_statement_issue_date":null,"loan_name":null,"loan_status":{"end_date":null,"type":null},` +
				`"minimum_payment_amount":null,"next_payment_due_date":null,"origination_date":null,` +
				`"origination_principal_amount":null,"outstanding_interest_amount":null,"payment_reference_number":null,` +
				`"pslf_status":{"estimated_eligibility_date":null,"payments_made":null,"payments_remaining":null},` +
				`"repayment_plan":{"description":null,"type":null},"sequence_number":null,` +
				`"servicer_address":{"city":null,"country":null,"postal_code":null,"region":null,"street":null},` +
				`"ytd_interest_paid":null,"ytd_principal_paid":null}]}`,
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			got := render(accounts, &c.known)
			if text := string(got.AppendJSON(nil)); text != c.want {
				t.Errorf("got  %s\nwant %s", text, c.want)
			}
		})
	}
}

func TestIsLiability(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		kind, subtype string
		want          bool
	}{
		{models.Credit, "credit card", true},
		{models.Credit, "paypal", true},
		{models.Loan, "student", true},
		{models.Loan, "mortgage", true},
		{models.Loan, "auto", false},
		{models.Depository, "checking", false},
		{models.Investment, "ira", false},
	} {
		if got := isLiability(models.Account{Type: c.kind, Subtype: c.subtype}); got != c.want {
			t.Errorf("%s, %s: %t", c.kind, c.subtype, got)
		}
	}
}
