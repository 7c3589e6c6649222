package conformance

import (
	"testing"

	"github.com/gingham-dev/gingham/conformance/caller"
)

// TestStatements lists, downloads and refreshes; what an Item without them is answered.
func TestStatements(t *testing.T) {
	t.Parallel()
	public := call(t, "/sandbox/public_token/create", caller.Object{
		"institution_id": caller.FirstPlatypusBank, "initial_products": []string{"statements"},
		"options": caller.Object{"statements": caller.Object{"start_date": "2023-11-01", "end_date": "2023-12-01"}},
	})["public_token"].(string)
	access, _, err := app.Exchange(t.Context(), public)
	if err != nil {
		t.Fatal(err)
	}
	first := func() []any {
		list := call(t, "/statements/list", caller.Object{"access_token": access})
		return list["accounts"].([]any)[0].(caller.Object)["statements"].([]any)
	}
	before := first()
	if len(before) != 1 {
		t.Errorf("%v", before)
	}
	file(t, "/statements/download", caller.Object{"access_token": access, "statement_id": before[0].(caller.Object)["statement_id"]})
	call(t, "/statements/refresh", caller.Object{"access_token": access, "start_date": "2024-01-01", "end_date": "2024-02-01"})
	if after := first(); len(after) != 2 {
		t.Errorf("%v", after)
	}
	refused(t, "/statements/download", caller.Object{"access_token": access, "statement_id": "x"}, caller.Error{
		Status: 400, Type: "INVALID_REQUEST", Code: "INVALID_FIELD", Message: "could not find matching statement_id",
	})
}
