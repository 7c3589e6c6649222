package assetreport_test

import (
	"fmt"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"

	"github.com/gingham-dev/gingham/endpoints/api/apitest"
	"github.com/gingham-dev/gingham/models"
)

const other models.ClientID = "bbbbbbbbbbbbbbbbbbbbbbbb"

// TestAuditCopy: it is read by who made it and by its auditor, until either it or the
// report is removed.
func TestAuditCopy(t *testing.T) {
	t.Parallel()
	w := newWorld(t, apitest.Options{}, 0)
	token, _ := w.good()
	report := w.create(10, everybody, token).OK().Text("asset_report_token")
	give := func(more string) string {
		t.Helper()
		return w.Post("/asset_report/audit_copy/create", fmt.Sprintf(`"asset_report_token":%q`, report)+more).OK().Text("audit_copy_token")
	}
	read := func(client models.ClientID, copied string) *apitest.Answer {
		t.Helper()
		return w.PostAs(client, "/asset_report/audit_copy/get", fmt.Sprintf(`"audit_copy_token":%q`, copied))
	}
	mine, theirs := give(fmt.Sprintf(`,"auditor_id":%q`, apitest.Client)), give(fmt.Sprintf(`,"auditor_id":%q`, apitest.Stranger))
	nobodys := give(`,"auditor_id":"fannie_mae"`)
	plain := w.Post("/credit/audit_copy_token/create", fmt.Sprintf(`"report_tokens":[%q]`, report)).OK().Text("audit_copy_token")
	if !strings.HasPrefix(mine, "a-sandbox-") || len(mine) != len("a-sandbox-3tau2cwvybdvrhucaaai27ulu4") {
		t.Errorf("%s", mine)
	}
	read(apitest.Client, mine).Is(notReady)
	read(apitest.Stranger, theirs).Is(notReady)
	w.run()
	want := withoutID(w.get(report, ""))
	for _, copied := range []string{mine, theirs, nobodys, plain} {
		if got := withoutID(read(apitest.Client, copied).OK()); !slices.Equal(got, want) {
			t.Errorf("%s differs", copied)
		}
	}
	if got := withoutID(read(apitest.Stranger, theirs).OK()); !slices.Equal(got, want) {
		t.Error("the auditor's differs")
	}
	for _, copied := range []string{mine, nobodys, plain, "a-sandbox-3tau2cwvybdvrhucaaai27ulu4", "x", report} {
		read(apitest.Stranger, copied).Is(unknownCopy)
	}
	// Only who gave it takes it back.
	w.PostAs(apitest.Stranger, "/asset_report/audit_copy/remove", fmt.Sprintf(`"audit_copy_token":%q`, theirs)).Is(unknownCopy)
	for copied, path := range map[string]string{theirs: "/asset_report/audit_copy/remove", plain: "/credit/audit_copy_token/remove"} {
		if a := w.Post(path, fmt.Sprintf(`"audit_copy_token":%q`, copied)).OK(); a.At("removed") != true {
			t.Errorf("%s", a.Body)
		}
		w.Post(path, fmt.Sprintf(`"audit_copy_token":%q`, copied)).Is(unknownCopy)
		read(apitest.Client, copied).Is(unknownCopy)
		read(apitest.Stranger, copied).Is(unknownCopy)
	}
	read(apitest.Client, mine).OK()

	last := give(fmt.Sprintf(`,"auditor_id":%q`, apitest.Stranger))
	w.Post("/asset_report/remove", fmt.Sprintf(`"asset_report_token":%q`, report)).OK()
	for range 2 { // at once, and once all is deleted
		read(apitest.Client, mine).Is(unknownCopy)
		read(apitest.Stranger, last).Is(unknownCopy)
		w.Post("/asset_report/audit_copy/remove", fmt.Sprintf(`"audit_copy_token":%q`, last)).Is(unknownCopy)
		w.run()
	}
	w.Post("/asset_report/audit_copy/create", fmt.Sprintf(`"asset_report_token":%q`, report)).Is(unknownReport)
	for _, list := range []string{"", `"x","y"`} {
		w.Post("/credit/audit_copy_token/create", fmt.Sprintf(`"report_tokens":[%s]`, list)).
			Is(apitest.InvalidField("report_tokens must contain exactly one asset report token"))
	}
}

