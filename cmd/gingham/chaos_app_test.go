package main

import (
	"errors"
	"fmt"
	"maps"
	"math/rand/v2"
	"net/http"
	"time"
)

// app is a client that links Items whose webhooks come to a receiver, and works
// on them. It knows of each change whether it was acknowledged, and finds out of
// those that were cut off whether they happened. Nobody else works on its Items.
type app struct {
	name, id, secret string
	// hooks is where its webhooks go.
	hooks  string
	http   *http.Client
	random *rand.Rand
	items  []*watched
	// links counts the Items that it asked to link.
	links int
	// linger is how long a lease lasts of a program that was killed.
	linger time.Duration
	// told is called with every acknowledged change. cut counts those that were cut off,
	// happened those of them that are there nevertheless.
	told          func(op string)
	cut, happened int
}

const (
	mostWatched = 6
	// dynamic is a user of whom every refresh finds something new.
	dynamic = "user_transactions_dynamic"
)

// fired are webhooks that can be had although nothing has happened, and that
// don't come otherwise.
var fired = []string{"NEW_ACCOUNTS_AVAILABLE", "PENDING_DISCONNECT", "USER_ACCOUNT_REVOKED"}

// ask sends what must succeed.
func (a *app) ask(p *process, path string, body fields) (reply, error) {
	r, err := a.post(p, path, body)
	if err == nil && r.status != http.StatusOK {
		err = fmt.Errorf("%s %v was answered %s", path, body, r.code())
	}
	return r, err
}

func (a *app) post(p *process, path string, body fields) (reply, error) {
	whole := fields{"client_id": a.id, "secret": a.secret}
	for k, v := range body {
		whole[k] = v
	}
	return p.post(a.http, path, whole)
}

// work makes changes until the program is gone, and returns another error if it
// says something that it shouldn't.
func (a *app) work(p *process) error {
	for {
		it, op := a.choose()
		it.doubt = op
		if err := a.change(p, it, op); err != nil {
			if errors.Is(err, errGone) {
				it.restUntil = time.Now().Add(a.linger)
			}
			return err
		}
		it.doubt, it.asked, it.owed = "", "", op == "refresh"
		a.told(op)
		if op == "exchange" || op == "refresh" {
			if err := a.follow(p, it); err != nil {
				return err
			}
		}
	}
}

// choose picks a change that can be made.
func (a *app) choose() (*watched, string) {
	var live []*watched
	for _, it := range a.items {
		if !it.removed {
			live = append(live, it)
		}
	}
	if len(live) == 0 || len(live) < mostWatched && a.random.IntN(5) == 0 {
		a.links++
		return &watched{label: fmt.Sprintf("/%s/%d/", a.name, a.links), sure: map[told]int{}, maybe: map[told]int{}}, "link"
	}
	it := live[a.random.IntN(len(live))]
	if it.access == "" {
		return it, "exchange"
	}
	leased := !it.broken && time.Now().After(it.restUntil)
	switch n := a.random.IntN(40); {
	case n < 20 && leased:
		return it, "refresh"
	case n < 30:
		return it, "webhook"
	case n < 38:
		return it, "fire"
	case n < 39 && leased:
		return it, "reset"
	default:
		return it, "remove"
	}
}

func (a *app) change(p *process, it *watched, op string) error {
	access := fields{"access_token": it.access}
	switch op {
	case "link":
		it.url = a.hooks + it.label + "0"
		r, err := a.ask(p, "/sandbox/public_token/create", fields{
			"institution_id": "ins_109508", "initial_products": []string{"transactions"},
			"options": fields{"override_username": dynamic, "override_password": "x", "webhook": it.url},
		})
		if err != nil {
			return err
		}
		it.public = r.text("public_token")
		a.items = append(a.items, it)
	case "exchange":
		r, err := a.ask(p, "/item/public_token/exchange", fields{"public_token": it.public})
		if err != nil {
			return err
		}
		it.access, it.id = r.text("access_token"), r.text("item_id")
	case "refresh":
		_, err := a.ask(p, "/transactions/refresh", access)
		return err
	case "webhook":
		it.urls++
		it.asked = fmt.Sprintf("%s%s%d", a.hooks, it.label, it.urls)
		if _, err := a.ask(p, "/item/webhook/update", fields{"access_token": it.access, "webhook": it.asked}); err != nil {
			return err
		}
		it.moved()
	case "fire":
		it.asked = fired[a.random.IntN(len(fired))]
		for it.asked == it.last {
			it.asked = fired[a.random.IntN(len(fired))]
		}
		if _, err := a.ask(p, "/sandbox/item/fire_webhook", fields{"access_token": it.access, "webhook_code": it.asked}); err != nil {
			return err
		}
		it.fired()
	case "reset":
		if _, err := a.ask(p, "/sandbox/item/reset_login", access); err != nil {
			return err
		}
		it.broke()
	case "remove":
		if _, err := a.ask(p, "/item/remove", access); err != nil {
			return err
		}
		it.removed = true
	}
	return nil
}

