package linkmoney_test

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/gingham-dev/gingham/endpoints/api/apitest"
	"github.com/gingham-dev/gingham/models"
	"github.com/gingham-dev/gingham/store"
)

const hook = "https://app.example/hook"

func notFound(message string) apitest.Failure {
	return apitest.Failure{Type: "INVALID_REQUEST", Code: "NOT_FOUND", Message: message, Status: http.StatusNotFound}
}

func invalidConfiguration(message string) apitest.Failure {
	return apitest.Failure{Type: "INVALID_REQUEST", Code: "INVALID_CONFIGURATION", Message: message}
}

var (
	noConfiguration = notFound("there is no configuration: create one with POST /configuration")
	noWebhook       = notFound("there is no webhook of this id")
	noAllowlist     = invalidConfiguration("webhooks need a configuration with at least one address in ipAllowlist")
)

// configure sends a request about the configuration with a generic token.
func (w *world) configure(client models.ClientID) func(method, path, body string) *reply {
	w.t.Helper()
	token := bearer(w.token(client))
	return func(method, path, body string) *reply {
		w.t.Helper()
		return w.send(method, "/configuration"+path, body, token)
	}
}

func TestConfiguration(t *testing.T) {
	t.Parallel()
	w := newWorld(t, apitest.Options{})
	do := w.configure(apitest.Client)
	for _, method := range []string{http.MethodGet, http.MethodPatch, http.MethodPut, http.MethodDelete} {
		do(method, "", "").is(noConfiguration)
	}
	made := do(http.MethodPost, "", "").ok()
	id := made.text("configuration.id")
	check := func(got *reply, want string) {
		t.Helper()
		text := got.ok().Body.String()
		want = fmt.Sprintf(`{"configuration":{"id":%q,"webhookIds":[],%s},"request_id":"`, id, want)
		if !strings.HasPrefix(text, want) {
			t.Errorf("%s answered\n%s\nwant\n%s", got.path, text, want)
		}
	}
	if !strings.HasPrefix(id, "CFG-") || len(id) != 40 {
		t.Errorf("the id is %q", id)
	}
	check(made, `"dateFormat":"ISO","type":null,"name":"","ipAllowlist":[]`)
	do(http.MethodPost, "", "").is(invalidConfiguration("there is a configuration already: change it with PATCH /configuration"))
	check(do(http.MethodPatch, "", `{"type":"plaid","name":"é"}`), `"dateFormat":"ISO","type":"plaid","name":"é","ipAllowlist":[]`)
	check(do(http.MethodPut, "", `{"id":"mine","webhookIds":["x"],"dateFormat":"unix","ipAllowlist":["127.0.0.1","2001:db8::/32"]}`),
		`"dateFormat":"unix","type":"plaid","name":"é","ipAllowlist":["127.0.0.1","2001:db8::/32"]`)
	check(do(http.MethodPatch, "", `{"type":null}`), `"dateFormat":"unix","type":null,"name":"é","ipAllowlist":["127.0.0.1","2001:db8::/32"]`)
	for _, path := range []string{
		"/configuration", "/v1/plaid/configuration", "/plaid/v1/configuration", "/v1/developer/configuration", "/developer/v1/configuration",
	} {
		for _, header := range []string{bearer(w.token(apitest.Client)), basic(string(apitest.Client), apitest.Secret)} {
			if got := w.send(http.MethodGet, path, "", header).ok().text("configuration.id"); got != id {
				t.Errorf("%s answers with %q", path, got)
			}
		}
	}
	w.send(http.MethodGet, "/configuration", "", "PLAID-CLIENT-ID: "+string(apitest.Client), "PLAID-SECRET: "+apitest.Secret).ok()
	w.send(http.MethodPatch, "/configuration", `{"client_id":"`+string(apitest.Client)+`","client_secret":"`+apitest.Secret+`"}`).ok()
	for body, want := range map[string]apitest.Failure{
		`{"type":"mint"}`:                             apitest.InvalidField("type must be one of: plaid, mx, yodlee"),
		`{"dateFormat":"iso"}`:                        apitest.InvalidField("dateFormat must be one of: ISO, UTC, unix"),
		`{"ipAllowlist":["app.example"]}`:             apitest.InvalidField("ipAllowlist.0 must be an IP address, or a network as 203.0.113.0/24"),
		`{"ipAllowlist":["10.0.0.1","fe80::1%eth0"]}`: apitest.InvalidField("ipAllowlist.1 must be an IP address, or a network as 203.0.113.0/24"),
		`{"ipAllowlist":"10.0.0.1"}`:                  apitest.InvalidField("ipAllowlist must be an array"),
		`{"name":5}`:                                  apitest.InvalidField("name must be a string"),
		`{"color":5}`: {
			Type: "INVALID_REQUEST", Code: "UNKNOWN_FIELDS", Message: "the following fields are not recognized by this endpoint: color",
		},
	} {
		do(http.MethodPatch, "", body).is(want)
	}
	user := w.token(apitest.Client, "user_id", "alice")
	w.send(http.MethodGet, "/configuration", "", bearer(user)).is(narrow)

	// Another client has none.
	w.configure(apitest.Stranger)(http.MethodGet, "", "").is(noConfiguration)
	check(do(http.MethodDelete, "", ""), `"dateFormat":"unix","type":null,"name":"é","ipAllowlist":["127.0.0.1","2001:db8::/32"]`)
	do(http.MethodGet, "", "").is(noConfiguration)
	if again := do(http.MethodPost, "", "").ok().text("configuration.id"); again == id {
		t.Error("a new configuration has the old one's id")
	}
}

