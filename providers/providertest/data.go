package providertest

import (
	"maps"
	"slices"
	"testing"
	"time"

	"github.com/shopspring/decimal"

	"github.com/gingham-dev/gingham/models"
)

// dataCases are about transactions, as a client sees them.
func dataCases() []*testCase {
	return []*testCase{
		(&testCase{name: Changes, run: testChanges}).needs(func(up *Upstream) bool { return up.Add != nil && up.Remove != nil && up.Change != nil }),
		(&testCase{name: Paging, run: testPaging}).needs(func(up *Upstream) bool { return up.Fill != nil }),
		(&testCase{name: Repeats, run: testRepeats}).needs(func(up *Upstream) bool { return up.Add != nil && up.Repeat != nil }),
		(&testCase{name: Rewinds, run: testRewinds}).needs(func(up *Upstream) bool { return up.Add != nil && up.Rewind != nil }),
		(&testCase{name: Partial, run: testPartial}).needs(func(up *Upstream) bool { return up.Add != nil && up.Withhold != nil }),
		(&testCase{name: Reissue, run: testReissue}).needs(func(up *Upstream) bool { return up.Add != nil && up.Reissue != nil }),
		(&testCase{name: Posting, run: testPosting}).needs(func(up *Upstream) bool { return up.Add != nil && up.Post != nil }),
	}
}

// someRows are three transactions of the last days. Two of them are alike but for the name.
func someRows() []Row {
	today := models.DateOf(Start)
	return []Row{
		{Name: "Suite Tea", Amount: decimal.New(450, -2), Date: today.AddDays(-2)},
		{Name: "Suite Rent", Amount: decimal.New(120000, -2), Date: today.AddDays(-9)},
		{Name: "Suite Cake", Amount: decimal.New(450, -2), Date: today.AddDays(-2)},
	}
}

// linkWith links a login and has it have some rows.
func linkWith(t testing.TB, up *Upstream) (*Item, []Row) {
	t.Helper()
	it, rows := link(t, up), someRows()
	up.Add(t, it, rows...)
	it.refresh(t)
	it.has(t, rows...)
	return it, rows
}

// has checks that rows are there, once each and as they are.
func (it *Item) has(t testing.TB, rows ...Row) {
	t.Helper()
	for _, r := range rows {
		got := it.one(t, r.Name)
		if !got.Amount.Equal(r.Amount) || got.Date != r.Date || got.Pending != r.Pending {
			t.Errorf("%+v is there as %+v", r, got)
		}
	}
}

// unchanged refreshes, which must change nothing.
func (it *Item) unchanged(t testing.TB) {
	t.Helper()
	before := maps.Clone(it.rows)
	if sum := it.refresh(t); sum.Any() {
		t.Errorf("where nothing changed, %+v did", sum)
	}
	it.same(t, before)
}

// same checks that the client has what it had.
func (it *Item) same(t testing.TB, before map[string]seen) {
	t.Helper()
	ids := func(m map[string]seen) []string { return slices.Sorted(maps.Keys(m)) }
	if !slices.Equal(ids(before), ids(it.rows)) {
		t.Errorf("there are %d transactions, before %d, or others", len(it.rows), len(before))
	}
}

func testChanges(t testing.TB, up *Upstream) {
	it, rows := linkWith(t, up)
	it.unchanged(t)
	before := it.one(t, rows[1].Name)
	rows[1].Amount = decimal.New(130000, -2)
	up.Change(t, it, rows[1].Name, rows[1].Amount)
	it.refresh(t)
	it.has(t, rows...)
	if after := it.one(t, rows[1].Name); after.ID != before.ID && !up.Provider.Info().LooseKeys {
		t.Error("a changed amount changed the id")
	}
	up.Remove(t, it, rows[0].Name)
	it.refresh(t)
	it.has(t, rows[1:]...)
	if left := it.named(rows[0].Name); len(left) != 0 {
		t.Errorf("what was removed is there: %+v", left)
	}
	it.unchanged(t)
}

func testPaging(t testing.TB, up *Upstream) {
	names := up.Fill(t)
	c := conn(t, up)
	if pages := fetch(t, up, &c); len(pages) < 2 {
		t.Errorf("a fetch of all takes %d page", len(pages))
	}
	it := link(t, up)
	for _, name := range names {
		it.one(t, name)
	}
	it.unchanged(t)
}

func testRepeats(t testing.TB, up *Upstream) {
	it, rows := linkWith(t, up)
	up.Repeat(t, it)
	for range 3 {
		it.unchanged(t)
	}
	it.has(t, rows...)
	more := Row{Name: "Suite Lamp", Amount: decimal.New(1999, -2), Date: models.DateOf(Start).AddDays(-1)}
	up.Add(t, it, more)
	it.refresh(t)
	it.has(t, append(rows, more)...)
}

func testRewinds(t testing.TB, up *Upstream) {
	it, rows := linkWith(t, up)
	more := Row{Name: "Suite Lamp", Amount: decimal.New(1999, -2), Date: models.DateOf(Start).AddDays(-1)}
	up.Add(t, it, more)
	it.refresh(t)
	before := maps.Clone(it.rows)
	up.Rewind(t, it)
	it.refresh(t)
	for _, r := range append(rows, more) {
		if n := len(it.named(r.Name)); n > 1 {
			t.Errorf("rewound: %q is there %d times", r.Name, n)
		}
	}
	it.refresh(t)
	it.has(t, append(rows, more)...)
	it.same(t, before)
}

func testPartial(t testing.TB, up *Upstream) {
	it, rows := linkWith(t, up)
	before, accounts := maps.Clone(it.rows), len(it.Head(t).Accounts)
	mend := up.Withhold(t, it)
	it.refresh(t)
	it.has(t, rows...)
	it.same(t, before)
	mend()
	it.refresh(t)
	it.same(t, before)
	if n := len(it.Head(t).Accounts); n != accounts {
		t.Errorf("%d accounts, before %d", n, accounts)
	}
}

func testReissue(t testing.TB, up *Upstream) {
	it, rows := linkWith(t, up)
	for range 3 {
		up.Reissue(t, it)
		it.unchanged(t)
	}
	it.has(t, rows...)
}

func testPosting(t testing.TB, up *Upstream) {
	it := link(t, up)
	row := Row{Name: "Suite Taxi", Amount: decimal.New(2750, -2), Date: models.DateOf(Start).AddDays(-1), Pending: true}
	up.Add(t, it, row)
	it.refresh(t)
	it.has(t, row)
	was := it.one(t, row.Name)
	it.advance(24 * time.Hour)
	up.Post(t, it, row.Name)
	it.refresh(t)
	is := it.one(t, row.Name)
	if is.Pending || is.ID == was.ID || is.PendingID == nil || *is.PendingID != was.ID {
		t.Errorf("pending %+v, posted %+v", was, is)
	}
	it.unchanged(t)
}