// follow follows an Item's transactions and notes what changed.
func (a *app) follow(p *process, it *watched) error {
	cursor, rows, c := it.cursor, map[string]bool{}, change{}
	for more := true; more; {
		r, err := a.ask(p, "/transactions/sync", fields{"access_token": it.access, "cursor": cursor, "count": everyPage})
		if err != nil {
			return err
		}
		for _, t := range r.fields["added"].([]any) {
			rows[t.(fields)["transaction_id"].(string)] = true
		}
		for _, t := range r.fields["removed"].([]any) {
			c.gone = append(c.gone, t.(fields)["transaction_id"].(string))
		}
		c.modified += len(r.fields["modified"].([]any))
		cursor, more = r.text("next_cursor"), r.fields["has_more"].(bool)
	}
	c.added = len(rows)
	return it.learn(cursor, rows, c)
}

// verify compares what the app knows of its Items with what is there, after what
// may have cut changes off. It returns what is wrong.
func (a *app) verify(p *process) (wrong []error) {
	var known []*watched
	for _, it := range a.items {
		if it.doubt != "" {
			a.cut++
		}
		lost, err := a.verifyItem(p, it)
		if err != nil {
			wrong = append(wrong, fmt.Errorf("item %s, with its last change %q in doubt: %w", it.id, it.doubt, err))
		}
		it.doubt, it.asked = "", ""
		if !lost {
			known = append(known, it)
		}
	}
	a.items = known
	return wrong
}

func (a *app) verifyItem(p *process, it *watched) (lost bool, err error) {
	if it.removed && it.doubt == "" {
		return false, nil
	}
	if it.access == "" {
		r, err := a.post(p, "/item/public_token/exchange", fields{"public_token": it.public})
		if err == nil && r.status != http.StatusOK {
			if lost = it.doubt == "exchange" && r.text("error_message") == "could not find matching public token"; !lost {
				err = fmt.Errorf("the public token is gone: %s", r.code())
			}
		}
		if lost {
			a.happened++
		}
		if err != nil || lost {
			return lost, err
		}
		it.access, it.id = r.text("access_token"), r.text("item_id")
	}
	r, err := a.post(p, "/item/get", fields{"access_token": it.access})
	if err != nil {
		return false, err
	}
	if r.text("error_code") == "ITEM_NOT_FOUND" && (it.removed || it.doubt == "remove") {
		if !it.removed {
			a.happened++
		}
		it.removed = true
		return false, nil
	}
	if r.status != http.StatusOK || it.removed {
		return false, fmt.Errorf("removed %v, and answers %d %s", it.removed, r.status, r.code())
	}
	happened, err := it.resolve(r)
	if err == nil && !it.broken {
		seen := len(it.changes)
		err = a.follow(p, it)
		happened = happened || it.doubt == "refresh" && len(it.changes) > seen
	}
	if happened {
		a.happened++
	}
	return false, err
}

// reread checks that an Item's transactions, read from the beginning, are those
// that following them gave.
func (a *app) reread(p *process, it *watched) error {
	if it.removed || it.broken {
		return nil
	}
	var anew *watched
	for range 3 {
		anew = &watched{access: it.access}
		if err := a.follow(p, anew); err != nil {
			return err
		}
		if maps.Equal(anew.rows, it.rows) {
			return nil
		}
		// Background work may have come between.
		if err := a.follow(p, it); err != nil {
			return err
		}
	}
	if !maps.Equal(anew.rows, it.rows) {
		return fmt.Errorf("item %s: following gave %d transactions, there are %d, or others", it.id, len(it.rows), len(anew.rows))
	}
	return nil
}