// TestRelay: it is read and refreshed by the client that it is for, and by nobody else.
func TestRelay(t *testing.T) {
	t.Parallel()
	w := newWorld(t, apitest.Options{}, 0)
	token, _ := w.good()
	report := w.made(10, everybody, token)
	want := withoutID(w.get(report, `,"include_insights":true`))
	call := func(client models.ClientID, what, relay, more string) *apitest.Answer {
		t.Helper()
		return w.PostAs(client, "/credit/relay/"+what, fmt.Sprintf(`"relay_token":%q`, relay)+more)
	}
	const asset, insights = `,"report_type":"asset"`, `,"report_type":"asset","include_insights":true`
	give := func() string {
		t.Helper()
		return w.Post("/credit/relay/create", fmt.Sprintf(`"report_tokens":[%q],"secondary_client_id":%q,"webhook":%q`, report, apitest.Stranger, hook)).
			OK().Text("relay_token")
	}
	relay := give()
	if !strings.HasPrefix(relay, "credit-relay-sandbox-") {
		t.Errorf("%s", relay)
	}
	if got := withoutID(call(apitest.Stranger, "get", relay, insights).OK()); !slices.Equal(got, want) {
		t.Error("it differs")
	}
	call(apitest.Client, "get", relay, asset).Is(unknownRelay)
	call(apitest.Client, "refresh", relay, asset).Is(unknownRelay)
	call(apitest.Stranger, "get", "x", asset).Is(unknownRelay)
	call(apitest.Stranger, "get", relay, `,"report_type":"income"`).Is(apitest.InvalidField("report_type must be one of: asset"))
	call(apitest.Stranger, "remove", relay, "").Is(unknownRelay)

	// Refreshed, it opens another report, which the one who refreshed it is told of.
	w.Advance(24 * 3600e9)
	ids := []string{}
	for range 2 {
		a := call(apitest.Stranger, "refresh", relay, asset+`,"webhook":"`+hook+`"`).OK()
		ids = append(ids, a.Text("asset_report_id"))
		if a.Text("relay_token") != relay {
			t.Errorf("%s", a.Body)
		}
		call(apitest.Stranger, "get", relay, asset).Is(notReady)
		w.run()
		got := call(apitest.Stranger, "get", relay, asset).OK()
		if got.Text("report.asset_report_id") != ids[len(ids)-1] || got.Text("report.date_generated") != "2026-11-21T12:00:00Z" ||
			got.Text("report.user.ssn") != "123-45-6789" || got.Text("report.client_report_id") != "loan 7" {
			t.Errorf("%.300s", got.Body)
		}
	}
	if told := w.told(apitest.Stranger); !slices.Equal(told, []string{"PRODUCT_READY FULL", "PRODUCT_READY FULL"}) || len(w.told(apitest.Client)) != 1 {
		t.Errorf("told: %v, and the owner %v", told, w.told(apitest.Client))
	}
	if ids[0] == ids[1] || !slices.Equal(withoutID(w.get(report, `,"include_insights":true`)), want) {
		t.Error("the report that was relayed changed")
	}
	call(apitest.Client, "remove", relay, "").OK()
	call(apitest.Client, "remove", relay, "").Is(unknownRelay)
	call(apitest.Stranger, "get", relay, asset).Is(unknownRelay)

	relay = give()
	call(apitest.Stranger, "refresh", relay, asset).OK()
	w.Post("/asset_report/remove", fmt.Sprintf(`"asset_report_token":%q`, report)).OK()
	for range 2 {
		call(apitest.Stranger, "get", relay, asset).Is(unknownRelay)
		call(apitest.Stranger, "refresh", relay, asset).Is(unknownRelay)
		call(apitest.Client, "remove", relay, "").Is(unknownRelay)
		w.run()
	}
	w.run() // what it was refreshed to ends with the report
	if at, err := w.worker.NextDue(t.Context()); err != nil || !at.IsZero() {
		t.Errorf("due at %s, %v", at, err)
	}
	for members, want := range map[string]apitest.Failure{
		fmt.Sprintf(`"report_tokens":[%q],"secondary_client_id":%q`, report, other):            unknownReport,
		fmt.Sprintf(`"report_tokens":[],"secondary_client_id":%q`, other):                      apitest.InvalidField("report_tokens must contain exactly one asset report token"),
		fmt.Sprintf(`"report_tokens":[%q],"secondary_client_id":"x/y"`, report):                apitest.InvalidField("secondary_client_id must be a properly formatted, non-empty string"),
		fmt.Sprintf(`"report_tokens":[%q],"secondary_client_id":%q,"webhook":"x"`, "x", other): apitest.InvalidField("webhook must be a non-empty string URL"),
	} {
		w.Post("/credit/relay/create", members).Is(want)
	}
}

