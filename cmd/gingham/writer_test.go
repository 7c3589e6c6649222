package main

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"net/http"
	"slices"
)

type fields = map[string]any

// writer is an app that links Items and works on them, and remembers what it was
// told. Nobody else works on its Items.
type writer struct {
	http   *http.Client
	random *rand.Rand
	items  []*linked
	// told is called for every acknowledged change.
	told func()
}

// linked is an Item as its app knows it.
type linked struct {
	// public is a token that was not exchanged yet; access what it was exchanged for.
	public, access, id string
	// dead are access tokens that were replaced.
	dead      []string
	processor string
	webhook   string
	removed   bool
	// total is how many transactions there were; rows and cursor are what
	// following /transactions/sync gave.
	total  int
	cursor string
	rows   map[string]bool

	// doubt is the change that was asked for and not answered, and asked what it
	// was to set.
	doubt, asked string
}

const (
	maxItems   = 20
	everyPage  = 500
	unknownOne = "INVALID_ACCESS_TOKENcould not find matching access token"
)

// work makes changes until the program is gone, and returns another error if it
// says something that it shouldn't.
func (w *writer) work(p *process) error {
	for {
		it, op := w.choose()
		it.doubt = op
		if err := w.change(p, it, op); err != nil {
			return err
		}
		it.doubt, it.asked = "", ""
		w.told()
	}
}

// choose picks a change that can be made.
func (w *writer) choose() (*linked, string) {
	live := slices.Collect(func(yield func(*linked) bool) {
		for _, it := range w.items {
			if !it.removed && !yield(it) {
				return
			}
		}
	})
	if len(live) == 0 || len(live) < maxItems && w.random.IntN(4) == 0 {
		return &linked{rows: map[string]bool{}}, "link"
	}
	it := live[w.random.IntN(len(live))]
	if it.access == "" {
		return it, "exchange"
	}
	switch n := w.random.IntN(20); {
	case n < 8:
		return it, "refresh"
	case n < 12:
		return it, "rotate"
	case n < 16:
		return it, "webhook"
	case n < 19:
		return it, "processor"
	default:
		return it, "remove"
	}
}

// ask is post for what must succeed.
func (w *writer) ask(p *process, path string, body fields) (reply, error) {
	r, err := p.post(w.http, path, body)
	if err == nil && r.status != http.StatusOK {
		err = fmt.Errorf("%s %v was answered %s", path, body, r.code())
	}
	return r, err
}

func (w *writer) change(p *process, it *linked, op string) error {
	access := fields{"access_token": it.access}
	switch op {
	case "link":
		r, err := w.ask(p, "/sandbox/public_token/create", fields{
			"institution_id": "ins_109508", "initial_products": []string{"transactions"},
			"options": fields{"override_username": "user_transactions_dynamic", "override_password": "x"},
		})
		if err != nil {
			return err
		}
		it.public = r.text("public_token")
		w.items = append(w.items, it)
	case "exchange":
		r, err := w.ask(p, "/item/public_token/exchange", fields{"public_token": it.public})
		if err != nil {
			return err
		}
		it.access, it.id = r.text("access_token"), r.text("item_id")
	case "refresh":
		if _, err := w.ask(p, "/transactions/refresh", access); err != nil {
			return err
		}
		return w.follow(p, it)
	case "rotate":
		r, err := w.ask(p, "/item/access_token/invalidate", access)
		if err != nil {
			return err
		}
		it.dead = append(it.dead, it.access)
		it.access = r.text("new_access_token")
	case "webhook":
		it.asked = fmt.Sprintf("https://app.example/%d", w.random.Uint64())
		if _, err := w.ask(p, "/item/webhook/update", fields{"access_token": it.access, "webhook": it.asked}); err != nil {
			return err
		}
		it.webhook = it.asked
	case "processor":
		r, err := w.ask(p, "/accounts/get", access)
		if err != nil {
			return err
		}
		first := r.fields["accounts"].([]any)[0].(fields)["account_id"]
		r, err = w.ask(p, "/processor/token/create", fields{"access_token": it.access, "account_id": first, "processor": "dwolla"})
		if err != nil {
			return err
		}
		it.processor = r.text("processor_token")
	case "remove":
		if _, err := w.ask(p, "/item/remove", access); err != nil {
			return err
		}
		it.removed = true
	}
	return nil
}

