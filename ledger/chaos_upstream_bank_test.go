package ledger_test

import (
	"fmt"
	"slices"
	"time"

	"github.com/shopspring/decimal"

	"github.com/gingham-dev/gingham/ledger"
	"github.com/gingham-dev/gingham/models"
	"github.com/gingham-dev/gingham/providers/simplefin/simplefintest"
)

// live has days go by at the bank: transactions come, post, and are called off.
func (s *storm) live() {
	for range s.rng.IntN(4) {
		s.spend(4)
	}
	s.srv.Do(func(banks []*simplefintest.Bank) {
		for _, a := range banks[0].Accounts {
			a.BalanceDate = s.clock()
			a.Rows = slices.DeleteFunc(a.Rows, func(r simplefintest.Row) bool { return r.Pending && s.rng.IntN(12) == 0 })
			for i := range a.Rows {
				if r := &a.Rows[i]; r.Pending && s.rng.IntN(3) == 0 {
					r.ID, r.Posted, r.Pending = s.id(), s.clock(), false
					if s.rng.IntN(4) == 0 { // with a tip
						r.Amount = decimal.RequireFromString(r.Amount).Sub(decimal.NewFromInt(1)).String()
					}
				}
			}
		}
	})
}

// spend adds a transaction of the last days. There are several that look the same.
func (s *storm) spend(days int) {
	at := s.clock().AddDate(0, 0, -s.rng.IntN(days))
	row := simplefintest.Row{
		ID: s.id(), Amount: fmt.Sprint(s.rng.IntN(9) - 6), Description: []string{"Tea", "Coffee", "Bus", "Wages"}[s.rng.IntN(4)], Posted: at,
	}
	if days < 10 && s.rng.IntN(3) == 0 {
		row.Posted, row.Transacted, row.Pending = time.Time{}, at, true
	}
	s.srv.Do(func(banks []*simplefintest.Bank) {
		a := banks[0].Accounts[s.rng.IntN(len(banks[0].Accounts))]
		a.Rows = append(a.Rows, row)
	})
}

func (s *storm) id() string {
	s.ids++
	return fmt.Sprintf("TRN-%06d", s.ids)
}

// reissue gives the transactions of an account since a day new ids, or each other's.
func (s *storm) reissue() {
	since := s.clock().AddDate(0, 0, -1-s.rng.IntN(60))
	swap := s.rng.IntN(2) == 0
	s.srv.Do(func(banks []*simplefintest.Bank) {
		a := banks[0].Accounts[s.rng.IntN(len(banks[0].Accounts))]
		var block []*simplefintest.Row
		var ids []string
		for i := range a.Rows {
			if r := &a.Rows[i]; r.Pending || r.Posted.After(since) {
				block = append(block, r)
				ids = append(ids, r.ID)
			}
		}
		s.rng.Shuffle(len(ids), func(i, j int) { ids[i], ids[j] = ids[j], ids[i] })
		for i, r := range block {
			if r.ID = s.id(); swap {
				r.ID = ids[i]
			}
		}
		if len(block) > 0 {
			s.struck[reissued]++
		}
	})
}

// told is what the client has: ids by what they are of.
func (s *storm) told() map[string][]string {
	have := map[string][]string{}
	for id, r := range s.rows {
		what := fmt.Sprint(r.Account, " ", r.Date, " ", r.Amount, " ", r.Name, " ", r.Pending)
		have[what] = append(have[what], id)
	}
	return have
}

// truth counts what the server has.
func (s *storm) truth() map[string]int {
	truth := map[string]int{}
	s.srv.Do(func(banks []*simplefintest.Bank) {
		for _, a := range banks[0].Accounts {
			for _, r := range a.Rows {
				at := r.Posted
				if r.Pending {
					at = r.Transacted
				}
				amount := decimal.RequireFromString(r.Amount).Neg()
				truth[fmt.Sprint(ledger.AccountID(s.item.ID, a.ID), " ", models.DateOf(at), " ", amount, " ", r.Description, " ", r.Pending)]++
			}
		}
	})
	return truth
}

// kept checks that nothing is missing that the client had and the server has. After a lie
// what the client had is not certain.
func (s *storm) kept() error {
	have, truth := s.told(), s.truth()
	for what, ids := range s.had {
		if want := min(len(ids), truth[what]); len(have[what]) < want && !s.doubtful {
			return fmt.Errorf("%q is there %d times, of %d", what, len(have[what]), want)
		}
	}
	return nil
}

// compare compares what the client has with what the server has.
func (s *storm) compare() error {
	have, truth := s.told(), s.truth()
	for what, n := range truth {
		if len(have[what]) != n {
			return fmt.Errorf("%q is there %d times, and %d times at the server", what, len(have[what]), n)
		}
	}
	for what, ids := range have {
		if truth[what] == 0 {
			return fmt.Errorf("%q is there, and not at the server", what)
		}
		stayed := 0
		for _, id := range ids {
			if slices.Contains(s.had[what], id) {
				stayed++
			}
		}
		if want := min(len(s.had[what]), len(ids)); stayed < want && !s.doubtful {
			return fmt.Errorf("%q: %d ids stayed, of %d", what, stayed, want)
		}
	}
	s.had, s.doubtful = have, false
	return nil
}
