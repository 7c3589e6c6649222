package identity

import (
	"testing"

	"github.com/gingham-dev/gingham/models"
)

// TestAccount shows that owners are an array even where nobody is known, and
// that what is unknown of one is null or an empty array.
func TestAccount(t *testing.T) {
	t.Parallel()
	const head = `{"account_id":"id","balances":{"available":null,"current":null,"iso_currency_code":"USD","limit":null,` +
		`"unofficial_currency_code":null},"holder_category":null,"mask":null,"name":"Checking","official_name":null,"owners":`
	const tail = `,"subtype":null,"type":"depository"}`
	for _, c := range []struct {
		name   string
		owners []models.Owner
		want   string
	}{
		{"nobody", nil, `[]`},
		{"a name", []models.Owner{{Names: []string{"Ada"}}}, `[{"addresses":[],"emails":[],"names":["Ada"],"phone_numbers":[]}]`},
		{
			"types",
			[]models.Owner{{
				Emails:    []models.ContactItem{{Data: "a@b.example"}, {Data: "c@d.example", Type: "primary", Primary: true}},
				Phones:    []models.ContactItem{{Data: "1112223333"}, {Data: "1112224444", Type: "mobile1"}},
				Addresses: []models.Address{{Street: "1 Lane", Primary: true}},
			}},
			`[{"addresses":[{"data":{"city":null,"country":null,"postal_code":null,"region":null,"street":"1 Lane"},"primary":true}],` +
				`"emails":[{"data":"a@b.example","primary":false,"type":"other"},{"data":"c@d.example","primary":true,"type":"primary"}],` +
				`"names":[],"phone_numbers":[{"data":"1112223333","primary":false,"type":"other"},` +
				`{"data":"1112224444","primary":false,"type":"mobile1"}]}]`,
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			a := models.Account{ID: "id", Name: "Checking", Type: models.Depository, Balances: models.Balance{Currency: models.USD()}}
			got := account(&a, c.owners)
			if text := string(got.AppendJSON(nil)); text != head+c.want+tail {
				t.Errorf("got  %s\nwant %s", text, head+c.want+tail)
			}
		})
	}
}
