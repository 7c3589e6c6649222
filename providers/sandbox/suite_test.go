package sandbox_test

import (
	"log/slog"
	"testing"
	"time"

	"github.com/gingham-dev/gingham/fixtures"
	"github.com/gingham-dev/gingham/ledger"
	"github.com/gingham-dev/gingham/models"
	"github.com/gingham-dev/gingham/providers"
	"github.com/gingham-dev/gingham/providers/providertest"
	"github.com/gingham-dev/gingham/providers/sandbox"
)

func TestSuite(t *testing.T) {
	set, err := fixtures.Load()
	if err != nil {
		t.Fatal(err)
	}
	const (
		whole = "an answer is always whole, and on one page"
		here  = "it asks nobody: what goes wrong is asked for by its testers, of the server (docs/control.md)"
	)
	providertest.Run(t, providertest.Harness{
		Open: func(testing.TB, *slog.Logger) *providertest.Upstream { return upstream(set) },
		Lacks: map[providertest.Case]string{
			providertest.Paging: whole, providertest.Repeats: whole, providertest.Rewinds: whole, providertest.Partial: whole,
			providertest.Reissue: "its keys are the same for good",
			providertest.Faults:  here, providertest.Cancel: here, providertest.Budget: here,
		},
	})
}

// upstream is a bank of Great Britain, where people agree for a time only. Testers edit
// what there is.
func upstream(set *fixtures.Set) *providertest.Upstream {
	edit := func(t testing.TB, it *providertest.Item, edits ...ledger.TransactionEdit) {
		if _, err := it.Ledger.EditTransactions(t.Context(), it.Head(t), edits); err != nil {
			t.Fatal(err)
		}
	}
	return &providertest.Upstream{
		Provider: sandbox.New(set, sandbox.Options{LoginLasts: 90 * 24 * time.Hour}), Institution: "ins_116834", HasConsent: true,
		Answer: func(testing.TB, *providers.Step) providers.Answer {
			return providers.Answer{Values: map[string]string{sandbox.FieldOutcome: "success"}}
		},
		Add: func(t testing.TB, it *providertest.Item, rows ...providertest.Row) {
			var list []ledger.TransactionEdit
			for _, r := range rows {
				posted := r.Date
				if r.Pending {
					posted = models.DateOf(it.Now()).AddDays(1)
				}
				list = append(list, ledger.TransactionEdit{
					Account: it.Head(t).Accounts[0].ID, Transacted: &r.Date, Posted: &posted, Amount: &r.Amount, Description: &r.Name,
				})
			}
			edit(t, it, list...)
		},
		Remove: func(t testing.TB, it *providertest.Item, name string) {
			edit(t, it, ledger.TransactionEdit{Transaction: it.IDOf(t, name), Remove: true})
		},
		Change: func(t testing.TB, it *providertest.Item, name string, amount models.Decimal) {
			edit(t, it, ledger.TransactionEdit{Transaction: it.IDOf(t, name), Amount: &amount})
		},
		Post: func(testing.TB, *providertest.Item, string) {}, // its day has come
		Break: func(t testing.TB, it *providertest.Item) {
			if err := it.Ledger.ResetLogin(t.Context(), it.Head(t)); err != nil {
				t.Fatal(err)
			}
		},
	}
}
