package control_test

import (
	"errors"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/gingham-dev/gingham/endpoints/api/apitest"
	"github.com/gingham-dev/gingham/providers"
	"github.com/gingham-dev/gingham/store"
)

// fault creates a fault and returns its id.
func (w *world) fault(members string) string {
	return w.Post("/gingham/faults/create", members).OK().Text("fault_id")
}

var limited = apitest.Failure{
	Type: "RATE_LIMIT_EXCEEDED", Code: "TRANSACTIONS_SYNC_LIMIT", Status: http.StatusTooManyRequests,
	Message: "rate limit exceeded for attempts to access this item. please try again later",
}

func TestFaultOfARoute(t *testing.T) {
	w := newWorld(t)
	token, _ := w.link(apitest.Client)
	foreign, _ := w.link(apitest.Stranger)
	w.fault(`"route":"/transactions/sync","error_code":"TRANSACTIONS_SYNC_LIMIT","count":2`)
	w.PostAs(apitest.Stranger, "/transactions/sync", access(foreign)).OK()
	w.Post("/transactions/refresh", access(token)).OK()
	w.Post("/transactions/sync", access("x")).Is(apitest.MalformedAccess)
	w.Post("/transactions/sync", access(token)).Is(limited)
	list := w.Post("/gingham/faults/list", "").OK()
	if f := list.At("faults").([]any)[0].(map[string]any); f["remaining"] != float64(1) || f["fired"] != float64(1) || f["created_at"] != "2026-11-20T12:00:00Z" {
		t.Errorf("listed %v", f)
	}
	w.Post("/transactions/sync", access(token)).Is(limited)
	w.Post("/transactions/sync", access(token)).OK()
	if list := w.Post("/gingham/faults/list", "").OK(); len(list.At("faults").([]any)) != 0 {
		t.Errorf("listed %s", list.Body)
	}
}

func TestFaultOfAnItem(t *testing.T) {
	w := newWorld(t)
	token, h := w.link(apitest.Client)
	other, _ := w.link(apitest.Client)
	a := w.Post("/gingham/faults/create", `"route":"*","error_code":"ITEM_LOGIN_REQUIRED",`+access(token)).OK()
	if a.Text("item_id") != string(h.ID) || a.At("remaining") != nil || a.At("probability") != float64(1) {
		t.Errorf("answered %s", a.Body)
	}
	for _, path := range []string{"/transactions/sync", "/item/get"} {
		w.Post(path, access(token)).Is(apitest.LoginRequired)
		w.Post(path, access(other)).OK()
	}
	// What the sandbox's own routes do is not in danger.
	w.Post("/gingham/transactions/remove", access(token)+`,"transaction_ids":["x"]`).Is(
		apitest.InvalidField("transaction_ids[0] must be the id of a transaction of the Item"))
	w.Post("/gingham/faults/remove", `"fault_id":"`+a.Text("fault_id")+`"`).OK()
	w.Post("/item/get", access(token)).OK()
}

// TestOldestFaultFirst checks which of several faults does its work.
func TestOldestFaultFirst(t *testing.T) {
	w := newWorld(t)
	token, _ := w.link(apitest.Client)
	w.fault(`"route":"/item/get","error_code":"RATE_LIMIT","probability":0`)
	w.fault(`"route":"/item/get","error_code":"TRANSACTIONS_SYNC_LIMIT","count":1`)
	w.fault(`"route":"*","error_code":"ITEM_LOGIN_REQUIRED"`)
	w.Post("/item/get", access(token)).Is(limited)
	w.Post("/item/get", access(token)).Is(apitest.LoginRequired)
	if n := w.Post("/gingham/faults/remove", "").OK().At("removed"); n != float64(2) {
		t.Errorf("removed %v", n)
	}
	w.Post("/item/get", access(token)).OK()
}