// TestIsolation: another client's report is answered as one that there is not, in the same bytes.
func TestIsolation(t *testing.T) {
	t.Parallel()
	w := newWorld(t, apitest.Options{}, 0)
	token, h := w.good()
	report := w.made(10, "", token)
	const unknown = "assets-sandbox-11111111-2222-3333-4444-555555555555"
	for path, more := range map[string]string{
		"/asset_report/get": "", "/asset_report/pdf/get": "", "/asset_report/refresh": "", "/asset_report/remove": "",
		"/asset_report/filter":            fmt.Sprintf(`,"account_ids_to_exclude":[%q]`, h.Accounts[0].ID),
		"/asset_report/audit_copy/create": fmt.Sprintf(`,"auditor_id":%q`, apitest.Stranger),
	} {
		foreign := w.PostAs(apitest.Stranger, path, fmt.Sprintf(`"asset_report_token":%q`, report)+more)
		foreign.Is(unknownReport)
		none := w.PostAs(apitest.Stranger, path, fmt.Sprintf(`"asset_report_token":%q`, unknown)+more)
		if !slices.Equal(withoutID(foreign), withoutID(none)) {
			t.Errorf("%s: %s, %s", path, foreign.Body, none.Body)
		}
		w.Post(path, `"asset_report_token":"assets-sandbox-1"`+more).Is(apitest.InvalidInput("INVALID_ASSET_REPORT_TOKEN",
			"provided asset report token is in an invalid format. expected format: assets-<environment>-<identifier>"))
	}
	w.get(report, "").OK()
	w.Post("/asset_report/get", `"user_token":"user-sandbox-1"`).Is(apitest.InvalidInput("INVALID_USER_TOKEN", "could not find matching user token"))
	w.Post("/asset_report/get", "").Is(apitest.MissingFields("asset_report_token"))
}

// TestDocuments: each way to read a report has a document of the same.
func TestDocuments(t *testing.T) {
	t.Parallel()
	w := newWorld(t, apitest.Options{}, 0)
	token, _ := w.good()
	report := w.made(60, everybody, token)
	copied := w.Post("/asset_report/audit_copy/create", fmt.Sprintf(`"asset_report_token":%q`, report)).OK().Text("audit_copy_token")
	relay := w.Post("/credit/relay/create", fmt.Sprintf(`"report_tokens":[%q],"secondary_client_id":%q`, report, apitest.Client)).OK().Text("relay_token")
	var whole *httptest.ResponseRecorder
	for _, c := range []struct{ path, members string }{
		{"/asset_report/pdf/get", fmt.Sprintf(`"asset_report_token":%q`, report)},
		{"/asset_report/audit_copy/pdf/get", fmt.Sprintf(`"audit_copy_token":%q`, copied)},
		{"/credit/relay/pdf/get", fmt.Sprintf(`"relay_token":%q,"report_type":"asset"`, relay)},
	} {
		rec := w.raw(c.path, c.members)
		if rec.Code != 200 || rec.Header().Get("Content-Type") != "application/pdf" || len(rec.Header().Get("Plaid-Request-ID")) != 15 ||
			!strings.HasPrefix(rec.Body.String(), "%PDF-") {
			t.Fatalf("%s: %d %v %.80s", c.path, rec.Code, rec.Header(), rec.Body)
		}
		if whole == nil {
			whole = rec
		} else if rec.Body.String() != whole.Body.String() {
			t.Errorf("%s differs", c.path)
		}
	}
	for path, members := range map[string]string{
		"/asset_report/pdf/get":            fmt.Sprintf(`"asset_report_token":%q,"options":{"days_to_include":3}`, report),
		"/asset_report/audit_copy/pdf/get": fmt.Sprintf(`"audit_copy_token":%q,"options":{"days_to_include":3}`, copied),
	} {
		if rec := w.raw(path, members); rec.Code != 200 || rec.Body.Len() >= whole.Body.Len() {
			t.Errorf("%s of 3 days: %d, %d bytes of %d", path, rec.Code, rec.Body.Len(), whole.Body.Len())
		}
	}
}
