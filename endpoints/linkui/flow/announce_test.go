package flow_test

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/gingham-dev/gingham/endpoints/linkui/flow"
	"github.com/gingham-dev/gingham/store"
)

const hooked = `"products":["auth"],"webhook":"https://Hooks.example/link"`

// codes are the webhooks that are on their way, each with how long until it is due.
func (w *world) codes() (list []string) {
	w.t.Helper()
	for _, d := range w.told() {
		if d.State != store.Waiting {
			continue
		}
		text := d.Event.Code
		if wait := d.NextAt.Sub(w.Now()); wait > 0 {
			text += " in " + wait.String()
		}
		list = append(list, text)
		if d.Receiver != "https://hooks.example:443" || d.Event.URL != "https://Hooks.example/link" || d.Event.Type != "LINK" {
			w.t.Errorf("%+v", d)
		}
	}
	return list
}

func (w *world) wantCodes(want ...string) {
	w.t.Helper()
	if got := w.codes(); !slices.Equal(got, want) {
		w.t.Errorf("on their way: %q, want %q", got, want)
	}
}

func TestHostedIsAnnounced(t *testing.T) {
	w := newWorld(t, "", nil)
	token := w.token(hooked + `,"hosted_link":{}`)
	p := w.opens(flow.Opening{LinkToken: token, Mode: flow.Hosted})
	w.wantCodes("EVENTS in 10m0s", "SESSION_FINISHED in 30m0s")
	w.Advance(minute)
	p.goes(flow.Continue)
	p.chooses(bank)
	// The token ends before an idle half hour would have passed.
	w.wantCodes("EVENTS in 10m0s", "SESSION_FINISHED in 29m0s")
	p.signsIn("user_good", "pass_good")
	p.shares("0000")
	w.wantCodes("ITEM_ADD_RESULT", "EVENTS in 10m0s", "SESSION_FINISHED in 29m0s")
	if w.woken != 1 {
		t.Errorf("woken %d times", w.woken)
	}
	p.goes(flow.Continue)
	w.wantCodes("EVENTS", "ITEM_ADD_RESULT", "SESSION_FINISHED")
	public := p.session().Results[0].PublicToken
	for _, d := range w.told() {
		m := body(t, d)
		if m["link_token"] != token || m["link_session_id"] != p.view.SessionID || m["environment"] != "sandbox" {
			t.Errorf("%v", m)
		}
		switch d.Event.Code {
		case "ITEM_ADD_RESULT":
			if m["public_token"] != public {
				t.Errorf("%v", m)
			}
		case "SESSION_FINISHED":
			if m["status"] != "SUCCESS" || m["public_token"] != public || m["public_tokens"].([]any)[0] != public {
				t.Errorf("%v", m)
			}
		case "EVENTS":
			list := m["events"].([]any)
			if len(list) != len(p.session().Events) || len(list) != 10 {
				t.Errorf("%d events", len(list))
			}
			first := list[0].(map[string]any)
			if first["event_name"] != "OPEN" || first["timestamp"] != "2026-11-20T12:00:00.000Z" || len(first["event_id"].(string)) != 36 {
				t.Errorf("%v", first)
			}
		}
	}
}

// TestAbandonedIsAnnounced checks what a client is told of whom nobody hears again,
// and of who comes back.
func TestAbandonedIsAnnounced(t *testing.T) {
	w := newWorld(t, "", nil)
	p := w.opens(flow.Opening{LinkToken: w.token(hooked + `,"hosted_link":{"url_lifetime_seconds":86400}`), Mode: flow.Hosted})
	w.Advance(11 * minute)
	sent := w.deliver()
	if len(sent) != 1 || sent[0].Event.Code != "EVENTS" || len(body(t, sent[0])["events"].([]any)) != 2 {
		t.Fatalf("sent %+v", sent)
	}
	p.goes(flow.Continue)
	w.wantCodes("EVENTS in 10m0s", "SESSION_FINISHED in 30m0s")
	w.Advance(31 * minute)
	sent = w.deliver()
	if len(sent) != 2 || len(body(t, sent[0])["events"].([]any)) != 3 || body(t, sent[1])["status"] != "EXITED" {
		t.Fatalf("sent %+v", sent)
	}
	// Who looks now sees the end, of which the client knows but for the last events.
	p.looks()
	p.at(flow.PaneDone)
	if sent = w.deliver(); len(sent) != 1 || sent[0].Event.Code != "EVENTS" || len(body(t, sent[0])["events"].([]any)) != 5 {
		t.Fatalf("sent %+v", sent)
	}
	p.looks()
	w.wantCodes()
}

