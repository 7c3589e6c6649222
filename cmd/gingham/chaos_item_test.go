package main

import (
	"errors"
	"fmt"
	"slices"
	"time"
)

// watched is an Item as its app knows it: what it must have told, and what it may.
type watched struct {
	// label begins the paths of its webhooks; url is where they go, urls how often that changed.
	label, url string
	urls       int
	// public is a token that was not exchanged yet; access what it was exchanged for.
	public, access, id string
	// removed and broken Items can't be followed any more.
	removed, broken bool
	// restUntil is when a lease has ended that a killed program may have had.
	restUntil time.Time

	// cursor and rows are what following /transactions/sync gave, initial how many
	// there were at first, changes what it told of since.
	cursor  string
	rows    map[string]bool
	initial int
	changes []change
	// owed says that a refresh was acknowledged that was not seen yet.
	owed bool

	// sure is what it must have told besides its transactions, and how often; maybe
	// is what it may have. last is what it told last of it.
	sure, maybe map[told]int
	last        string

	// doubt is the change that was asked for and not answered, and asked what it was
	// to set.
	doubt, asked string
}

// told is a webhook by its code, and by what tells it from others of that code.
type told struct{ code, detail string }

// change is what /transactions/sync told of between two moments: one commit, or
// several.
type change struct {
	added, modified int
	gone            []string
}

// moved notes that the Item's webhook was changed as asked.
func (it *watched) moved() {
	it.url = it.asked
	it.last = "WEBHOOK_UPDATE_ACKNOWLEDGED"
	it.sure[told{it.last, it.url}]++
}

// fired notes that a webhook was fired as asked.
func (it *watched) fired() {
	it.last = it.asked
	it.sure[told{it.asked, ""}]++
}

// broke notes that the Item's login was reset.
func (it *watched) broke() {
	it.broken, it.last = true, "ERROR"
	it.sure[told{"ERROR", "ITEM_LOGIN_REQUIRED"}]++
}

// resolve finds out from /item/get whether the change in doubt happened, if that
// shows there. Its error says what is not as it was acknowledged.
func (it *watched) resolve(r reply) (happened bool, err error) {
	item := r.fields["item"].(fields)
	webhook, _ := item["webhook"].(string)
	broken := item["error"] != nil
	switch {
	case it.doubt == "webhook" && webhook == it.asked:
		it.moved()
		happened = true
	case it.doubt == "fire" && lastWebhook(r) == it.asked:
		it.fired()
		happened = true
	case it.doubt == "fire" && slices.Contains(ofTransactions, lastWebhook(r)):
		it.maybe[told{it.asked, ""}]++ // background work may have come after it
	case it.doubt == "reset" && broken:
		it.broke()
		happened = true
	}
	if item["item_id"] != it.id || webhook != it.url || broken != it.broken {
		err = fmt.Errorf("is %v, want item_id %s, webhook %q and an error %v", item, it.id, it.url, it.broken)
	}
	return happened, err
}

// lastWebhook is the code of the webhook that /item/get says was sent last.
func lastWebhook(r reply) string {
	status, _ := r.fields["status"].(fields)
	last, _ := status["last_webhook"].(fields)
	code, _ := last["code_sent"].(string)
	return code
}

// learn takes in what following gave.
func (it *watched) learn(cursor string, rows map[string]bool, c change) error {
	if it.cursor == "" {
		it.cursor, it.rows, it.initial = cursor, rows, len(rows)
		return nil
	}
	for _, id := range c.gone {
		if !it.rows[id] {
			return fmt.Errorf("transaction %s was removed that never was", id)
		}
		delete(it.rows, id)
	}
	for id := range rows {
		if it.rows[id] {
			return fmt.Errorf("transaction %s was added twice", id)
		}
		it.rows[id] = true
	}
	it.cursor = cursor
	if c.added+c.modified+len(c.gone) > 0 {
		it.last = "SYNC_UPDATES_AVAILABLE"
		it.changes = append(it.changes, c)
	} else if it.owed {
		return errors.New("a refresh that was acknowledged is not there")
	}
	it.owed = false
	return nil
}
