package sandbox

import (
	"testing"

	"github.com/shopspring/decimal"

	"github.com/gingham-dev/gingham/models"
	"github.com/gingham-dev/gingham/providers"
)

func TestEnrich(t *testing.T) {
	p := newProvider(t)
	for _, c := range []struct {
		description                 string
		amount                      int64
		merchant, v1, v2, channel   string
		counterparty, payer, method string
	}{
		{"Starbucks #221 Oakland", 5, "Starbucks", "FOOD_AND_DRINK_COFFEE", "FOOD_AND_DRINK_COFFEE", "in store", "merchant", "", ""},
		{"BRIGHTWORKS INC PAYROLL", -1000, "Brightworks Inc", "INCOME_WAGES", "INCOME_SALARY", "other", "income_source", "Brightworks Inc", "ACH"},
		{"PAYDAYNOW EARNED WAGE", -80, "PaydayNow", "TRANSFER_IN_CASH_ADVANCES_AND_LOANS", "LOAN_DISBURSEMENTS_EWA", "online", "financial_institution", "PaydayNow", "ACH"},
		{"WIRE OUT 1234", 9, "", "TRANSFER_OUT_OTHER_TRANSFER_OUT", "TRANSFER_OUT_WIRE", "other", "", "", "Wire"},
		{"CREDIT CARD 3333 PAYMENT", 25, "", "LOAN_PAYMENTS_CREDIT_CARD_PAYMENT", "LOAN_PAYMENTS_CREDIT_CARD_PAYMENT", "other", "", "", "ACH"},
		{"QXZ 77", 1, "", "TRANSFER_OUT_OTHER_TRANSFER_OUT", "OTHER_OTHER", "other", "", "", ""},
		{"QXZ 77", -1, "", "TRANSFER_IN_OTHER_TRANSFER_IN", "OTHER_OTHER", "other", "", "", ""},
	} {
		tx := models.Transaction{Name: c.description, Amount: decimal.New(c.amount, 0)}
		p.Enrich(t.Context(), &tx)
		kind := ""
		if len(tx.Counterparties) > 0 {
			kind = tx.Counterparties[0].Type
		}
		if tx.MerchantName != c.merchant || tx.Category.V1.Detailed != c.v1 || tx.Category.V2.Detailed != c.v2 ||
			tx.Channel != c.channel || kind != c.counterparty || tx.Payment.Payer != c.payer || tx.Payment.Method != c.method {
			t.Errorf("%s: %+v", c.description, tx)
		}
		if tx.Category.V1.Confidence == "" || tx.Category.LegacyID != "" {
			t.Errorf("%s: category %+v", c.description, tx.Category)
		}
	}
}

// TestEnrichKeepsTheChannel checks that what the caller knows already stands.
func TestEnrichKeepsTheChannel(t *testing.T) {
	tx := models.Transaction{Name: "Starbucks", Channel: "online", Amount: decimal.New(5, 0)}
	newProvider(t).Enrich(t.Context(), &tx)
	if tx.Channel != "online" {
		t.Errorf("channel %s", tx.Channel)
	}
}

// TestEditsAreEnriched checks that rows are described as the user's others are.
func TestEditsAreEnriched(t *testing.T) {
	p := newProvider(t)
	for user, password := range map[string]string{userGood: passGood, "user_yuppie": "x", userCustom: editable} {
		c := link(t, p, bank, user, password)
		account := accounts(t, p, c)[0].Key
		edited(t, p, &c, providers.TransactionEdit{AccountKey: account, Posted: ago(0), Amount: money("5"), Description: ptr("Starbucks #221 Oakland")})
		coffee := find(t, p, c, "Starbucks #221 Oakland")
		if coffee.MerchantName != "Starbucks" || coffee.Category.V2.Detailed != "FOOD_AND_DRINK_COFFEE" || len(coffee.Counterparties) != 1 ||
			(coffee.Location.City != "") != (user == "user_yuppie") {
			t.Errorf("%s: %+v", user, coffee)
		}
		edited(t, p, &c, providers.TransactionEdit{Key: coffee.Key, Description: ptr("QXZ 77")})
		unknown := find(t, p, c, "QXZ 77")
		if unknown.MerchantName != "" || unknown.Category.V1.Detailed != "TRANSFER_OUT_OTHER_TRANSFER_OUT" || unknown.Counterparties != nil || unknown.Location.City != "" {
			t.Errorf("%s: renamed %+v", user, unknown)
		}
		edited(t, p, &c, providers.TransactionEdit{Key: coffee.Key, Amount: money("-5")})
		if in := find(t, p, c, "QXZ 77"); in.Category.V1.Detailed != "TRANSFER_IN_OTHER_TRANSFER_IN" {
			t.Errorf("%s: money in is %+v", user, in.Category)
		}
	}
	c := link(t, p, bank, userCustom, editable)
	edited(t, p, &c, providers.TransactionEdit{Key: "account-0-0", Amount: money("-10")})
	if in := find(t, p, c, "OLD"); in.Category.V1.Detailed != "TRANSFER_IN_OTHER_TRANSFER_IN" {
		t.Errorf("what went out and now comes in is %+v", in.Category)
	}

	// user_good's own descriptions mean for other rows what they mean for its own.
	c = link(t, p, bank, userGood, passGood)
	var own models.Transaction
	for _, r := range sync(t, p, &c, false).Transactions {
		if r.Name == "SparkFun" {
			own = r
		}
	}
	edited(t, p, &c, providers.TransactionEdit{Key: own.Key, Description: ptr("OTHER")})
	edited(t, p, &c, providers.TransactionEdit{Key: own.Key, Description: ptr("SparkFun")})
	for _, r := range sync(t, p, &c, false).Transactions {
		if r.Key == own.Key && text(t, r) != text(t, own) {
			t.Errorf("named as before: %s\nwas %s", text(t, r), text(t, own))
		}
	}
}
