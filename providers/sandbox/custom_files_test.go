package sandbox

import (
	"encoding/json"
	"os"
	"path/filepath"
	"testing"

	"github.com/shopspring/decimal"

	"github.com/gingham-dev/gingham/models"
)

// publicFiles are where the custom users that Plaid publishes are, if they are here.
const publicFiles = "../../../shared/data/plaid/sandbox-custom-users"

// publicUser is what the test reads of a published file, by itself.
type publicUser struct {
	Accounts []struct {
		Type      *string      `json:"type"`
		Subtype   *string      `json:"subtype"`
		Start     *json.Number `json:"starting_balance"`
		Available *json.Number `json:"force_available_balance"`
		Meta      struct {
			Name     *string `json:"name"`
			Official *string `json:"official_name"`
		} `json:"meta"`
		Numbers struct {
			Account *string `json:"account"`
			Routing *string `json:"ach_routing"`
			Sort    *string `json:"bacs_sort_code"`
		} `json:"numbers"`
		Transactions []struct {
			Transacted  *models.Date `json:"date_transacted"`
			Posted      *models.Date `json:"date_posted"`
			Amount      *json.Number `json:"amount"`
			Description string       `json:"description"`
		} `json:"transactions"`
		Identity struct {
			Names  []*string `json:"names"`
			Emails []struct {
				Data *string `json:"data"`
			} `json:"emails"`
		} `json:"identity"`
		Holdings []struct {
			Price    json.Number `json:"institution_price"`
			Quantity json.Number `json:"quantity"`
			Security struct {
				Ticker string `json:"ticker_symbol"`
			} `json:"security"`
		} `json:"holdings"`
		Trades []json.RawMessage `json:"investment_transactions"`
		Loan   struct {
			Principal *json.Number `json:"principal"`
			APR       *json.Number `json:"nominal_apr"`
		} `json:"liability"`
		Inflow struct {
			Amount *json.Number `json:"income_amount"`
		} `json:"inflow_model"`
	} `json:"override_accounts"`
}

// equal reports whether a decimal is the JSON's number; nil says nothing.
func equal(want *json.Number, got *models.Decimal) bool {
	return want == nil || got != nil && decimal.RequireFromString(want.String()).Equal(*got)
}

// equalText reports whether a text is the JSON's; nil says nothing.
func equalText(want *string, got string) bool { return want == nil || *want == got }

func TestPublishedCustomUsers(t *testing.T) {
	if _, err := os.Stat(publicFiles); err != nil {
		t.Skipf("skipped: the published custom users are not here (%v)", err)
	}
	files := 0
	err := filepath.WalkDir(publicFiles, func(path string, _ os.DirEntry, err error) error {
		if err != nil || filepath.Ext(path) != ".json" {
			return err
		}
		files++
		t.Run(filepath.Base(path), func(t *testing.T) { reflects(t, path) })
		return nil
	})
	if err != nil || files != 10 {
		t.Errorf("%d files, %v", files, err)
	}
}

// reflects checks that a file's user is told as the file has it.
func reflects(t *testing.T, path string) {
	raw, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	var want publicUser
	if err := json.Unmarshal(raw, &want); err != nil {
		t.Fatal(err)
	}
	p := newProvider(t)
	c := link(t, p, bank, userCustom, string(raw))
	all := everything(t, p, c)
	got := all["accounts"].([]models.Account)
	if len(got) != len(want.Accounts) {
		t.Fatalf("%d accounts, want %d", len(got), len(want.Accounts))
	}
	rows := map[string][]models.Transaction{}
	for _, r := range all["transactions"].([]models.Transaction) {
		rows[r.AccountKey] = append(rows[r.AccountKey], r)
	}
	numbers := map[string]models.AccountNumbers{}
	for _, n := range all["numbers"].([]models.AccountNumbers) {
		numbers[n.AccountKey] = n
	}
	owners := all["owners"].([]models.AccountOwners)
	inv, liabilities := all["investments"].(models.Investments), all["liabilities"].(models.Liabilities)
	for i, w := range want.Accounts {
		a := got[i]
		if !equalText(w.Type, a.Type) || !equalText(w.Subtype, a.Subtype) || !equalText(w.Meta.Name, a.Name) ||
			!equalText(w.Meta.Official, a.OfficialName) || !equal(w.Start, a.Balances.Current) || !equal(w.Available, a.Balances.Available) {
			t.Errorf("account %d is %+v", i, a)
		}
		n := numbers[a.Key]
		if w.Numbers.Routing != nil && (n.ACH == nil || n.ACH.Routing != *w.Numbers.Routing || n.ACH.Account != *w.Numbers.Account) {
			t.Errorf("account %d: ACH %+v", i, n.ACH)
		}
		if w.Numbers.Sort != nil && (n.BACS == nil || n.BACS.SortCode != *w.Numbers.Sort || n.BACS.Account != *w.Numbers.Account || n.ACH != nil) {
			t.Errorf("account %d: BACS %+v", i, n.BACS)
		}
		income, k := 0, 0
		for _, r := range rows[a.Key] {
			if w.Inflow.Amount != nil && decimal.RequireFromString(w.Inflow.Amount.String()).Neg().Equal(r.Amount) {
				income++
				continue
			}
			tx := w.Transactions[k]
			k++
			if !equal(tx.Amount, &r.Amount) || r.Date != *tx.Posted || r.AuthorizedDate != *tx.Transacted || r.Name != tx.Description || r.Pending {
				t.Errorf("account %d: row %+v", i, r)
			}
		}
		asked := 0
		for _, tx := range w.Transactions {
			if tx.Amount != nil {
				asked++
			}
		}
		if k != asked || w.Inflow.Amount != nil && income < 23 {
			t.Errorf("account %d: %d rows of %d, income %d times", i, k, asked, income)
		}
		for j, name := range w.Identity.Names {
			if name != nil && owners[i].Owners[0].Names[j] != *name {
				t.Errorf("account %d: owner %q", i, owners[i].Owners[0].Names[j])
			}
		}
		for j, e := range w.Identity.Emails {
			if e.Data != nil && owners[i].Owners[0].Emails[j].Data != *e.Data {
				t.Errorf("account %d: e-mail %q", i, owners[i].Owners[0].Emails[j].Data)
			}
		}
		for j, h := range w.Holdings {
			price, quantity := decimal.RequireFromString(h.Price.String()), decimal.RequireFromString(h.Quantity.String())
			if g := inv.Holdings[j]; !g.Price.Equal(price) || !g.Quantity.Equal(quantity) || !g.Value.Equal(price.Mul(quantity)) {
				t.Errorf("holding %s is %+v", h.Security.Ticker, g)
			}
		}
		if len(inv.Transactions) != len(w.Trades) {
			t.Errorf("%d investment transactions, want %d", len(inv.Transactions), len(w.Trades))
		}
		if w.Loan.Principal != nil && (!equal(w.Loan.Principal, liabilities.Student[0].OriginationPrincipal) ||
			!equal(w.Loan.APR, &liabilities.Student[0].InterestRatePercentage)) {
			t.Errorf("student loan %+v", liabilities.Student[0])
		}
	}
}