func TestWebhooks(t *testing.T) {
	t.Parallel()
	w := newWorld(t, apitest.Options{})
	do := w.configure(apitest.Client)
	body := `{"callbackURL":"` + hook + `"}`
	do(http.MethodPost, "/webhooks", body).is(noAllowlist)
	do(http.MethodGet, "/webhooks", "").is(noConfiguration)
	do(http.MethodPost, "", "").ok()
	do(http.MethodPost, "/webhooks", body).is(noAllowlist)
	do(http.MethodPatch, "", `{"ipAllowlist":["203.0.113.7"]}`).ok()

	one := do(http.MethodPost, "/webhooks", body).ok()
	id := one.text("webhook.id")
	want := fmt.Sprintf(`{"request_id":%q,"webhook":{"callbackURL":%q,"eventName":null,"id":%q,"lastEvent":null,"lastEventTime":null}}`,
		one.text("request_id"), hook, id)
	if one.Body.String() != want {
		t.Errorf("answered\n%s\nwant\n%s", one.Body, want)
	}
	two := do(http.MethodPost, "/webhooks", `{"callbackURL":"https://app.example/data","eventName":"DATA_UPDATES"}`).ok().text("webhook.id")
	if got := do(http.MethodGet, "", "").ok().list("configuration.webhookIds"); !slices.Equal(got, []any{id, two}) {
		t.Errorf("the configuration has the webhooks %v", got)
	}
	for body, want := range map[string]apitest.Failure{
		`{}`:                        apitest.MissingFields("callbackURL"),
		`{"callbackURL":""}`:        apitest.InvalidField("callbackURL must be a non-empty string"),
		`{"callbackURL":"ftp://x"}`: apitest.InvalidField("callbackURL must be a non-empty string URL"),
		`{"callbackURL":"` + hook + `","eventName":"OTHER"}`: apitest.InvalidField("eventName must be one of: DATA_UPDATES"),
	} {
		do(http.MethodPost, "/webhooks", body).is(want)
	}
	do(http.MethodPatch, "", `{"ipAllowlist":[]}`).is(apitest.InvalidField("ipAllowlist must not be empty while there are webhooks"))

	// What was sent to them.
	for i, e := range []store.Event{
		{Type: "TRANSACTIONS", Code: "DEFAULT_UPDATE", URL: hook, Body: []byte(`{"a":1}`)},
		{Type: "ITEM", Code: "ERROR", URL: hook, Body: []byte(`{"a":2}`)},
		{Type: "HOLDINGS", Code: "DEFAULT_UPDATE", URL: "https://app.example/data", Body: []byte(`{"a":3}`)},
	} {
		e.ID, e.At = fmt.Sprint(i), w.Now().Add(time.Duration(i)*time.Minute)
		if err := w.Store.CreateDelivery(t.Context(), store.Delivery{Event: e, Client: apitest.Client, State: store.Delivered}); err != nil {
			t.Fatal(err)
		}
	}
	got := do(http.MethodGet, "/webhooks", "").ok()
	if got.text("webhooks.0.lastEvent") != "ERROR" || got.text("webhooks.0.lastEventTime") != "2026-11-20T12:01:00.000Z" ||
		got.text("webhooks.1.lastEvent") != "DATA_UPDATES" || got.at("pagination.total_entries") != 2.0 {
		t.Errorf("listed %s", got.Body)
	}
	if strings.Contains(got.Body.String(), "payload") {
		t.Errorf("listed with payloads: %s", got.Body)
	}
	if got := do(http.MethodGet, "/webhooks?payload=true&per_page=1&page=2", "").ok(); got.at("webhooks.0.payload.a") != 3.0 ||
		got.at("pagination.current_page") != 2.0 || len(got.list("webhooks")) != 1 {
		t.Errorf("listed %s", got.Body)
	}
	do(http.MethodPatch, "", `{"dateFormat":"UTC"}`).ok()
	if at := do(http.MethodGet, "/webhooks/"+id, "").ok().at("webhook.lastEventTime"); at != "Fri, 20 Nov 2026 12:01:00 GMT" {
		t.Errorf("in UTC it was at %v", at)
	}
	do(http.MethodPatch, "", `{"dateFormat":"unix"}`).ok()
	if at := do(http.MethodGet, "/webhooks/"+id, "").ok().at("webhook.lastEventTime"); at != 1795176060.0 {
		t.Errorf("for unix it was at %v", at)
	}

	got = do(http.MethodPatch, "/webhooks/"+id, `{"eventName":"DATA_UPDATES","callbackURL":"http://localhost:9000/x"}`).ok()
	if got.text("webhook.eventName") != "DATA_UPDATES" || got.text("webhook.callbackURL") != "http://localhost:9000/x" || got.at("webhook.lastEvent") != nil {
		t.Errorf("edited %s", got.Body)
	}
	if got := do(http.MethodPatch, "/webhooks/"+id, `{"eventName":null}`).ok(); got.at("webhook.eventName") != nil ||
		got.text("webhook.callbackURL") != "http://localhost:9000/x" {
		t.Errorf("edited %s", got.Body)
	}
	told := []string{hook, "https://app.example/data", "http://localhost:9000/x"}
	for i, url := range told {
		told[i] = string(apitest.Client) + " WEBHOOK_UPDATE_ACKNOWLEDGED " + url
	}
	if !slices.Equal(w.announced, told) {
		t.Errorf("announced are %q", w.announced)
	}
	stranger := w.configure(apitest.Stranger)
	stranger(http.MethodPost, "", `{"ipAllowlist":["10.0.0.1"]}`).ok()
	for _, method := range []string{http.MethodGet, http.MethodPatch, http.MethodDelete} {
		do(method, "/webhooks/nothing", "").is(noWebhook)
		stranger(method, "/webhooks/"+id, "").is(noWebhook)
	}
	do(http.MethodDelete, "/webhooks/"+id, "").ok()
	do(http.MethodGet, "/webhooks/"+id, "").is(noWebhook)
	do(http.MethodGet, "/webhooks/"+two, "").ok()
	for range 19 {
		do(http.MethodPost, "/webhooks", body).ok()
	}
	do(http.MethodPost, "/webhooks", body).is(invalidConfiguration("a configuration has at most 20 webhooks"))
}

