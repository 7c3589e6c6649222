package simplefin

import (
	"bytes"
	"context"
	"fmt"

	"github.com/gingham-dev/gingham/models"
	"github.com/gingham-dev/gingham/providers"
)

// overlap is how many days before the last fetch are fetched again at least: banks tell
// of some transactions late.
const overlap = 7

// SyncTransactions tells the transactions of a window of days, the newest window first. A
// refresh is one window. History that wasn't fetched yet, and the time that a login was
// broken for, take as many as there are: each answer says that there is More, and its
// state where to go on. What an answer lacked is fetched again the next day.
func (p *Provider) SyncTransactions(ctx context.Context, c providers.Conn, req providers.SyncRequest) (providers.SyncResult, error) {
	st, err := readState(c.State)
	if err != nil {
		return providers.SyncResult{}, err
	}
	today := models.DateOf(c.Now)
	q := query{before: st.Before, from: today.AddDays(1 - p.window)}
	if q.before != "" {
		q.from = q.before.AddDays(-p.window)
	}
	q.from = max(q.from, req.From)
	told, err := p.ask(ctx, st, q)
	if err != nil {
		return providers.SyncResult{}, err
	}
	rows, strayed := told.rows(st, q, today)
	res := providers.SyncResult{
		Transactions: rows, Since: q.from, Untold: told.untold, More: !strayed && q.from > st.reach(req.From, today),
	}
	if st.Before == "" { // an older window has no other balances
		res.Accounts = told.list
	}
	st.Accounts, st.Before, st.Lacking = told.known, q.from, st.Lacking || told.lacking
	if !res.More {
		st.end(q.from, req.From, today)
		res.NextChange = c.Now.Add(p.refresh)
	}
	state, err := st.encode()
	if err != nil {
		return providers.SyncResult{}, err
	}
	if !bytes.Equal(state, c.State) {
		res.State = state
	}
	return res, nil
}

// reach is the day that a fetch must go back to. A server that fails to tell something
// again and again is asked for it once a day.
func (st *state) reach(from, today models.Date) models.Date {
	switch {
	case st.Tried == today:
		return today
	case st.Have == "" || from < st.Have:
		return from
	}
	return max(from, st.Last.AddDays(-overlap))
}

// end notes what a fetch came to that went back to a day.
func (st *state) end(to, from, today models.Date) {
	switch {
	case st.Lacking:
		st.Tried = today
	case st.Tried != today: // or what was lacking is still to be fetched
		st.Tried, st.Last = "", today
		if to <= from {
			st.Have = from
		}
	}
	st.Before, st.Lacking = "", false
}

// rows are the transactions of an answer, each once, and whether the answer has strayed:
// it was to another question, or the server minds no dates, and to go on to older days
// would lead nowhere. Nothing is gone for it.
func (t *told) rows(st *state, q query, today models.Date) (list []models.Transaction, strayed bool) {
	within, beyond := 0, 0
	for i := range t.raw {
		s := t.raw[i].survey(q, today)
		within, beyond = within+s.within, beyond+s.beyond
		key := t.raw[i].ID
		// Of an account whose rows are all of other days there may be more; and what has
		// posted stays, so that an answer without the newest is from before that.
		old := q.before == "" && s.newest < st.Newest[key] && st.Newest[key] >= q.from
		if s.within == 0 && s.beyond > 0 {
			t.lacking = true
			t.untold = append(t.untold, key)
		} else if old {
			t.untold = append(t.untold, key)
		}
		if q.before == "" && s.newest > st.Newest[key] {
			if st.Newest == nil {
				st.Newest = map[string]models.Date{}
			}
			st.Newest[key] = s.newest
		}
		for _, r := range s.rows {
			if !old || !r.Pending { // which may have posted since
				list = append(list, r)
			}
		}
	}
	if strayed = within == 0 && beyond > 0; strayed {
		t.untold = nil
		for i := range t.known {
			t.untold = append(t.untold, t.known[i].Key)
		}
	}
	return list, strayed
}

// survey is what an answer says of an account.
type survey struct {
	rows []models.Transaction
	// within and beyond count the posted ones of days that were asked for and of others,
	// newest is the last day of one, in the future none.
	within, beyond int
	newest         models.Date
}

func (a *account) survey(q query, today models.Date) (s survey) {
	seen := map[string]bool{}
	for i := range a.Transactions {
		row := &a.Transactions[i]
		if row.ID != "" && seen[row.content()] {
			continue
		}
		seen[row.content()] = true
		s.rows = append(s.rows, row.transaction(a, today))
		day := row.Posted.date()
		if row.Pending || day == "" {
			continue
		}
		s.newest = max(s.newest, min(day, today))
		switch {
		case day >= q.from && (q.before == "" || day < q.before):
			s.within++
		// A server may count its days elsewhere on Earth.
		case day < q.from.AddDays(-1), q.before != "" && day > q.before:
			s.beyond++
		}
	}
	return s
}

// content is all that a transaction says.
func (t *transaction) content() string {
	return fmt.Sprintf("%q %d %d %s %q %q %t", t.ID, t.Posted, t.Transacted, t.Amount, t.Description, t.Payee, t.Pending)
}