// TestProbability checks that about as many calls are befallen as was asked for.
// The randomness is the same every time.
func TestProbability(t *testing.T) {
	w := newWorld(t)
	_, h := w.link(apitest.Client)
	w.fault(`"route":"upstream","error_code":"INSTITUTION_DOWN","probability":0.25`)
	const calls = 4000
	n := 0
	for range calls {
		if w.controls.Upstream(h) != nil {
			n++
		}
	}
	if n < calls*23/100 || n > calls*27/100 {
		t.Errorf("%d of %d calls were befallen", n, calls)
	}
}

func TestUpstreamFault(t *testing.T) {
	w := newWorld(t)
	token, h := w.link(apitest.Client)
	other, theirs := w.link(apitest.Client)
	w.fault(`"route":"upstream","error_code":"INSTITUTION_RATE_LIMIT","count":1,` + access(token))
	w.Post("/transactions/refresh", access(other)).OK()
	w.Post("/transactions/refresh", access(token)).Is(apitest.Failure{
		Type: "RATE_LIMIT_EXCEEDED", Code: "INSTITUTION_RATE_LIMIT", Status: http.StatusTooManyRequests,
		Message: "The institution is currently receiving too many requests. Please try again later.",
	})
	w.Post("/transactions/refresh", access(token)).OK()

	// Reads don't ask the institution; what a person must mend stays.
	w.fault(`"route":"upstream","error_code":"ITEM_LOGIN_REQUIRED","count":1`)
	w.Post("/transactions/sync", access(token)).OK()
	w.Post("/transactions/refresh", access(token)).Is(apitest.LoginRequired)
	w.Post("/transactions/sync", access(token)).Is(apitest.LoginRequired)
	if err := w.controls.Upstream(h); err != nil {
		t.Errorf("it is still there: %v", err)
	}

	w.fault(`"route":"upstream","error_code":"INSTITUTION_DOWN"`)
	var up *providers.Error
	if err := w.controls.Upstream(theirs); !errors.As(err, &up) || up.Kind != providers.InstitutionDown || up.UserAction {
		t.Errorf("got %v", err)
	}
	if err := w.controls.Upstream(&store.Head{Client: apitest.Stranger, ID: theirs.ID}); err != nil {
		t.Errorf("another client's item: %v", err)
	}
}

// TestUpstreamFaultSparesControl checks that what a test does by other routes of
// the control API happens, whatever its faults are.
func TestUpstreamFaultSparesControl(t *testing.T) {
	w := newWorld(t)
	token, h := w.link(apitest.Client)
	w.fault(`"route":"upstream","error_code":"INSTITUTION_DOWN"`)
	snapshot := w.Post("/gingham/snapshot/create", "").OK().Text("snapshot_id")
	counts(t, w.Post("/gingham/transactions/add", access(token)+`,"transactions":[{"account_id":"`+string(h.Accounts[0].ID)+
		`","amount":1,"description":"x","date_transacted":"2026-11-20"}]`), 1, 0, 0)
	w.Post("/gingham/snapshot/restore", `"snapshot_id":"`+snapshot+`"`).OK()
	if got := w.Post("/transactions/refresh", access(token)).Text("error_code"); got != "INSTITUTION_DOWN" {
		t.Errorf("afterwards it answers %s", got)
	}
}

// TestUpstreamCodes checks that every code that is taken comes out as itself.
func TestUpstreamCodes(t *testing.T) {
	w := newWorld(t)
	a := w.Post("/gingham/faults/create", `"route":"upstream","error_code":"RATE_LIMIT"`)
	_, list, _ := strings.Cut(a.Text("error_message"), "one of: ")
	codes := strings.Split(list, ", ")
	if len(codes) != 16 {
		t.Fatalf("answered %s", a.Body)
	}
	for _, code := range codes {
		token, _ := w.link(apitest.Client)
		w.fault(fmt.Sprintf(`"route":"upstream","count":1,"error_code":%q,%s`, code, access(token)))
		if got := w.Post("/transactions/refresh", access(token)).Text("error_code"); got != code {
			t.Errorf("%s came out as %s", code, got)
		}
	}
}

