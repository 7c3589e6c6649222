package linkmoney_test

import (
	"github.com/gingham-dev/gingham/endpoints/api/apitest"
	"github.com/gingham-dev/gingham/ledger"
	"github.com/gingham-dev/gingham/models"
)

// reportHeadings are those of the guide's examples that are about asset reports.
var reportHeadings = []string{
	"Create an Asset Report", "Retrieve an Asset Report", "Refresh an Asset Report", "Filter Asset Report",
	"Delete and Asset Report", "Create an Asset Report Audit Copy", "Remove Asset Report Audit Copy",
}

// reportAnswers are what we answer to those.
func (w *world) reportAnswers() map[string]func() [][]byte {
	w.t.Helper()
	access, h := w.link("", func(l *ledger.LinkRequest) { l.Products = []models.Product{models.ProductAssets} })
	generic := w.token(apitest.Client)
	post := func(path, body string) *reply { return w.with(generic, path, body).ok() }
	// made is the token of a report that is ready.
	made := func() string {
		token := post("/asset_report/create", `{"access_tokens":["`+access+`"],"days_requested":60}`).text("asset_report_token")
		if _, err := w.reports.RunDue(w.t.Context(), 10); err != nil {
			w.t.Fatal(err)
		}
		return token
	}
	of := func(path, more string) func() [][]byte {
		return func() [][]byte {
			return [][]byte{post("/v1/plaid"+path, `{"asset_report_token":"`+made()+`"`+more+`}`).Body.Bytes()}
		}
	}
	return map[string]func() [][]byte{
		"Create an Asset Report": func() [][]byte {
			return [][]byte{post("/v1/plaid/asset_report/create", `{"access_tokens":["`+access+`"],"days_requested":60}`).Body.Bytes()}
		},
		"Retrieve an Asset Report":          of("/asset_report/get", `,"include_insights":true`),
		"Refresh an Asset Report":           of("/asset_report/refresh", `,"days_requested":60`),
		"Filter Asset Report":               of("/asset_report/filter", `,"account_ids_to_exclude":["`+string(h.Accounts[0].ID)+`"]`),
		"Delete and Asset Report":           of("/asset_report/remove", ""),
		"Create an Asset Report Audit Copy": of("/asset_report/audit_copy/create", `,"auditor_id":"fannie_mae"`),
		"Remove Asset Report Audit Copy": func() [][]byte {
			copied := post("/asset_report/audit_copy/create", `{"asset_report_token":"`+made()+`"}`).text("audit_copy_token")
			return [][]byte{post("/asset_report/audit_copy/remove", `{"audit_copy_token":"`+copied+`"}`).Body.Bytes()}
		},
	}
}
