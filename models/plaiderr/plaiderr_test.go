package plaiderr_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"slices"
	"testing"

	"github.com/gingham-dev/gingham/models"
	"github.com/gingham-dev/gingham/models/plaiderr"
)

func TestBody(t *testing.T) {
	tests := []struct {
		name string
		err  *plaiderr.Error
		want string
	}{
		{
			"plain", plaiderr.UnknownAccessToken(),
			`{"display_message":null,"documentation_url":"https://plaid.com/docs/?ref=error#invalid-input-errors",` +
				`"error_code":"INVALID_ACCESS_TOKEN","error_message":"could not find matching access token",` +
				`"error_type":"INVALID_INPUT","request_id":"m8MDnv9okwxFNBV","suggested_action":null}`,
		},
		{
			"display and reason", plaiderr.New(plaiderr.InvalidOTP).WithReason("OAUTH_USER_REVOKED").WithSuggestedAction("try"),
			`{"display_message":"That code was not right. Please try again.",` +
				`"documentation_url":"https://plaid.com/docs/?ref=error#item-errors","error_code":"INVALID_OTP",` +
				`"error_code_reason":"OAUTH_USER_REVOKED","error_message":"the provided OTP was invalid",` +
				`"error_type":"ITEM_ERROR","request_id":"m8MDnv9okwxFNBV","suggested_action":"try"}`,
		},
		{
			"causes", plaiderr.New(plaiderr.AssetDataUnavailable).WithMessage("m").
				WithCauses(plaiderr.Cause{Item: "i", Err: plaiderr.New(plaiderr.ProductNotReady).WithMessage("n")}),
			`{"causes":[{"display_message":null,"error_code":"PRODUCT_NOT_READY","error_message":"n",` +
				`"error_type":"ITEM_ERROR","item_id":"i"}],"display_message":null,` +
				`"documentation_url":"https://plaid.com/docs/?ref=error#assets-errors","error_code":"DATA_UNAVAILABLE",` +
				`"error_message":"m","error_type":"ASSET_REPORT_ERROR","request_id":"m8MDnv9okwxFNBV","suggested_action":null}`,
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := string(tt.err.AppendJSON(nil, "m8MDnv9okwxFNBV")); got != tt.want {
				t.Errorf("got  %s\nwant %s", got, tt.want)
			}
		})
	}
}

func TestItemForm(t *testing.T) {
	err := plaiderr.OfItem(&models.ItemError{Code: "ITEM_LOCKED"})
	want := `{"display_message":"Your bank has locked this account. Unlock it on your bank's site, then try again.",` +
		`"documentation_url":"https://plaid.com/docs/?ref=error#item-errors","error_code":"ITEM_LOCKED",` +
		`"error_message":"the account is locked. prompt the user to visit the institution's site and unlock their account",` +
		`"error_type":"ITEM_ERROR","status":400,"suggested_action":null}`
	if got := string(err.AppendItemJSON(nil)); got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
}