// deliver delivers what is due, and returns it in the order of codes.
func (w *world) deliver() []store.Delivery {
	w.t.Helper()
	list, err := w.Store.ClaimDeliveries(w.t.Context(), "test", w.Now(), w.Now().Add(minute), nil, 10)
	must(w.t, err)
	for _, d := range list {
		d.State, d.NextAt = store.Delivered, time.Time{}
		must(w.t, w.Store.FinishDelivery(w.t.Context(), d))
	}
	slices.SortFunc(list, func(a, b store.Delivery) int { return strings.Compare(a.Event.Code, b.Event.Code) })
	return list
}

// TestWhoIsTold checks which sessions are announced.
func TestWhoIsTold(t *testing.T) {
	for members, want := range map[string]int{
		hooked: 0,
		`"products":["auth"],"enable_multi_item_link":true`: 0,
		hooked + `,"enable_multi_item_link":true`:           3,
	} {
		w := newWorld(t, "", nil)
		p := w.opens(flow.Opening{LinkToken: w.token(members)})
		p.goes(flow.Continue)
		p.chooses(bank)
		p.signsIn("user_good", "pass_good")
		p.shares("0000")
		p.goes(flow.Continue)
		if got := w.told(); len(got) != want {
			t.Errorf("%s: %d webhooks", members, len(got))
		}
	}
}

// TestMessages checks what the page around Link is told: every key, each message once.
func TestMessages(t *testing.T) {
	w := newWorld(t, "", nil)
	p := w.atAccounts()
	eventKeys := []string{
		"account_number_mask", "error_code", "error_message", "error_type", "exit_status", "institution_id",
		"institution_name", "institution_search_query", "is_update_mode", "link_session_id", "match_reason", "mfa_type",
		"request_id", "routing_number", "selection", "timestamp", "view_name",
	}
	decode := func(m flow.Message) map[string]any {
		t.Helper()
		text, err := json.Marshal(m)
		must(t, err)
		var out map[string]any
		must(t, json.Unmarshal(text, &out))
		if out["gingham"] != "link" {
			t.Errorf("%s", text)
		}
		return out
	}
	var requests []string
	for i, m := range p.view.Messages {
		out := decode(m)
		metadata := out["metadata"].(map[string]any)
		if out["type"] != "event" || !slices.Equal(keys(metadata), eventKeys) || m.Number != i+1 {
			t.Errorf("%v", out)
		}
		requests = append(requests, metadata["request_id"].(string))
	}
	// What is done at a pane has the request that brought it.
	if requests[2] != requests[3] || requests[4] != requests[5] || requests[1] == requests[2] {
		t.Errorf("requests %q", requests)
	}
	told := len(p.view.Messages)
	p.does(flow.Step{Action: flow.Submit, Accounts: []int{0}, Sent: told})
	if first := p.view.Messages[0]; len(p.view.Messages) != 1 || first.Number != told+1 || first.Event.ViewName != "CONNECTED" {
		t.Errorf("%+v", p.view.Messages)
	}
	p.does(flow.Step{Action: flow.Continue, Sent: 1000}) // more than there are
	p.looks()
	last := decode(p.view.Messages[len(p.view.Messages)-1])
	metadata := last["metadata"].(map[string]any)
	account := metadata["accounts"].([]any)[0].(map[string]any)
	if last["type"] != "success" || last["public_token"] != p.session().Results[0].PublicToken ||
		!slices.Equal(keys(metadata), []string{"accounts", "institution", "link_session_id", "transfer_status"}) ||
		!slices.Equal(keys(account), []string{"class_type", "id", "mask", "name", "subtype", "type", "verification_status"}) ||
		account["verification_status"] != nil || metadata["institution"].(map[string]any)["name"] != "First Platypus Bank" {
		t.Errorf("%v", last)
	}

	p = w.atCredentials()
	p.signsIn("user_good", "error_ITEM_LOCKED")
	p.goes(flow.Exit)
	last = decode(p.view.Messages[len(p.view.Messages)-1])
	failure := last["error"].(map[string]any)
	if last["type"] != "exit" || !slices.Equal(keys(failure), []string{"display_message", "error_code", "error_message", "error_type"}) ||
		failure["error_code"] != "ITEM_LOCKED" || last["metadata"].(map[string]any)["status"] != "requires_credentials" {
		t.Errorf("%v", last)
	}

	p = w.opens(flow.Opening{LinkToken: w.token(`"products":["auth"],"enable_multi_item_link":true`)})
	p.goes(flow.Continue)
	p.chooses(bank)
	p.signsIn("user_good", "pass_good")
	p.shares("0000")
	p.goes(flow.Continue)
	last = decode(p.view.Messages[len(p.view.Messages)-1])
	if last["public_token"] != nil || last["metadata"].(map[string]any)["institution"] != nil || len(last["metadata"].(map[string]any)["accounts"].([]any)) != 0 {
		t.Errorf("of several Items: %v", last)
	}
}
