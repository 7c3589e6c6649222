package enrich_test

import (
	"testing"

	"github.com/shopspring/decimal"

	"github.com/gingham-dev/gingham/enrich"
	"github.com/gingham-dev/gingham/fixtures"
	"github.com/gingham-dev/gingham/models"
)

func enricher(t testing.TB, rules ...enrich.Rule) *enrich.Enricher {
	t.Helper()
	set, err := fixtures.Load()
	if err != nil {
		t.Fatal(err)
	}
	e, err := enrich.New(set, rules)
	if err != nil {
		t.Fatal(err)
	}
	return e
}

func transaction(amount int64, description string) models.Transaction {
	return models.Transaction{Amount: decimal.NewFromInt(amount), OriginalDescription: description, Name: "not looked at"}
}

// TestDescriptions is what texts as banks write them mean.
func TestDescriptions(t *testing.T) {
	e := enricher(t)
	for _, tt := range []struct {
		amount                int64
		description, merchant string
		category, confidence  string
	}{
		{12, "AMZN Mktp US*2K4LR0123 Amzn.com/bill WA", "Amazon", "GENERAL_MERCHANDISE_ONLINE_MARKETPLACES", "VERY_HIGH"},
		{12, "AMAZON PAYMENTS EUROPE S.C.A. 302-1234567", "Amazon", "GENERAL_MERCHANDISE_ONLINE_MARKETPLACES", "VERY_HIGH"},
		{-12, "WM SUPERCENTER #1700", "Walmart", "GENERAL_MERCHANDISE_SUPERSTORES", "VERY_HIGH"},
		{7, "McDonald's F12345", "McDonald's", "FOOD_AND_DRINK_FAST_FOOD", "VERY_HIGH"},
		{7, "TRADER JOE S #123", "Trader Joe's", "FOOD_AND_DRINK_GROCERIES", "VERY_HIGH"},
		{7, "UBER   *EATS HELP.UBER.COM", "Uber Eats", "FOOD_AND_DRINK_RESTAURANT", "VERY_HIGH"},
		{7, "UBER *TRIP", "Uber", "TRANSPORTATION_TAXIS_AND_RIDE_SHARES", "VERY_HIGH"},
		{-70, "UBER USA EDI PAYMENT", "Uber", "INCOME_GIG_ECONOMY", "VERY_HIGH"},
		{45, "REWE Sven Meier oHG//Berlin/DE", "REWE", "FOOD_AND_DRINK_GROCERIES", "VERY_HIGH"},
		{900, "Miete Mai Wohnung 3", "", "RENT_AND_UTILITIES_RENT", "MEDIUM"},
		{-2400, "GEHALT 05/2026", "", "INCOME_SALARY", "HIGH"},
		{2400, "GEHALT 05/2026", "", "OTHER_OTHER", "LOW"}, // nobody pays out a salary of his own
		{9, "Apotheke am Markt", "", "MEDICAL_PHARMACIES_AND_SUPPLEMENTS", "MEDIUM"},
		{60, "Überweisung an Anna", "", "TRANSFER_OUT_ACCOUNT_TRANSFER", "LOW"},
		{-60, "Überweisung von Anna", "", "TRANSFER_IN_ACCOUNT_TRANSFER", "LOW"},
		{5, "OTHERWISE GOOD LLC", "", "OTHER_OTHER", "LOW"}, // no Wise
		{5, "SQ *LITTLE PLACE", "", "OTHER_OTHER", "LOW"},
		{5, "", "", "OTHER_OTHER", "LOW"},
	} {
		got := transaction(tt.amount, tt.description)
		if tt.description == "" {
			got.Name = ""
		}
		e.Enrich(t.Context(), &got)
		c := got.Category
		if got.MerchantName != tt.merchant || c.V2.Detailed != tt.category || c.V2.Confidence != tt.confidence || c.V1.Primary == "" || got.Channel == "" {
			t.Errorf("%d %q: %q %+v", tt.amount, tt.description, got.MerchantName, c)
		}
		if merchant := len(got.Counterparties) == 1 && got.Counterparties[0].Name == tt.merchant; merchant != (tt.merchant != "") {
			t.Errorf("%q: counterparties %+v", tt.description, got.Counterparties)
		}
	}
}

