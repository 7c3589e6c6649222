package flow_test

import (
	"slices"
	"testing"

	"github.com/gingham-dev/gingham/endpoints/linkui/flow"
	"github.com/gingham-dev/gingham/ledger"
	"github.com/gingham-dev/gingham/models"
)

const autumn = `"products":["statements"],"statements":{"start_date":"2026-09-01","end_date":"2026-10-31"}`

// TestStatementsAreLinked checks that the Item has the statements that the token asks for.
func TestStatementsAreLinked(t *testing.T) {
	w := newWorld(t, "", nil)
	p := w.opens(flow.Opening{LinkToken: w.token(autumn)})
	p.goes(flow.Continue)
	p.chooses(bank)
	p.signsIn("user_good", "pass_good")
	p.shares("0000", "3333")
	h, err := w.Store.Head(t.Context(), p.session().Client, p.session().Results[0].Item)
	must(t, err)
	list, err := w.Ledger.Statements(t.Context(), h)
	must(t, err)
	if !slices.Equal(h.Item.Statements, []models.Month{"2026-09", "2026-10"}) || len(list) != 4 {
		t.Errorf("months %v, statements %v", h.Item.Statements, list)
	}
}

// TestUpdateAddsStatements checks that update mode adds the product to an Item.
func TestUpdateAddsStatements(t *testing.T) {
	w := newWorld(t, "", nil)
	access, h := w.Link(ledger.LinkRequest{})
	p := w.opens(flow.Opening{LinkToken: w.token(`"access_token":"` + access + `",` + autumn)})
	p.goes(flow.Continue)
	p.signsIn("user_good", "pass_good")
	p.at(flow.PaneConnected)
	after := w.head(h)
	if !after.Item.HasProduct(models.ProductStatements) || len(after.Item.Statements) != 2 {
		t.Errorf("%+v", after.Item)
	}
}
