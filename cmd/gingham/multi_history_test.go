package main

import (
	"cmp"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"
)

// history is what several instances did, as their logs tell.
type history struct {
	// leases are those of Items, attempts those to deliver webhooks that ended.
	leases   []leased
	attempts []attempted
	// last is when each instance wrote its last line: until then it lived.
	last map[string]time.Time
	// faults are lines that no log may have.
	faults []string
}

// leased is a lease that an instance had of an Item.
type leased struct {
	instance, item string
	fence          int64
	// from and to are when it said that it had it, and that it gave it back; no to is never.
	from, to time.Time
}

// attempted is an attempt to deliver a webhook that ended.
type attempted struct {
	instance, webhook string
	number            int
}

// replied is how long after a lease was given back its instance may say so: it
// does when the store's reply has come, and by then another may have leased the
// Item. A lease that was taken away is found however short it is, as whoever had
// it can't commit and says that.
const replied = time.Second

// readHistory reads the logs of instances, by their names.
func readHistory(logs map[string]string) (*history, error) {
	h := &history{last: map[string]time.Time{}}
	for instance, log := range logs {
		if err := h.read(instance, log); err != nil {
			return nil, err
		}
	}
	slices.SortFunc(h.leases, func(a, b leased) int {
		return cmp.Or(strings.Compare(a.item, b.item), cmp.Compare(a.fence, b.fence))
	})
	return h, nil
}

// read adds the log of an instance, in JSON. Its last line may be cut off.
func (h *history) read(instance, log string) error {
	open := map[string]int{}
	for text := range strings.Lines(log) {
		if !strings.HasSuffix(text, "\n") {
			break
		}
		var line struct {
			Time    time.Time `json:"time"`
			Level   string    `json:"level"`
			Msg     string    `json:"msg"`
			Item    string    `json:"item_id"`
			Fence   int64     `json:"fence"`
			Webhook string    `json:"webhook_id"`
			Attempt int       `json:"attempt"`
			Error   string    `json:"error"`
		}
		err := json.Unmarshal([]byte(text), &line)
		if err != nil || line.Level == "ERROR" || strings.Contains(line.Error, "lease lost") {
			h.faults = append(h.faults, instance+": "+strings.TrimSpace(text)) // or what isn't JSON: a panic, a data race
			continue
		}
		h.last[instance] = line.Time
		key := fmt.Sprint(line.Item, " ", line.Fence)
		switch line.Msg {
		case "item leased":
			open[key] = len(h.leases)
			h.leases = append(h.leases, leased{instance: instance, item: line.Item, fence: line.Fence, from: line.Time})
		case "item released":
			i, ok := open[key]
			if !ok {
				return fmt.Errorf("%s gave back %s with fence %d, and never leased it", instance, line.Item, line.Fence)
			}
			h.leases[i].to = line.Time
		case "webhook delivered", "webhook not delivered":
			h.attempts = append(h.attempts, attempted{instance, line.Webhook, line.Attempt})
		}
	}
	return nil
}

// check finds what must not be: two leases of an Item at a time, a lease that was
// lost, an attempt made twice. A lease that was not given back was held for as long
// as its instance lived; it may have been given back right before that ended.
func (h *history) check() (wrong []error) {
	for _, text := range h.faults {
		wrong = append(wrong, fmt.Errorf("in the log of %s", text))
	}
	for i := 1; i < len(h.leases); i++ {
		a, b := h.leases[i-1], h.leases[i]
		until := a.to
		if until.IsZero() {
			until = h.last[a.instance]
		}
		switch {
		case a.item != b.item:
		case a.fence == b.fence:
			wrong = append(wrong, fmt.Errorf("%s and %s both leased %s with fence %d", a.instance, b.instance, a.item, a.fence))
		case b.from.Before(a.from) || b.from.Before(until.Add(-replied)):
			wrong = append(wrong, fmt.Errorf("%s leased %s with fence %d %v before %s gave back fence %d",
				b.instance, b.item, b.fence, until.Sub(b.from), a.instance, a.fence))
		}
	}
	by := map[attempted]string{}
	for _, a := range h.attempts {
		key := attempted{webhook: a.webhook, number: a.number}
		if was, ok := by[key]; ok {
			wrong = append(wrong, fmt.Errorf("attempt %d at webhook %s was made twice, by %s and by %s", a.number, a.webhook, was, a.instance))
		}
		by[key] = a.instance
	}
	return wrong
}

