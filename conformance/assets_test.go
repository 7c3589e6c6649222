package conformance

import (
	"bytes"
	"encoding/json"
	"errors"
	"net/http"
	"testing"
	"time"

	"github.com/gingham-dev/gingham/conformance/caller"
)

// ready waits for an asset report, and returns it.
func ready(t *testing.T, token any) caller.Object {
	t.Helper()
	for {
		report, _, err := app.Call(t.Context(), "/asset_report/get", caller.Object{"asset_report_token": token})
		var e *caller.Error
		if errors.As(err, &e) && e.Code == "PRODUCT_NOT_READY" {
			select {
			case <-t.Context().Done():
				t.Fatal("the report was never ready")
			case <-time.After(50 * time.Millisecond):
			}
			continue
		}
		if err != nil {
			t.Fatal(err)
		}
		return report["report"].(caller.Object)
	}
}

// file asks for a PDF.
func file(t *testing.T, path string, request caller.Object) {
	t.Helper()
	body, err := json.Marshal(request)
	if err != nil {
		t.Fatal(err)
	}
	status, reply, err := app.Send(t.Context(), path, body, app.Headers())
	if err != nil || status != http.StatusOK || !bytes.HasPrefix(reply, []byte("%PDF-")) {
		t.Errorf("%s answered %d %.80q, %v", path, status, reply, err)
	}
}

// TestAssetReports follows a report through all that can be done with it: plaid-go's
// own test has the rest.
func TestAssetReports(t *testing.T) {
	t.Parallel()
	request := caller.Object{"institution_id": caller.FirstPlatypusBank, "initial_products": []string{"assets"}}
	public := call(t, "/sandbox/public_token/create", request)["public_token"].(string)
	access, _, err := app.Exchange(t.Context(), public)
	if err != nil {
		t.Fatal(err)
	}
	token := call(t, "/asset_report/create", caller.Object{"access_tokens": []string{access}, "days_requested": 30})["asset_report_token"]
	report := ready(t, token)
	account := report["items"].([]any)[0].(caller.Object)["accounts"].([]any)[0].(caller.Object)["account_id"]
	file(t, "/asset_report/pdf/get", caller.Object{"asset_report_token": token})
	fewer := call(t, "/asset_report/filter", caller.Object{"asset_report_token": token, "account_ids_to_exclude": []any{account}})
	again := call(t, "/asset_report/refresh", caller.Object{"asset_report_token": fewer["asset_report_token"]})["asset_report_token"]
	if got := ready(t, again)["items"].([]any)[0].(caller.Object)["accounts"].([]any); len(got) == 0 || got[0].(caller.Object)["account_id"] == account {
		t.Errorf("a refreshed report forgot the filter: %v", got)
	}

	copied := call(t, "/asset_report/audit_copy/create", caller.Object{"asset_report_token": token})["audit_copy_token"]
	call(t, "/asset_report/audit_copy/get", caller.Object{"audit_copy_token": copied})
	file(t, "/asset_report/audit_copy/pdf/get", caller.Object{"audit_copy_token": copied})
	call(t, "/asset_report/audit_copy/remove", caller.Object{"audit_copy_token": copied})
	credit := call(t, "/credit/audit_copy_token/create", caller.Object{"report_tokens": []any{token}})["audit_copy_token"]
	call(t, "/credit/audit_copy_token/remove", caller.Object{"audit_copy_token": credit})

	relay := call(t, "/credit/relay/create", caller.Object{"report_tokens": []any{token}, "secondary_client_id": app.ClientID})["relay_token"]
	relayed := caller.Object{"relay_token": relay, "report_type": "asset"}
	call(t, "/credit/relay/get", relayed)
	file(t, "/credit/relay/pdf/get", relayed)
	call(t, "/credit/relay/refresh", relayed)
	call(t, "/credit/relay/remove", caller.Object{"relay_token": relay})
	call(t, "/asset_report/remove", caller.Object{"asset_report_token": token})
	refused(t, "/asset_report/get", caller.Object{"asset_report_token": token}, caller.Error{
		Status: 400, Type: "INVALID_INPUT", Code: "INVALID_ASSET_REPORT_TOKEN", Message: "could not find matching asset report token",
	})
}
