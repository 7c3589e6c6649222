package ledger_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/shopspring/decimal"

	"github.com/gingham-dev/gingham/ledger"
	"github.com/gingham-dev/gingham/models"
	"github.com/gingham-dev/gingham/providers"
	"github.com/gingham-dev/gingham/providers/simplefin"
	"github.com/gingham-dev/gingham/providers/simplefin/simplefintest"
	"github.com/gingham-dev/gingham/store"
)

// storm is a ledger, a SimpleFIN server, and what goes wrong between them.
type storm struct {
	*world
	t    *testing.T
	rng  *rand.Rand
	srv  *simplefintest.Server
	item *store.Head
	wind *wind
	ids  int

	// struck counts faults that took place, rounds refreshes, truths those compared.
	struck         map[string]int
	rounds, truths int

	// rows are what a client has, by id; had is what it had at the last comparison.
	rows   map[string]stormRow
	cursor string
	had    map[string][]string
	// doubtful says that an answer since then was another than the truth.
	doubtful bool
}

// stormRow is a transaction as a client has it.
type stormRow struct {
	ID      string          `json:"transaction_id"`
	Account string          `json:"account_id"`
	Amount  decimal.Decimal `json:"amount"`
	Date    models.Date     `json:"date"`
	Name    string          `json:"name"`
	Pending bool            `json:"pending"`
}

// newStorm is a calm before it. breaks, where it isn't nil, breaks the adapter.
func newStorm(t *testing.T, seed uint64, breaks func(providers.Provider) providers.Provider) *storm {
	t.Helper()
	s := &storm{t: t, rng: rand.New(rand.NewPCG(seed, 2)), struck: map[string]int{}, rows: map[string]stormRow{}}
	var banks []*simplefintest.Account
	for _, name := range []string{"Checking", "Savings", "Visa"} {
		banks = append(banks, &simplefintest.Account{ID: "ACT-" + name, Name: name, Currency: "USD", Balance: "10.00"})
	}
	s.srv = simplefintest.New(t, 1+int(seed%2), &simplefintest.Bank{Key: "CON-1", Name: "Bank", Accounts: banks})
	lossy := &lossy{}
	s.world = newWorld(t, providers.Snapshot, func(o *ledger.Options) {
		p, err := simplefin.New(nil, providers.Surroundings{Now: o.Now, AllowLoopback: true})
		if err != nil {
			t.Fatal(err)
		}
		if breaks != nil {
			p = breaks(p)
		}
		if o.Providers, err = providers.NewRegistry(p); err != nil {
			t.Fatal(err)
		}
		lossy.Store = o.Store
		o.Store = lossy
	})
	s.wind = &wind{rng: s.rng, srv: s.srv, store: lossy}
	s.srv.Meddle(s.wind.blow)
	for range 200 {
		s.spend(300)
	}
	return s
}

// run refreshes until so many faults have struck. An error says what went wrong for the client.
func (s *storm) run(faults int) error {
	if err := s.link(); err != nil {
		return err
	}
	for sum(s.struck) < faults {
		s.advance(time.Duration(1+s.rng.IntN(8)) * time.Hour)
		s.live()
		if err := s.round(s.rng.IntN(4) > 0); err != nil {
			return err
		}
	}
	for { // in the end it is calm, perhaps on another day
		s.advance(25 * time.Hour)
		truths := s.truths
		if err := s.round(false); err != nil {
			return err
		}
		if s.truths > truths {
			return nil
		}
	}
}

// link links the bank. The token is claimed in calm; the first fetch is not.
func (s *storm) link() error {
	c, err := s.BeginConnect(s.t.Context(), simplefin.Institution, nil, ledger.ConnectOptions{})
	if err != nil {
		return err
	}
	if c, err = s.ContinueConnect(s.t.Context(), c, map[string]string{simplefin.FieldToken: s.srv.Token()}, nil); err != nil {
		return err
	}
	s.wind.before = nil // what is rewound is answers about transactions
	for {
		fault := s.wind.rise(s.t.Context(), true)
		h, err := s.Link(fault, ledger.LinkRequest{
			Client: testClient, Institution: simplefin.Institution, Products: []models.Product{models.ProductTransactions},
			Connection: c, Days: 300,
		})
		s.settle()
		if err == nil {
			s.item = h
			return s.replay()
		}
		if err := expected(err); err != nil {
			return err
		}
	}
}

// settle counts the fault that struck, and makes an end of it.
func (s *storm) settle() (fault string) {
	fault = s.wind.fall()
	if fault != "" {
		s.struck[fault]++
	}
	s.doubtful = s.doubtful || s.wind.lies
	if s.wind.lies || s.wind.partly {
		s.advance(24 * time.Hour) // what was not told is asked for again on another day
	}
	return fault
}

// round refreshes, with a fault or without, replays, and compares where that can be done.
func (s *storm) round(fault bool) error {
	s.rounds++
	if s.rng.IntN(5) == 0 {
		s.reissue()
	}
	_, err := s.Refresh(s.wind.rise(s.t.Context(), fault), s.head(s.t, s.item))
	name := s.settle()
	if err != nil {
		if wrong := expected(err); wrong != nil {
			return fmt.Errorf("%s: %w", name, wrong)
		}
	}
	if wrong := s.replay(); wrong != nil {
		return fmt.Errorf("%s: %w", name, wrong)
	}
	switch {
	case s.wind.lies:
		return nil
	case err != nil || s.wind.partly:
		err = s.kept()
	default:
		s.truths++
		err = s.compare()
	}
	if err != nil {
		return fmt.Errorf("after %q: %w", name, err)
	}
	return nil
}

// expected is nil for an error that a fault may make.
func expected(err error) error {
	var up *providers.Error
	if errors.Is(err, errLost) || errors.Is(err, context.DeadlineExceeded) {
		return nil
	}
	if !errors.As(err, &up) || up.UserAction {
		return fmt.Errorf("not an error that is to be: %w", err)
	}
	return nil
}

// replay brings the client up to date.
func (s *storm) replay() error {
	for {
		page, err := s.Sync(s.t.Context(), s.head(s.t, s.item), ledger.SyncQuery{Cursor: s.cursor, Count: 1 + s.rng.IntN(80)})
		if err != nil {
			return err
		}
		for what, rows := range map[string]ledger.Rows{"added": page.Added, "modified": page.Modified, "removed": page.Removed} {
			text := []byte{'['}
			for _, piece := range rows {
				text = append(text, piece...)
			}
			var list []stormRow
			if err := json.Unmarshal(append(text, ']'), &list); err != nil {
				return err
			}
			for _, r := range list {
				if _, there := s.rows[r.ID]; there != (what != "added") {
					return fmt.Errorf("%s was %s, and is there: %v", r.ID, what, there)
				}
				s.rows[r.ID] = r
				if what == "removed" {
					delete(s.rows, r.ID)
				}
			}
		}
		s.cursor = page.NextCursor
		if !page.HasMore {
			return nil
		}
	}
}