// TestWebhooksAtOnce has many made at once: none is lost.
func TestWebhooksAtOnce(t *testing.T) {
	t.Parallel()
	w := newWorld(t, apitest.Options{})
	do := w.configure(apitest.Client)
	do(http.MethodPost, "", `{"ipAllowlist":["203.0.113.7"]}`).ok()
	var all sync.WaitGroup
	for range 16 {
		all.Go(func() { do(http.MethodPost, "/webhooks", `{"callbackURL":"`+hook+`"}`).ok() })
	}
	all.Wait()
	if n := len(do(http.MethodGet, "/webhooks", "").ok().list("webhooks")); n != 16 {
		t.Errorf("there are %d webhooks", n)
	}
}

// TestCallbacks asks what the worker of webhooks does.
func TestCallbacks(t *testing.T) {
	t.Parallel()
	w := newWorld(t, apitest.Options{})
	do := w.configure(apitest.Client)
	transactions := store.Event{Type: "TRANSACTIONS", Code: "SYNC_UPDATES_AVAILABLE", URL: hook}
	itemError := store.Event{Type: "ITEM", Code: "ERROR"}
	if w.callbacks.Subscribed(apitest.Client) {
		t.Error("subscribed without a configuration")
	}
	do(http.MethodPost, "", `{"ipAllowlist":["203.0.113.7","::ffff:10.0.0.1","2001:db8::1/32"]}`).ok()
	if w.callbacks.Subscribed(apitest.Client) {
		t.Error("subscribed without webhooks")
	}
	for _, body := range []string{
		`{"callbackURL":"https://app.example/all"}`, `{"callbackURL":"https://app.example/all","eventName":"DATA_UPDATES"}`,
		`{"callbackURL":"https://app.example/data","eventName":"DATA_UPDATES"}`, `{"callbackURL":"` + hook + `"}`,
	} {
		do(http.MethodPost, "/webhooks", body).ok()
	}
	for _, c := range []struct {
		client models.ClientID
		event  store.Event
		want   []string
	}{
		{apitest.Client, transactions, []string{"https://app.example/all", "https://app.example/data"}},
		{apitest.Client, itemError, []string{"https://app.example/all", hook}},
		{apitest.Client, store.Event{Type: "AUTH", Code: "DEFAULT_UPDATE"}, []string{"https://app.example/all", "https://app.example/data", hook}},
		{apitest.Client, store.Event{Type: "AUTH", Code: "AUTOMATICALLY_VERIFIED"}, []string{"https://app.example/all", hook}},
		{apitest.Stranger, itemError, nil},
	} {
		got, err := w.callbacks.Receivers(t.Context(), c.client, c.event)
		if err != nil || !slices.Equal(got, c.want) {
			t.Errorf("%s is told %s %s at %q, %v, want %q", c.client, c.event.Type, c.event.Code, got, err, c.want)
		}
	}
	if !w.callbacks.Subscribed(apitest.Client) || w.callbacks.Subscribed(apitest.Stranger) {
		t.Error("not the one client is subscribed")
	}
	allowed, err := w.callbacks.Allowed(t.Context(), apitest.Client, "https://app.example/data")
	if got := fmt.Sprint(allowed); err != nil || got != "[203.0.113.7/32 10.0.0.1/32 2001:db8::/32]" {
		t.Errorf("allowed are %s, %v", got, err)
	}
	for client, url := range map[models.ClientID]string{apitest.Client: "https://items.example/own", apitest.Stranger: hook} {
		if allowed, err := w.callbacks.Allowed(t.Context(), client, url); allowed != nil || err != nil {
			t.Errorf("for %s allowed are %v, %v", url, allowed, err)
		}
	}
	do(http.MethodDelete, "", "").ok()
	if w.callbacks.Subscribed(apitest.Client) {
		t.Error("still subscribed after the configuration was removed")
	}
}
