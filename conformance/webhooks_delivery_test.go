package conformance

import (
	"bytes"
	"net/http"
	"testing"
	"time"

	"github.com/gingham-dev/gingham/conformance/caller"
	"github.com/gingham-dev/gingham/conformance/receiver"
)

// arrivals are the webhooks that came, by their ids.
func arrivals(hooks []receiver.Webhook) map[string][]receiver.Webhook {
	all := map[string][]receiver.Webhook{}
	for _, hook := range hooks {
		all[hook.ID] = append(all[hook.ID], hook)
	}
	return all
}

// TestWebhooksAreRetried refuses every webhook twice: it comes again after 30 seconds
// and after two minutes more, with the same id and body and signed anew.
func TestWebhooksAreRetried(t *testing.T) {
	t.Parallel()
	o := newOwn(t)
	item := o.link(t, caller.Item{User: caller.Dynamic})
	o.settle(t)
	before := len(o.hooks.All())
	// It takes the others, as a receiver that takes next to nothing is not tried again.
	o.hooks.Answer(func(hook receiver.Webhook) int {
		if hook.Type == "ITEM" && len(arrivals(o.hooks.All())[hook.ID]) < 3 {
			return http.StatusServiceUnavailable
		}
		return http.StatusOK
	})
	for _, code := range []string{"NEW_ACCOUNTS_AVAILABLE", "DEFAULT_UPDATE"} {
		o.call(t, "/sandbox/item/fire_webhook", caller.Object{"access_token": item.access, "webhook_code": code})
	}
	refused := o.wait(t, func(hook receiver.Webhook) bool { return hook.Code == "NEW_ACCOUNTS_AVAILABLE" })
	for _, step := range []struct {
		by   time.Duration
		want int
	}{{15 * time.Second, 1}, {20 * time.Second, 2}, {60 * time.Second, 2}, {70 * time.Second, 3}, {time.Hour, 3}} {
		o.advance(t, step.by)
		if n := len(arrivals(o.fresh(before))[refused.ID]); n != step.want {
			t.Errorf("after %v more it has come %d times, not %d", step.by, n, step.want)
		}
	}
	for id, list := range arrivals(o.fresh(before)) {
		for _, again := range list[1:] {
			if !bytes.Equal(again.Body, list[0].Body) {
				t.Errorf("%s came as %s and then as %s", id, list[0].Body, again.Body)
			}
			if again.Token == list[0].Token {
				t.Errorf("%s came with the same signature twice", id)
			}
		}
	}
	o.audit(t)
}

// TestDrill has webhooks delivered badly, and sent again.
func TestDrill(t *testing.T) {
	t.Parallel()
	o := newOwn(t)
	item := o.link(t, caller.Item{User: caller.Dynamic})
	o.settle(t)
	before := len(o.hooks.All())
	drill := caller.Object{"duplicate": true, "delay_seconds": 60, "reorder": true}
	for key, value := range o.call(t, "/gingham/webhooks/drill", drill) {
		if key != "request_id" && text(value) != text(drill[key]) {
			t.Errorf("%s is %v", key, value)
		}
	}
	codes := []string{"NEW_ACCOUNTS_AVAILABLE", "LOGIN_REPAIRED", "DEFAULT_UPDATE", "USER_ACCOUNT_REVOKED"}
	for _, code := range codes {
		o.call(t, "/sandbox/item/fire_webhook", caller.Object{"access_token": item.access, "webhook_code": code})
	}
	o.advance(t, 10*time.Second)
	if early := o.fresh(before); len(early) > 0 {
		t.Errorf("%d webhooks came early", len(early))
	}
	o.advance(t, 10*time.Minute)
	twice := arrivals(o.fresh(before))
	if len(twice) != len(codes) {
		t.Errorf("%d webhooks came", len(twice))
	}
	var ids []string
	for id, list := range twice {
		ids = append(ids, id)
		if len(list) != 2 {
			t.Errorf("%s came %d times", id, len(list))
		}
	}
	o.call(t, "/gingham/webhooks/drill", caller.Object{})
	before = len(o.hooks.All())
	if reply := o.call(t, "/gingham/webhooks/replay", caller.Object{"webhook_ids": ids}); text(reply["replayed"]) != text(len(ids)) {
		t.Errorf("replayed are %v", reply["replayed"])
	}
	o.settle(t)
	for id, list := range arrivals(o.fresh(before)) {
		if len(list) != 1 || twice[id] == nil {
			t.Errorf("%s was sent again %d times", id, len(list))
		}
	}
	o.audit(t)
}
