package assetreport_test

import (
	"encoding/json"
	"errors"
	"io/fs"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/gingham-dev/gingham/endpoints/api/apitest"
)

// exampleFields are the fields of Link Money's example of a report, with the types that
// their values may have. "[]" is the elements of a list.
var exampleFields = map[string][]string{
	"request_id": {"string"}, "warnings": {"list"},
	"report.asset_report_id": {"string"}, "report.client_report_id": {"string", "null"}, "report.date_generated": {"string"},
	"report.days_requested": {"number"}, "report.items": {"list"},
	"report.user.client_user_id": {"string", "null"}, "report.user.email": {"string", "null"}, "report.user.first_name": {"string", "null"},
	"report.user.last_name": {"string", "null"}, "report.user.middle_name": {"string", "null"}, "report.user.phone_number": {"string", "null"},
	"report.user.ssn":                  {"string", "null"},
	"report.items[].accounts":          {"list"},
	"report.items[].item_id":           {"string"},
	"report.items[].date_last_updated": {"string"}, "report.items[].institution_id": {"string"}, "report.items[].institution_name": {"string"},
	"report.items[].accounts[].account_id": {"string"}, "report.items[].accounts[].name": {"string"}, "report.items[].accounts[].type": {"string"},
	"report.items[].accounts[].mask": {"string", "null"}, "report.items[].accounts[].official_name": {"string", "null"},
	"report.items[].accounts[].subtype": {"string", "null"}, "report.items[].accounts[].ownership_type": {"string", "null"},
	"report.items[].accounts[].days_available": {"number"}, "report.items[].accounts[].transactions": {"list"},
	"report.items[].accounts[].historical_balances": {"list"}, "report.items[].accounts[].owners": {"list"},
	"report.items[].accounts[].balances.available":                             {"number", "null"},
	"report.items[].accounts[].balances.current":                               {"number", "null"},
	"report.items[].accounts[].balances.limit":                                 {"number", "null"},
	"report.items[].accounts[].balances.iso_currency_code":                     {"string", "null"},
	"report.items[].accounts[].balances.unofficial_currency_code":              {"string", "null"},
	"report.items[].accounts[].historical_balances[].current":                  {"number"},
	"report.items[].accounts[].historical_balances[].date":                     {"string"},
	"report.items[].accounts[].historical_balances[].iso_currency_code":        {"string", "null"},
	"report.items[].accounts[].historical_balances[].unofficial_currency_code": {"string", "null"},
	"report.items[].accounts[].owners[].names":                                 {"list"},
	"report.items[].accounts[].owners[].names[]":                               {"string"},
	"report.items[].accounts[].owners[].emails":                                {"list"}, "report.items[].accounts[].owners[].emails[].data": {"string"},
	"report.items[].accounts[].owners[].emails[].primary": {"bool"}, "report.items[].accounts[].owners[].emails[].type": {"string"},
	"report.items[].accounts[].owners[].phone_numbers": {"list"}, "report.items[].accounts[].owners[].phone_numbers[].data": {"string"},
	"report.items[].accounts[].owners[].phone_numbers[].primary": {"bool"}, "report.items[].accounts[].owners[].phone_numbers[].type": {"string"},
	"report.items[].accounts[].owners[].addresses": {"list"}, "report.items[].accounts[].owners[].addresses[].primary": {"bool"},
	"report.items[].accounts[].owners[].addresses[].data.city":        {"string", "null"},
	"report.items[].accounts[].owners[].addresses[].data.country":     {"string", "null"},
	"report.items[].accounts[].owners[].addresses[].data.postal_code": {"string", "null"},
	"report.items[].accounts[].owners[].addresses[].data.region":      {"string", "null"},
	"report.items[].accounts[].owners[].addresses[].data.street":      {"string"},
}

// walk notes the type of every value below v, by its path.
func walk(v any, path string, note func(path, kind string)) {
	switch v := v.(type) {
	case map[string]any:
		for key, x := range v {
			walk(x, strings.TrimPrefix(path+"."+key, "."), note)
		}
	case []any:
		note(path, "list")
		for _, x := range v {
			walk(x, path+"[]", note)
		}
	case nil:
		note(path, "null")
	case bool:
		note(path, "bool")
	case float64:
		note(path, "number")
	case string:
		note(path, "string")
	}
}

// TestExampleFields: a report has every field of the example, of its type, in every account.
func TestExampleFields(t *testing.T) {
	t.Parallel()
	w := newWorld(t, apitest.Options{}, 0)
	token, h := w.good()
	seen := map[string]int{}
	walk(map[string]any(w.get(w.made(30, everybody, token), "").OK().Fields), "", func(path, kind string) {
		seen[path]++
		if want, ok := exampleFields[path]; ok && !slices.Contains(want, kind) {
			t.Errorf("%s is a %s, not a %v", path, kind, want)
		}
	})
	for path := range exampleFields {
		least := 1
		if strings.Count(path, "[]") == 2 { // a field of an account
			least = len(h.Accounts)
		}
		if seen[path] < least {
			t.Errorf("%s is there %d times, want %d", path, seen[path], least)
		}
	}
}

// TestGuide: the table above has all that is in the guide's example.
func TestGuide(t *testing.T) {
	t.Parallel()
	const path = "../../../shared/reference/source-documents/linkmoney-plaid-guide.txt"
	text, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		t.Skipf("%s is not here to compare the table with", path)
	}
	must(t, err)
	_, rest, found := strings.Cut(string(text), "{\n\"report\": {\n\"asset_report_id\"")
	if !found {
		t.Fatal("the guide has no example of a report")
	}
	var example map[string]any
	must(t, json.NewDecoder(strings.NewReader("{\n\"report\": {\n\"asset_report_id\""+rest)).Decode(&example))
	n := 0
	walk(example, "", func(path, kind string) {
		n++
		if want, ok := exampleFields[path]; !ok {
			t.Errorf("%s is not in the table", path)
		} else if !slices.Contains(want, kind) {
			t.Errorf("%s is a %s in the example, not a %v", path, kind, want)
		}
	})
	if n < 100 {
		t.Errorf("the example has only %d values", n)
	}
}
