package simplefin_test

import (
	"encoding/json"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/gingham-dev/gingham/models"
	"github.com/gingham-dev/gingham/providers"
	"github.com/gingham-dev/gingham/providers/providertest"
	"github.com/gingham-dev/gingham/providers/simplefin"
	"github.com/gingham-dev/gingham/providers/simplefin/simplefintest"
)

func TestSuite(t *testing.T) {
	for version := 1; version <= 2; version++ {
		t.Run(fmt.Sprint("version ", version), func(t *testing.T) {
			providertest.Run(t, providertest.Harness{
				Open:  func(t testing.TB, log *slog.Logger) *providertest.Upstream { return open(t, log, version) },
				Lacks: map[providertest.Case]string{providertest.Consent: "access through SimpleFIN ends when it is revoked, and not before"},
			})
		})
	}
}

// upstream is a server with one bank, that can be told to fail in many ways.
type upstream struct {
	*simplefintest.Server
	version int
	mu      sync.Mutex
	ids     int
	answers [][]byte
}

func open(t testing.TB, log *slog.Logger, version int) *providertest.Upstream {
	up := &upstream{Server: simplefintest.New(t, version, bank("CON-1")), version: version}
	p, err := simplefin.New(nil, providers.Surroundings{AllowLoopback: true, Log: log, Now: func() time.Time { return providertest.Start }})
	if err != nil {
		t.Fatal(err)
	}
	up.mend()
	return &providertest.Upstream{
		Provider: p, Institution: simplefin.Institution, Secrets: up.Secrets,
		Answer: func(_ testing.TB, step *providers.Step) providers.Answer {
			return providers.Answer{Values: map[string]string{step.Fields[0].Name: up.Token()}}
		},
		Add: up.add,
		Remove: func(_ testing.TB, _ *providertest.Item, name string) {
			up.rows(func(r *simplefintest.Row) bool { return r.Description != name })
		},
		Change: func(_ testing.TB, _ *providertest.Item, name string, amount models.Decimal) {
			up.each(name, func(r *simplefintest.Row) { r.Amount = amount.Neg().String() })
		},
		Post: func(_ testing.TB, it *providertest.Item, name string) {
			up.each(name, func(r *simplefintest.Row) { r.ID, r.Posted, r.Pending = up.id(), it.Now(), false })
		},
		Fill: func(t testing.TB) (names []string) {
			for i := range 40 {
				name := fmt.Sprint("Bus ", i)
				names = append(names, name)
				up.add(t, nil, providertest.Row{Name: name, Amount: models.NewDecimal(2), Date: models.DateOf(providertest.Start).AddDays(-9 * i)})
			}
			return names
		},
		Repeat: func(testing.TB, *providertest.Item) { up.Meddle(repeated) },
		Rewind: up.rewind,
		Reissue: func(testing.TB, *providertest.Item) {
			up.rows(func(r *simplefintest.Row) bool { r.ID = up.id(); return true })
		},
		Withhold: up.withhold,
		Break:    func(testing.TB, *providertest.Item) { up.Revoke() },
		Faults:   up.faults(),
		Hang: func(testing.TB) <-chan struct{} {
			asked := make(chan struct{})
			up.Meddle(func(_ http.ResponseWriter, r *http.Request, _ []byte) bool {
				asked <- struct{}{}
				<-r.Context().Done()
				return true
			})
			return asked
		},
	}
}

func (up *upstream) id() string {
	up.mu.Lock()
	defer up.mu.Unlock()
	up.ids++
	return fmt.Sprintf("TRN-suite-%06d", up.ids)
}

// rows keeps the rows of which keep is true, after it has perhaps changed them.
func (up *upstream) rows(keep func(*simplefintest.Row) bool) {
	up.Do(func(banks []*simplefintest.Bank) {
		for _, a := range banks[0].Accounts {
			var kept []simplefintest.Row
			for _, r := range a.Rows {
				if keep(&r) {
					kept = append(kept, r)
				}
			}
			a.Rows = kept
		}
	})
}

func (up *upstream) each(name string, change func(*simplefintest.Row)) {
	up.rows(func(r *simplefintest.Row) bool {
		if r.Description == name {
			change(r)
		}
		return true
	})
}

