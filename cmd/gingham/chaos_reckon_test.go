package main

import (
	"fmt"
	"slices"
	"strings"
)

// ofTransactions are the webhooks that tell of transactions, which the Items of
// apps send when theirs change.
var ofTransactions = []string{
	"INITIAL_UPDATE", "HISTORICAL_UPDATE", "DEFAULT_UPDATE", "TRANSACTIONS_REMOVED", "SYNC_UPDATES_AVAILABLE",
}

// reckon compares what an Item's receiver was told, in the order of its events,
// with what its app knows, and returns what doesn't agree.
func (it *watched) reckon(events []event) (wrong []error) {
	var data []event
	got := map[told]int{}
	for _, e := range events {
		if !strings.HasPrefix(e.path, it.label) {
			wrong = append(wrong, fmt.Errorf("%s came to %s", e.code, e.path))
		}
		if slices.Contains(ofTransactions, e.code) {
			data = append(data, e)
		} else {
			got[told{e.code, e.detail}]++
		}
	}
	for want, n := range it.sure {
		if got[want] < n {
			wrong = append(wrong, fmt.Errorf("lost: %s %s happened %d times and was told %d times", want.code, want.detail, n, got[want]))
		}
	}
	for is, n := range got {
		if n > it.sure[is]+it.maybe[is] {
			wrong = append(wrong, fmt.Errorf("told %d times, and happened %d times: %s %s", n, it.sure[is], is.code, is.detail))
		}
	}
	if err := it.reckonData(data); err != nil {
		wrong = append(wrong, err)
	}
	return wrong
}

// reckonData compares what was told of an Item's transactions with what following
// them showed.
func (it *watched) reckonData(data []event) error {
	if it.access == "" && len(data) == 0 {
		return nil // never claimed
	}
	if len(data) < 2 || data[0].code != "INITIAL_UPDATE" || data[1].code != "HISTORICAL_UPDATE" {
		return fmt.Errorf("lost: the first webhooks are not INITIAL_UPDATE and HISTORICAL_UPDATE, but %v", codesOf(data))
	}
	if told := data[0].fresh + data[1].fresh; told != it.initial {
		return fmt.Errorf("told of %d transactions at first, and there were %d", told, it.initial)
	}
	commits, err := commitsOf(data[2:])
	if err != nil {
		return err
	}
	for i, c := range it.changes {
		n := 1
		for n <= min(len(commits), mostFolded) && !c.is(commits[:n]) {
			n++
		}
		if n > min(len(commits), mostFolded) {
			return fmt.Errorf("lost: change %d of %d, %v, is not told by what comes next: %v", i+1, len(it.changes), c, commits[:min(len(commits), 2)])
		}
		commits = commits[n:]
	}
	// Of what can't be followed any more the end may be unseen: the background work
	// of one day.
	if len(commits) > 1 || len(commits) > 0 && !it.removed && !it.broken {
		return fmt.Errorf("told of %v, of which there is nothing", commits)
	}
	return nil
}

// mostFolded is how many commits may lie between two looks at an Item: its app's
// own, and what background work did meanwhile.
const mostFolded = 3

// commit is what webhooks told of one commit.
type commit struct {
	fresh int
	gone  []string
}

// commitsOf puts events together by the commits that they tell of, each of which ends with
// SYNC_UPDATES_AVAILABLE.
func commitsOf(data []event) (commits []commit, err error) {
	var c commit
	begun := ""
	for _, e := range data {
		switch {
		case e.code == "SYNC_UPDATES_AVAILABLE":
			commits = append(commits, c)
			c, begun = commit{}, ""
			continue
		case e.code == "DEFAULT_UPDATE" && begun == "":
			c.fresh = e.fresh
		case e.code == "TRANSACTIONS_REMOVED":
			c.gone = append(c.gone, e.gone...)
		default:
			return nil, fmt.Errorf("lost: no SYNC_UPDATES_AVAILABLE after %s and before %s %s", begun, e.code, e.id)
		}
		begun = e.code
	}
	if begun != "" {
		return nil, fmt.Errorf("lost: no SYNC_UPDATES_AVAILABLE after the last %s", begun)
	}
	return commits, nil
}

// is reports whether commits make up a change. What one of them added and another
// removed again is not seen in the change.
func (c change) is(commits []commit) bool {
	fresh, gone := 0, []string{}
	for _, k := range commits {
		if k.fresh+len(k.gone)+c.modified == 0 {
			return false // it told of nothing
		}
		fresh += k.fresh
		gone = append(gone, k.gone...)
	}
	for _, id := range c.gone {
		if !slices.Contains(gone, id) {
			return false
		}
	}
	return fresh-(len(gone)-len(c.gone)) == c.added
}

func codesOf(events []event) (codes []string) {
	for _, e := range events {
		codes = append(codes, e.code)
	}
	return codes
}