// TestSourceGoesFirst checks that what a source says of a transaction stays.
func TestSourceGoesFirst(t *testing.T) {
	e := enricher(t)
	said := transaction(5, "NETFLIX.COM")
	said.MerchantName, said.Channel = "N. Flix", "in store"
	said.Category.V2 = models.PersonalFinance{Primary: "TRAVEL", Detailed: "TRAVEL_LODGING", Confidence: "MEDIUM"}
	e.Enrich(t.Context(), &said)
	c := said.Category
	if said.MerchantName != "N. Flix" || said.Channel != "in store" || c.V2.Detailed != "TRAVEL_LODGING" || said.Counterparties != nil {
		t.Errorf("it became %+v", said)
	}
	if c.V1 != (models.PersonalFinance{Primary: "TRAVEL", Detailed: "TRAVEL_LODGING", Confidence: "MEDIUM"}) {
		t.Errorf("version 1 is %+v", c.V1)
	}
	coded := transaction(-5, "0000123 CR")
	coded.Code = "interest"
	e.Enrich(t.Context(), &coded)
	if c := coded.Category.V2; c.Detailed != "INCOME_INTEREST_EARNED" || c.Confidence != "HIGH" {
		t.Errorf("interest became %+v", c)
	}
}

func TestRules(t *testing.T) {
	e := enricher(t,
		enrich.Rule{Match: "corner shop", Merchant: "Mrs Patel's", Category: "FOOD_AND_DRINK_GROCERIES"},
		enrich.Rule{Match: "NETFLIX*", Category: "GENERAL_SERVICES_EDUCATION"},
		enrich.Rule{Match: "LANDL*", Merchant: "Landlord"},
	)
	said := transaction(5, "NETFLIX.COM")
	said.Category.V2 = models.PersonalFinance{Primary: "TRAVEL", Detailed: "TRAVEL_LODGING", Confidence: "HIGH"}
	e.Enrich(t.Context(), &said)
	if c := said.Category.V2; c.Detailed != "GENERAL_SERVICES_EDUCATION" || c.Confidence != "VERY_HIGH" || said.MerchantName != "Netflix" {
		t.Errorf("a rule gave %+v, %q", c, said.MerchantName)
	}
	shop := transaction(5, "Corner-Shop 22")
	e.Enrich(t.Context(), &shop)
	if shop.MerchantName != "Mrs Patel's" || shop.Category.V2.Detailed != "FOOD_AND_DRINK_GROCERIES" || len(shop.Counterparties) != 1 {
		t.Errorf("a rule gave %+v", shop)
	}
	rent := transaction(900, "LANDLORD RENT PAYMENT")
	e.Enrich(t.Context(), &rent)
	if rent.MerchantName != "Landlord" || rent.Category.V2.Detailed != "RENT_AND_UTILITIES_RENT" {
		t.Errorf("a rule gave %+v", rent)
	}
	set, err := fixtures.Load()
	if err != nil {
		t.Fatal(err)
	}
	for _, bad := range []enrich.Rule{{Match: " * "}, {Match: "X", Category: "FOOD"}} {
		if _, err := enrich.New(set, []enrich.Rule{bad}); err == nil {
			t.Errorf("%+v was taken", bad)
		}
	}
}

func FuzzEnrich(f *testing.F) {
	e := enricher(f)
	f.Add("AMZN Mktp US*2K4LR0123", int64(5))
	f.Add("Überweisung 🎉 \x00\xff", int64(-5))
	f.Fuzz(func(t *testing.T, text string, amount int64) {
		once := transaction(amount, text)
		e.Enrich(t.Context(), &once)
		if once.Category.V1.Primary == "" || once.Category.V2.Primary == "" || once.Category.V2.Confidence == "" || once.Channel == "" {
			t.Errorf("%q became %+v", text, once)
		}
	})
}