func (up *upstream) add(_ testing.TB, _ *providertest.Item, rows ...providertest.Row) {
	up.Do(func(banks []*simplefintest.Bank) {
		a := banks[0].Accounts[0]
		for _, r := range rows {
			row := simplefintest.Row{ID: up.id(), Amount: r.Amount.Neg().String(), Description: r.Name, Pending: r.Pending}
			if at := r.Date.Time().Add(12 * time.Hour); r.Pending {
				row.Transacted = at
			} else {
				row.Posted = at
			}
			a.Rows = append(a.Rows, row)
		}
	})
}

// mend ends faults; answers are kept, to be given again.
func (up *upstream) mend() {
	up.Trouble()
	up.Meddle(func(_ http.ResponseWriter, _ *http.Request, answer []byte) bool {
		up.mu.Lock()
		defer up.mu.Unlock()
		up.answers = append(up.answers, answer)
		return false
	})
}

// rewind gives the answer before the last again, once.
func (up *upstream) rewind(testing.TB, *providertest.Item) {
	up.mu.Lock()
	old := up.answers[len(up.answers)-2]
	up.mu.Unlock()
	up.Meddle(func(w http.ResponseWriter, _ *http.Request, _ []byte) bool {
		_, _ = w.Write(old)
		up.mend()
		return true
	})
}

// repeated has each transaction twice, in the opposite order, and so each account.
func repeated(w http.ResponseWriter, _ *http.Request, answer []byte) bool {
	var set map[string]any
	if err := json.Unmarshal(answer, &set); err != nil {
		panic(err) // it is ours
	}
	accounts := set["accounts"].([]any)
	for _, a := range accounts {
		fields := a.(map[string]any)
		rows := fields["transactions"].([]any)
		rows = slices.Concat(rows, rows)
		slices.Reverse(rows)
		fields["transactions"] = rows
	}
	set["accounts"] = slices.Concat(accounts, accounts)
	_ = json.NewEncoder(w).Encode(set)
	return true
}

// withhold has the server not tell of the account that rows are added to.
func (up *upstream) withhold(testing.TB, *providertest.Item) func() {
	silent := func(silent bool) {
		up.Do(func(banks []*simplefintest.Bank) { banks[0].Accounts[0].Silent = silent })
	}
	silent(true)
	up.Trouble(simplefintest.Problem{Code: "act.failed", Msg: "One account of Bank CON-1 failed", AccountID: "CON-1-1"})
	return func() {
		silent(false)
		up.Trouble()
	}
}

func (up *upstream) faults() []providertest.Fault {
	answer := func(name string, kind providers.Kind, by func(w http.ResponseWriter, answer []byte)) providertest.Fault {
		return providertest.Fault{Name: name, Kind: kind, Off: up.mend, On: func() {
			up.Meddle(func(w http.ResponseWriter, _ *http.Request, answer []byte) bool { by(w, answer); return true })
		}}
	}
	status := func(code int, kind providers.Kind) providertest.Fault {
		return answer(fmt.Sprint(code), kind, func(w http.ResponseWriter, _ []byte) { http.Error(w, "no", code) })
	}
	list := []providertest.Fault{
		status(402, providers.AccessNotGranted), status(404, providers.ServerError), status(429, providers.RateLimited),
		status(500, providers.InstitutionDown), status(503, providers.InstitutionDown), status(504, providers.InstitutionNotAnswering),
		answer("a reset", providers.InstitutionNotAnswering, func(w http.ResponseWriter, _ []byte) {
			c, _, err := w.(http.Hijacker).Hijack()
			if err != nil {
				panic(err)
			}
			_ = c.(*net.TCPConn).SetLinger(0)
			_ = c.Close()
		}),
		answer("truncated JSON", providers.InstitutionNotAnswering, func(w http.ResponseWriter, answer []byte) { _, _ = w.Write(answer[:len(answer)-9]) }),
		answer("a page in place of JSON", providers.ServerError, func(w http.ResponseWriter, _ []byte) { fmt.Fprint(w, "<html>") }),
	}
	if up.version == 2 {
		list = append(list, providertest.Fault{Name: "the server's own", Kind: providers.ServerError, Off: up.mend, On: func() {
			up.Trouble(simplefintest.Problem{Code: "gen.api"})
		}})
	}
	return list
}
