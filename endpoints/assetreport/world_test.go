package assetreport_test

import (
	"encoding/json"
	"fmt"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/gingham-dev/gingham/endpoints/api"
	"github.com/gingham-dev/gingham/endpoints/api/apitest"
	"github.com/gingham-dev/gingham/endpoints/assetreport"
	"github.com/gingham-dev/gingham/ledger"
	"github.com/gingham-dev/gingham/models"
	"github.com/gingham-dev/gingham/models/plaid"
	"github.com/gingham-dev/gingham/providers/sandbox"
	"github.com/gingham-dev/gingham/store"
)

const hook = "https://lender.example/hook"

// world is the group with its worker.
type world struct {
	*apitest.Server
	t      *testing.T
	worker *assetreport.Worker
}

func newWorld(t *testing.T, o apitest.Options, delay time.Duration) *world {
	t.Helper()
	w := &world{t: t}
	w.Server = apitest.New(t, o, func(s *apitest.Server) []api.Route {
		w.worker = assetreport.NewWorker(assetreport.WorkerOptions{
			Store: s.Store, Ledger: s.Ledger, Environment: s.Environment, Random: s.IDs,
		})
		return assetreport.New(assetreport.Options{
			Store: s.Store, Ledger: s.Ledger, Tokens: s.Tokens, IDs: s.IDs, Delay: delay,
		}).Routes()
	})
	return w
}

// bank links a test user with assets at an institution.
func (w *world) bank(institution models.InstitutionID, user, password string) (token string, h *store.Head) {
	w.t.Helper()
	return w.Link(ledger.LinkRequest{
		Institution: institution, Products: []models.Product{models.ProductAssets}, Days: 100,
		Credentials: map[string]string{sandbox.FieldUsername: user, sandbox.FieldPassword: password},
	})
}

func (w *world) good() (string, *store.Head) {
	w.t.Helper()
	return w.bank("ins_109508", "user_good", "pass_good")
}

// create asks for a report, with members of options.
func (w *world) create(days int, options string, tokens ...string) *apitest.Answer {
	w.t.Helper()
	list, err := json.Marshal(tokens)
	must(w.t, err)
	return w.Post("/asset_report/create", fmt.Sprintf(`"access_tokens":%s,"days_requested":%d,"options":{%s}`, list, days, options))
}

// run does the work that is due.
func (w *world) run() int {
	w.t.Helper()
	n, err := w.worker.RunDue(w.t.Context(), 100)
	must(w.t, err)
	return n
}

// made asks for a report, makes it and returns its token.
func (w *world) made(days int, options string, tokens ...string) string {
	w.t.Helper()
	token := w.create(days, options, tokens...).OK().Text("asset_report_token")
	w.run()
	return token
}

// get reads a report; more are members of the request.
func (w *world) get(token, more string) *apitest.Answer {
	w.t.Helper()
	return w.Post("/asset_report/get", fmt.Sprintf(`"asset_report_token":%q`, token)+more)
}

// read is get decoded.
func (w *world) read(token, more string) plaid.AssetReportGetResponse {
	w.t.Helper()
	return decode[plaid.AssetReportGetResponse](w.t, w.get(token, more).OK())
}

func decode[T any](t *testing.T, a *apitest.Answer) T {
	t.Helper()
	var v T
	must(t, json.Unmarshal(a.Body, &v))
	return v
}

// raw posts a body whose answer need not be JSON.
func (w *world) raw(path, members string) *httptest.ResponseRecorder {
	w.t.Helper()
	body := fmt.Sprintf(`{"client_id":%q,"secret":%q,%s}`, apitest.Client, apitest.Secret, members)
	r := httptest.NewRequestWithContext(w.t.Context(), "POST", path, strings.NewReader(body))
	rec := httptest.NewRecorder()
	w.ServeHTTP(rec, r)
	return rec
}

// told are the webhooks of a client, as "CODE report_type", oldest first.
func (w *world) told(client models.ClientID) []string {
	w.t.Helper()
	list, err := w.Store.ListDeliveries(w.t.Context(), client, "", 100)
	must(w.t, err)
	out := []string{}
	for i := len(list) - 1; i >= 0; i-- {
		var body struct {
			Code string `json:"webhook_code"`
			Type string `json:"report_type"`
		}
		must(w.t, json.Unmarshal(list[i].Event.Body, &body))
		out = append(out, strings.TrimSpace(body.Code+" "+body.Type))
	}
	return out
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func assetError(code, message string) apitest.Failure {
	return apitest.Failure{Type: "ASSET_REPORT_ERROR", Code: code, Message: message}
}

var (
	notReady = assetError("PRODUCT_NOT_READY",
		"the requested product is not yet ready. please provide a webhook or try the request again later")
	unavailable = assetError("DATA_UNAVAILABLE", "unable to pull sufficient data for all items to generate this report. "+
		`please see the "causes" field for more details`)
	invalidParent = assetError("INVALID_PARENT", "the asset report that this one is made from can't be used")
	unknownReport = apitest.InvalidInput("INVALID_ASSET_REPORT_TOKEN", "could not find matching asset report token")
	unknownCopy   = apitest.InvalidInput("INVALID_AUDIT_COPY_TOKEN", "could not find matching audit copy token")
	unknownRelay  = apitest.InvalidField("could not find matching relay token")
)
