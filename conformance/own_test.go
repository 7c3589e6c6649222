package conformance

import (
	"bytes"
	"context"
	"encoding/json"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/gingham-dev/gingham/conformance/caller"
	"github.com/gingham-dev/gingham/conformance/receiver"
	"github.com/gingham-dev/gingham/conformance/server"
)

// own is a server of one test alone, whose clock, keys and Items are the test's to
// change, and the receiver of its webhooks.
type own struct {
	// Caller calls it through a proxy, direct without one.
	*caller.Caller
	direct *caller.Caller
	hooks  *receiver.Receiver
}

// newOwn starts a server. When the test is over, all that it answered and sent has
// to have been good.
func newOwn(t *testing.T) *own {
	t.Helper()
	f, err := start(t.Context(), server.Sibling(store, strings.ToLower(t.Name())))
	if err != nil {
		t.Fatal(err)
	}
	o := &own{
		Caller: caller.New(f.http.URL, f.server.ClientID, f.server.Secret),
		direct: caller.New(f.server.URL, f.server.ClientID, f.server.Secret),
	}
	o.hooks = receiver.New(receiver.KeysOf(o.Caller), description)
	t.Cleanup(func() {
		if err := f.stop(); err != nil {
			t.Error("stop the server:", err)
		}
		o.hooks.Close()
		for _, v := range f.proxy.Violations() {
			t.Error("violation:", v)
		}
		for _, err := range o.hooks.Problems() {
			t.Error(err)
		}
		t.Logf("%d webhooks verified", len(o.hooks.All()))
		if t.Failed() {
			t.Logf("the server's log ends with:\n%s", f.server.Log())
		}
		seen.add(f.proxy.Served())
	})
	return o
}

// call posts a request that has to succeed.
func (o *own) call(t *testing.T, path string, request any) caller.Object {
	t.Helper()
	return callAs(t, o.Caller, path, request)
}

// linked is an Item that tells of itself.
type linked struct{ access, id string }

// link makes an Item that tells the receiver of itself, and begins to sync it.
func (o *own) link(t *testing.T, i caller.Item) linked {
	t.Helper()
	i.Webhook = o.hooks.URL + "/first"
	public, err := o.PublicToken(t.Context(), i)
	if err != nil {
		t.Fatal(err)
	}
	access, id, err := o.Exchange(t.Context(), public)
	if err != nil {
		t.Fatal(err)
	}
	o.call(t, "/transactions/sync", caller.Object{"access_token": access})
	return linked{access: access, id: id}
}

// now is the server's time.
func (o *own) now(t *testing.T) time.Time {
	t.Helper()
	return instant(t, o.call(t, "/gingham/clock/get", caller.Object{})["now"])
}

func instant(t *testing.T, v any) time.Time {
	t.Helper()
	text, _ := v.(string)
	at, err := time.Parse(time.RFC3339, text)
	if err != nil {
		t.Fatal(err)
	}
	return at
}

// advance moves the server's clock. By its return all that has come due is done, and
// every webhook that is due was sent.
func (o *own) advance(t *testing.T, by time.Duration) {
	t.Helper()
	moved := o.call(t, "/gingham/clock/advance", caller.Object{"seconds": by.Seconds()})
	for moved["reached"] != true {
		moved = o.call(t, "/gingham/clock/set", caller.Object{"now": moved["target"]})
	}
}

// settle moves the clock past the time that a new Item's webhooks wait.
func (o *own) settle(t *testing.T) {
	t.Helper()
	o.advance(t, 2*time.Second)
}

// fresh returns what came since the n webhooks that were there before.
func (o *own) fresh(n int) []receiver.Webhook { return o.hooks.All()[n:] }

// wait returns the first webhook that suits.
func (o *own) wait(t *testing.T, suits func(receiver.Webhook) bool) receiver.Webhook {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	defer cancel()
	hook, err := o.hooks.Wait(ctx, suits)
	if err != nil {
		t.Fatal("wait for a webhook:", err)
	}
	return hook
}

// sent returns all webhooks that the server says there are, the newest first, page
// by page.
func (o *own) sent(t *testing.T) []caller.Object {
	t.Helper()
	var all []caller.Object
	request := caller.Object{"count": 50}
	for {
		page := o.call(t, "/gingham/webhooks/list", request)
		all = append(all, list(t, page, "webhooks")...)
		if page["next_cursor"] == nil {
			return all
		}
		request["cursor"] = page["next_cursor"]
	}
}

// audit compares what came with what the server says that it sent, which has to be
// delivered: each of them came, as it says.
func (o *own) audit(t *testing.T) {
	t.Helper()
	came := map[string]receiver.Webhook{}
	for _, hook := range o.hooks.All() {
		came[hook.ID] = hook
	}
	sent := o.sent(t)
	if len(sent) == 0 {
		t.Error("the server says that it sent nothing")
	}
	for _, hook := range sent {
		got, ok := came[hook["webhook_id"].(string)]
		if !ok || hook["state"] != "delivered" {
			t.Errorf("it came: %v, but the server says %v", ok, hook)
			continue
		}
		d := json.NewDecoder(bytes.NewReader(got.Body))
		d.UseNumber()
		var body caller.Object
		if err := d.Decode(&body); err != nil {
			t.Fatal(err)
		}
		if !reflect.DeepEqual(body, hook["body"]) {
			t.Errorf("%s came, but the server says %v", got.Body, hook["body"])
		}
	}
}

// toldBy lists types and codes, as "ITEM ERROR", with how often each came.
func toldBy(hooks []receiver.Webhook) map[string]int {
	counts := map[string]int{}
	for _, hook := range hooks {
		counts[hook.Type+" "+hook.Code]++
	}
	return counts
}