func TestFaultHeader(t *testing.T) {
	w := newWorld(t)
	token, _ := w.link(apitest.Client)
	w.Post("/item/get", access(token), "Gingham-Fault: TRANSACTIONS_SYNC_LIMIT").Is(limited)
	w.Post("/item/get", access(token), "Gingham-Fault: nonsense").Is(apitest.Failure{
		Type: "INVALID_REQUEST", Code: "INVALID_HEADERS",
		Message: `Gingham-Fault: "nonsense" is neither an error code nor latency=<seconds>, drop or truncate`,
	})
	w.Post("/item/get", access(token)).OK()
	// A dropped call has done its work.
	func() {
		defer func() {
			if p := recover(); p != http.ErrAbortHandler { //nolint:errorlint // net/http compares it so
				t.Errorf("the connection was left open: %v", p)
			}
		}()
		w.Post("/item/remove", access(token), "Gingham-Fault: drop")
	}()
	w.Post("/item/get", access(token)).Is(apitest.ItemNotFound)
}

func TestFaultErrors(t *testing.T) {
	w := newWorld(t)
	foreign, _ := w.link(apitest.Stranger)
	id := w.fault(`"route":"*","drop":true,"probability":0`)
	route := apitest.InvalidField(`route must be a path of Plaid's API, "*" or "upstream"`)
	for members, want := range map[string]apitest.Failure{
		``:                    apitest.MissingFields("route"),
		`"route":""`:          apitest.InvalidField("route must be a non-empty string"),
		`"route":"/nowhere"`:  route,
		`"route":"/gingham/"`: route,
		`"route":"*"`:         apitest.InvalidField("error_code, latency_seconds, drop or truncate must be set"),
		`"route":"*","latency_seconds":0,"drop":false`:                       apitest.InvalidField("error_code, latency_seconds, drop or truncate must be set"),
		`"route":"*","error_code":"NONSENSE"`:                                apitest.InvalidField("error_code must be one of Plaid's error codes"),
		`"route":"*","drop":true,"truncate":true`:                            apitest.InvalidField("drop does not go together with truncate"),
		`"route":"*","drop":true,"error_code":"RATE_LIMIT"`:                  apitest.InvalidField("drop does not go together with error_code"),
		`"route":"*","drop":true,"probability":2`:                            apitest.InvalidField("probability must be less than or equal to 1"),
		`"route":"*","drop":true,"count":0`:                                  apitest.InvalidField("count must be greater than or equal to 1"),
		`"route":"*","latency_seconds":121`:                                  apitest.InvalidField("latency_seconds must be less than or equal to 120"),
		`"route":"upstream","error_code":"INSTITUTION_DOWN","truncate":true`: apitest.InvalidField(`error_code is the one effect of a fault whose route is "upstream"`),
		`"route":"*","drop":true,` + access(foreign):                         apitest.UnknownAccess,
		`"route":"*","drop":true,` + access("x"):                             apitest.MalformedAccess,
	} {
		w.Post("/gingham/faults/create", members).Is(want)
	}
	unknown := apitest.InvalidField("fault_id must be the id of a fault that is there")
	w.PostAs(apitest.Stranger, "/gingham/faults/remove", `"fault_id":"`+id+`"`).Is(unknown)
	w.PostAs(apitest.Stranger, "/gingham/faults/create", `"route":"*","drop":true,"probability":0`).OK()
	w.PostAs(apitest.Stranger, "/gingham/faults/remove", `"fault_id":"`+id+`"`).Is(unknown)
	w.Post("/gingham/faults/remove", `"fault_id":"nope"`).Is(unknown)
	for range 99 {
		w.fault(`"route":"*","latency_seconds":1,"probability":0`)
	}
	w.Post("/gingham/faults/create", `"route":"*","drop":true`).Is(
		apitest.InvalidField("there are 100 faults already, the most that a client can have"))
}