func TestMessages(t *testing.T) {
	tests := []struct {
		err  *plaiderr.Error
		want string
	}{
		{plaiderr.MissingFields([]string{"a", "b.c"}), "INVALID_REQUEST/MISSING_FIELDS: the following required fields are missing: a, b.c"},
		{plaiderr.UnknownFields([]string{"user.x"}), "INVALID_REQUEST/UNKNOWN_FIELDS: the following fields are not recognized by this endpoint: user.x"},
		{plaiderr.InvalidField("100% wrong"), "INVALID_REQUEST/INVALID_FIELD: 100% wrong"},
		{plaiderr.MalformedAccessToken(), "INVALID_INPUT/INVALID_ACCESS_TOKEN: provided access token is in an invalid format. expected format: access-<environment>-<identifier>"},
		{plaiderr.MalformedPublicToken(), "INVALID_INPUT/INVALID_PUBLIC_TOKEN: provided public token is in an invalid format. expected format: public-<environment>-<identifier>"},
		{plaiderr.ExpiredPublicToken(), "INVALID_INPUT/INVALID_PUBLIC_TOKEN: provided public token is expired. Public tokens expire 30 minutes after creation at which point they can no longer be exchanged"},
		{plaiderr.UnknownPublicToken(), "INVALID_INPUT/INVALID_PUBLIC_TOKEN: could not find matching public token"},
		{plaiderr.MalformedAssetReportToken(), "INVALID_INPUT/INVALID_ASSET_REPORT_TOKEN: provided asset report token is in an invalid format. expected format: assets-<environment>-<identifier>"},
		{plaiderr.UnknownAssetReportToken(), "INVALID_INPUT/INVALID_ASSET_REPORT_TOKEN: could not find matching asset report token"},
		{plaiderr.UnknownAuditCopyToken(), "INVALID_INPUT/INVALID_AUDIT_COPY_TOKEN: could not find matching audit copy token"},
		{plaiderr.UnknownRelayToken(), "INVALID_REQUEST/INVALID_FIELD: could not find matching relay token"},
		{plaiderr.AssetsNotEnabled([]string{"a", "b"}), "ASSET_REPORT_ERROR/PRODUCT_NOT_ENABLED: the 'assets' product is not enabled for the following access tokens: a, b. please ensure that 'assets' is included in the 'product' array when initializing Link and create the Item(s) again."},
		{plaiderr.ProductsNotSupported("liabilities"), `ITEM_ERROR/PRODUCTS_NOT_SUPPORTED: the following products are not supported by this institution: ["liabilities"]`},
		{plaiderr.ProductsNotAuthorized("identity_verification"), `INVALID_INPUT/INVALID_PRODUCT: client is not authorized to access the following products: ["identity_verification"]`},
		{plaiderr.ConsentRequired("statements"), "INVALID_INPUT/ADDITIONAL_CONSENT_REQUIRED: client does not have user consent to access the PRODUCT_STATEMENTS product"},
		{plaiderr.Named("NO_SUCH_CODE"), "API_ERROR/INTERNAL_SERVER_ERROR: an unexpected error occurred"},
		{plaiderr.Named("PRODUCT_NOT_READY").WithMessage("%d", 3), "ITEM_ERROR/PRODUCT_NOT_READY: 3"},
	}
	for _, tt := range tests {
		if got := tt.err.Error(); got != tt.want {
			t.Errorf("got %q, want %q", got, tt.want)
		}
	}
}

func TestErrorsIs(t *testing.T) {
	err := fmt.Errorf("wrapped: %w", plaiderr.InvalidField("x"))
	if !errors.Is(err, plaiderr.New(plaiderr.InvalidFieldCode)) || errors.Is(err, plaiderr.New(plaiderr.InvalidBody)) {
		t.Error("errors.Is must compare lines of the catalogue")
	}
}

// TestCatalogue compares types, codes, statuses and slugs with what was gathered of Plaid's.
func TestCatalogue(t *testing.T) {
	const path = "../../../shared/data/plaid/errors.json"
	text, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		t.Skipf("%s is not here to compare the catalogue with", path)
	}
	if err != nil {
		t.Fatal(err)
	}
	var known struct {
		Errors []struct {
			Type   string `json:"error_type"`
			Code   string `json:"error_code"`
			Status int    `json:"http_status"`
			Page   string `json:"page"`
		} `json:"errors"`
	}
	if err := json.Unmarshal(text, &known); err != nil {
		t.Fatal(err)
	}
	want := map[string][]any{}
	for _, e := range known.Errors {
		want[e.Type+"/"+e.Code] = []any{e.Status, "https://plaid.com/docs/?ref=error#" + e.Page[len("errors/"):] + "-errors"}
	}
	// Plaid's page of test credentials has it, its pages of errors don't.
	want["INSTITUTION_ERROR/COUNTRY_NOT_SUPPORTED"] = []any{400, "https://plaid.com/docs/?ref=error#institution-errors"}
	// Plaid's pages leave this one out; its clients' own tests know it.
	want["INVALID_INPUT/INVALID_ASSET_REPORT_TOKEN"] = []any{400, "https://plaid.com/docs/?ref=error#invalid-input-errors"}
	seen := map[string]bool{}
	for _, c := range plaiderr.Codes() {
		name := c.Type() + "/" + c.Name()
		if seen[name] {
			t.Errorf("%s is listed twice", name)
		}
		seen[name] = true
		got := []any{c.Status(), plaiderr.New(c).DocumentationURL()}
		if w, ok := want[name]; !ok {
			t.Errorf("%s is not a code of Plaid's", name)
		} else if !slices.Equal(got, w) {
			t.Errorf("%s: got %v, want %v", name, got, w)
		}
		if plaiderr.New(c).Message() == "" {
			t.Errorf("%s has no message", name)
		}
	}
}