// follow follows an Item's transactions, and checks that what it has then is
// what is listed.
func (w *writer) follow(p *process, it *linked) error {
	rows, cursor := maps.Clone(it.rows), it.cursor
	for more := true; more; {
		r, err := w.ask(p, "/transactions/sync", fields{"access_token": it.access, "cursor": cursor, "count": everyPage})
		if err != nil {
			return err
		}
		for _, t := range r.fields["added"].([]any) {
			id := t.(fields)["transaction_id"].(string)
			if rows[id] {
				return fmt.Errorf("transaction %s was added twice", id)
			}
			rows[id] = true
		}
		for _, t := range r.fields["removed"].([]any) {
			id := t.(fields)["transaction_id"].(string)
			if !rows[id] {
				return fmt.Errorf("transaction %s was removed that never was", id)
			}
			delete(rows, id)
		}
		for _, t := range r.fields["modified"].([]any) {
			if id := t.(fields)["transaction_id"].(string); !rows[id] {
				return fmt.Errorf("transaction %s was modified that never was", id)
			}
		}
		cursor, more = r.text("next_cursor"), r.fields["has_more"].(bool)
	}
	total, listed := 0, map[string]bool{}
	for more := true; more; more = len(listed) < total {
		r, err := w.ask(p, "/transactions/get", fields{
			"access_token": it.access, "start_date": "2000-01-01", "end_date": "2099-12-31",
			"options": fields{"count": everyPage, "offset": len(listed)},
		})
		if err != nil {
			return err
		}
		total = int(r.fields["total_transactions"].(float64))
		page := r.fields["transactions"].([]any)
		for _, t := range page {
			listed[t.(fields)["transaction_id"].(string)] = true
		}
		if len(page) == 0 && total > 0 {
			return fmt.Errorf("%d transactions of %d are listed", len(listed), total)
		}
	}
	if total < it.total {
		return fmt.Errorf("there are %d transactions, and were %d", total, it.total)
	}
	if !maps.Equal(rows, listed) {
		return fmt.Errorf("/transactions/sync gave %d transactions, %d are listed, or others", len(rows), len(listed))
	}
	it.total, it.rows, it.cursor = total, rows, cursor
	return nil
}

// verify compares what the writer was told with what is there, and forgets the
// Items that are lost for a reason: whose last change was not answered, and may
// have taken its token. It returns what else is wrong.
func (w *writer) verify(p *process) (wrong []error) {
	w.items = slices.DeleteFunc(w.items, func(it *linked) bool {
		lost, err := w.verifyItem(p, it)
		if err != nil {
			wrong = append(wrong, fmt.Errorf("item %s, with its last change %q in doubt: %w", it.id, it.doubt, err))
		}
		it.doubt, it.asked = "", ""
		return lost || err != nil
	})
	return wrong
}

func (w *writer) verifyItem(p *process, it *linked) (lost bool, err error) {
	if it.access == "" {
		r, err := p.post(w.http, "/item/public_token/exchange", fields{"public_token": it.public})
		if err == nil && r.status != http.StatusOK {
			if lost = it.doubt == "exchange" && r.text("error_message") == "could not find matching public token"; !lost {
				err = fmt.Errorf("the public token is gone: %s", r.code())
			}
		}
		it.access, it.id = r.text("access_token"), r.text("item_id")
		if err != nil || lost {
			return lost, err
		}
	}
	r, err := p.post(w.http, "/item/get", fields{"access_token": it.access})
	if err != nil {
		return false, err
	}
	for _, token := range it.dead[max(0, len(it.dead)-3):] {
		if r, err := p.post(w.http, "/item/get", fields{"access_token": token}); err != nil || r.code() != unknownOne {
			return false, fmt.Errorf("a token that was replaced: %s %w", r.code(), err)
		}
	}
	if r.text("error_code") == "ITEM_NOT_FOUND" && (it.removed || it.doubt == "remove") {
		it.removed = true
		return false, nil
	}
	if it.doubt == "rotate" && r.code() == unknownOne {
		return true, nil
	}
	if r.status != http.StatusOK || it.removed {
		return false, fmt.Errorf("removed %v, and answers %d %s", it.removed, r.status, r.code())
	}
	item := r.fields["item"].(fields)
	webhook, _ := item["webhook"].(string)
	if item["item_id"] != it.id || webhook != it.webhook && (it.asked == "" || webhook != it.asked) {
		return false, fmt.Errorf("is %v, want item_id %s and webhook %q", item, it.id, it.webhook)
	}
	it.webhook = webhook
	if it.processor != "" {
		if _, err := w.ask(p, "/processor/account/get", fields{"processor_token": it.processor}); err != nil {
			return false, err
		}
	}
	return false, w.follow(p, it)
}
