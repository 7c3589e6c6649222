package conformance

import (
	"math"
	"slices"
	"testing"

	"github.com/plaid/plaid-go/v42/plaid"

	"github.com/gingham-dev/gingham/conformance/caller"
)

// recurring returns all streams of an Item, or of some of its accounts.
func recurring(t *testing.T, token string, accounts ...string) []plaid.TransactionStream {
	t.Helper()
	r := plaid.NewTransactionsRecurringGetRequest(token)
	if accounts != nil {
		r.SetAccountIds(accounts)
	}
	resp, err := caller.Result(app.Plaid.TransactionsRecurringGet(t.Context()).TransactionsRecurringGetRequest(*r).Execute()) //nolint:bodyclose // Result closes it
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range resp.InflowStreams {
		if s.AverageAmount.GetAmount() >= 0 {
			t.Errorf("money came in with %q, %v on average", s.Description, s.AverageAmount.GetAmount())
		}
	}
	for _, s := range resp.OutflowStreams {
		if s.AverageAmount.GetAmount() < 0 {
			t.Errorf("money went out with %q, %v on average", s.Description, s.AverageAmount.GetAmount())
		}
	}
	return slices.Concat(resp.InflowStreams, resp.OutflowStreams)
}

func TestRecurringFollowsFromTheRows(t *testing.T) {
	t.Parallel()
	for _, user := range []string{caller.Good, caller.Dynamic} {
		token := newItem(t, caller.Item{User: user, Days: 365})
		rows, err := app.Transactions(t.Context(), token)
		if err != nil {
			t.Fatal(err)
		}
		by := map[string]plaid.Transaction{}
		for _, row := range rows {
			by[row.TransactionId] = row
		}
		streams := recurring(t, token)
		if len(streams) == 0 {
			t.Errorf("%s has no streams", user)
		}
		ids, used := map[string]bool{}, map[string]bool{}
		for _, s := range streams {
			if ids[s.StreamId] || len(s.StreamId) != 37 {
				t.Errorf("the id of %q is %q, perhaps not for the first time", s.Description, s.StreamId)
			}
			ids[s.StreamId] = true
			for _, id := range s.TransactionIds {
				if used[id] {
					t.Errorf("%s is in two streams", id)
				}
				used[id] = true
			}
			checkStream(t, s, by)
		}
	}
}

// checkStream holds a stream to the rows that it is said to be made of.
func checkStream(t *testing.T, s plaid.TransactionStream, rows map[string]plaid.Transaction) {
	t.Helper()
	if len(s.TransactionIds) == 0 {
		t.Errorf("%q has no rows", s.Description)
		return
	}
	var dates []string
	sum := 0.0
	for _, id := range s.TransactionIds {
		row, ok := rows[id]
		if !ok || row.AccountId != s.AccountId {
			t.Errorf("%q names %s, which its account doesn't have", s.Description, id)
			return
		}
		dates = append(dates, row.Date)
		sum += row.Amount
	}
	// Sorted by date, in either direction.
	first, last := s.TransactionIds[0], s.TransactionIds[len(s.TransactionIds)-1]
	if !slices.IsSorted(dates) {
		slices.Reverse(dates)
		first, last = last, first
	}
	if !slices.IsSorted(dates) || rows[first].Date != s.FirstDate || rows[last].Date != s.LastDate {
		t.Errorf("%q is from %s to %s, its rows are of %v", s.Description, s.FirstDate, s.LastDate, dates)
	}
	if mean := sum / float64(len(dates)); math.Abs(mean-s.AverageAmount.GetAmount()) > 0.006 {
		t.Errorf("%q is %v on average, its rows are %v", s.Description, s.AverageAmount.GetAmount(), mean)
	}
	if got := rows[last].Amount; math.Abs(got-s.LastAmount.GetAmount()) > 0.006 {
		t.Errorf("%q was %v the last time, its row is %v", s.Description, s.LastAmount.GetAmount(), got)
	}
	enough := 3
	if s.Frequency == plaid.RECURRINGTRANSACTIONFREQUENCY_ANNUALLY {
		enough = 2
	}
	if s.Status == plaid.TRANSACTIONSTREAMSTATUS_MATURE && len(dates) < enough {
		t.Errorf("%q is mature after %d", s.Description, len(dates))
	}
	if s.Frequency == plaid.RECURRINGTRANSACTIONFREQUENCY_UNKNOWN {
		t.Errorf("%q recurs, and is not known how", s.Description)
	}
}

func TestRecurringOfSomeAccounts(t *testing.T) {
	t.Parallel()
	token := newItem(t, caller.Item{Days: 365})
	whole := recurring(t, token)
	together := 0
	for _, account := range accountIDs(t, token, "") {
		streams := recurring(t, token, account)
		for _, s := range streams {
			if s.AccountId != account {
				t.Errorf("asked for %s and got a stream of %s", account, s.AccountId)
			}
		}
		together += len(streams)
	}
	if together != len(whole) {
		t.Errorf("%d streams in all, %d by account", len(whole), together)
	}
	refused(t, "/transactions/recurring/get", caller.Object{"access_token": token, "account_ids": []string{"nobody"}}, noAccount)
}