// kept are the leases that were never given back.
func (h *history) kept() (list []leased) {
	for _, l := range h.leases {
		if l.to.IsZero() {
			list = append(list, l)
		}
	}
	return list
}

// takenOver reports whether another instance leased the Item of a lease after it.
func (h *history) takenOver(l leased) bool {
	return slices.ContainsFunc(h.leases, func(o leased) bool {
		return o.item == l.item && o.fence > l.fence && o.instance != l.instance
	})
}

// TestHistory checks that what must not be is found in logs, and nothing else.
func TestHistory(t *testing.T) {
	const (
		day   = `{"time":"2026-11-21T12:00:`
		lease = `"level":"DEBUG","msg":"item leased","item_id":"i","owner":"o","fence":`
		back  = `"level":"DEBUG","msg":"item released","item_id":"i","owner":"o","fence":`
		sent  = `"level":"DEBUG","msg":"webhook delivered","webhook_id":"w","item_id":"i","attempt":`
		fails = `"level":"INFO","msg":"webhook not delivered","webhook_id":"w","item_id":"i","attempt":`
	)
	line := func(second, rest string) string { return day + second + `Z",` + rest + "}\n" }
	for name, tt := range map[string]struct {
		a, b  string
		wrong string
	}{
		"well": {
			line("01.0", lease+"1") + line("03.0", back+"1") + line("03.1", fails+"1") + line("40.0", lease+"3"),
			line("02.999", lease+"2") + line("05.0", back+"2") + line("33.1", sent+"2") + `{"time":`, "",
		},
		"taken over": {line("01.0", lease+"1"), line("21.0", lease+"2"), ""},
		"overlap": {
			line("01.0", lease+"1") + line("05.0", back+"1"), line("02.0", lease+"2") + line("02.1", back+"2"),
			"b leased i with fence 2 3s before a gave back fence 1",
		},
		"out of order":   {line("05.0", lease+"1") + line("05.1", back+"1"), line("04.9", lease+"2"), "b leased i with fence 2 200ms before a gave back fence 1"},
		"one fence":      {line("01.0", lease+"1") + line("01.1", back+"1"), line("02.0", lease+"1"), "both leased i with fence 1"},
		"stolen":         {line("01.0", lease+"1") + line("18.0", sent+"1"), line("15.0", lease+"2"), "b leased i with fence 2 3s before a gave back fence 1"},
		"sent twice":     {line("01.0", sent+"1"), line("02.0", sent+"1"), "attempt 1 at webhook w was made twice"},
		"sent and not":   {line("01.0", sent+"2"), line("02.0", fails+"2"), "attempt 2 at webhook w was made twice"},
		"lost":           {line("01.0", `"level":"WARN","msg":"x","error":"ledger: lease lost\nstore: conflict"`), "", "lease lost"},
		"an error":       {line("01.0", `"level":"ERROR","msg":"x"`), "", "in the log of a"},
		"a panic":        {"panic: oh\n", "", "panic: oh"},
		"of nobody":      {line("01.0", back+"1"), "", "never leased it"},
		"of another one": {line("01.0", lease+"1"), line("02.0", back+"1"), "never leased it"},
	} {
		h, err := readHistory(map[string]string{"a": tt.a, "b": tt.b})
		var wrong []error
		if err != nil {
			wrong = []error{err}
		} else {
			wrong = h.check()
		}
		if tt.wrong == "" && len(wrong) > 0 || tt.wrong != "" && (len(wrong) != 1 || !strings.Contains(wrong[0].Error(), tt.wrong)) {
			t.Errorf("%s: found %v, want %q", name, wrong, tt.wrong)
		}
	}
}
