package providertest

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/gingham-dev/gingham/models"
	"github.com/gingham-dev/gingham/providers"
)

// connectionCases are about the contract itself, a connection's state and its secrets.
func connectionCases() []*testCase {
	return []*testCase{
		{name: "institutions", run: testInstitutions},
		{name: "state is JSON", run: testState},
		{name: "data keeps to the contract", run: testContract},
		{name: "many at once", run: testConcurrency},
		{name: "secrets", run: testSecrets},
	}
}

func testInstitutions(t testing.TB, up *Upstream) {
	p := up.Provider
	if info := p.Info(); info.Name == "" || info != p.Info() || info.Budget < 0 {
		t.Errorf("Info is %+v", info)
	}
	known := map[models.InstitutionID]bool{}
	for _, in := range p.Institutions() {
		if known[in.ID] || in.ID == "" || in.Name == "" || len(in.Countries) == 0 || len(in.Products) == 0 {
			t.Errorf("institution %+v", in)
		}
		known[in.ID] = true
	}
	if !known[up.Institution] {
		t.Errorf("%s is none of its institutions", up.Institution)
	}
	if !reflect.DeepEqual(p.Institutions(), p.Institutions()) {
		t.Error("institutions come in another order each time")
	}
}

// conn connects a login without a ledger.
func conn(t testing.TB, up *Upstream) providers.Conn {
	t.Helper()
	c := newItem(t, up, ":memory:").connect(t, nil)
	return providers.Conn{
		Institution: up.Institution, State: c.Step.State, Now: Start, Products: []models.Product{models.ProductTransactions},
	}
}

// testState checks that a state is JSON which may be written in another way.
func testState(t testing.TB, up *Upstream) {
	c := conn(t, up)
	before, err := up.Provider.Accounts(t.Context(), c)
	if err != nil {
		t.Fatal(err)
	}
	var fields map[string]json.RawMessage
	if err := json.Unmarshal(c.State, &fields); err != nil {
		t.Fatalf("the state is no JSON object: %v", err)
	}
	var again bytes.Buffer
	if err := json.Indent(&again, c.State, "", "  "); err != nil {
		t.Fatal(err)
	}
	c.State = again.Bytes()
	after, err := up.Provider.Accounts(t.Context(), c)
	if err != nil || !reflect.DeepEqual(texts(t, before), texts(t, after)) {
		t.Errorf("in another way of writing, its accounts are %+v, not %+v: %v", after, before, err)
	}
	if err := up.Provider.Status(t.Context(), c); err != nil {
		t.Errorf("its status is %v", err)
	}
	c.State = json.RawMessage(`{"broken`)
	if _, err := up.Provider.Accounts(t.Context(), c); err == nil {
		t.Error("a broken state has accounts")
	}
}

// texts are values as JSON, in an order of their own.
func texts[T any](t testing.TB, list []T) []string {
	t.Helper()
	out := make([]string, len(list))
	for i := range list {
		text, err := json.Marshal(list[i])
		if err != nil {
			t.Fatal(err)
		}
		out[i] = string(text)
	}
	slices.Sort(out)
	return out
}

// maxPages is how many pages a fetch may take.
const maxPages = 1000

// fetch fetches all pages of 400 days. c has the state that they leave.
func fetch(t testing.TB, up *Upstream, c *providers.Conn) (pages []providers.SyncResult) {
	t.Helper()
	from := models.DateOf(c.Now).AddDays(-400)
	for range maxPages {
		res, err := up.Provider.SyncTransactions(t.Context(), *c, providers.SyncRequest{From: from})
		if err != nil {
			t.Fatalf("fetch: %v", err)
		}
		if res.State != nil {
			c.State = res.State
		}
		if pages = append(pages, res); !res.More {
			return pages
		}
	}
	t.Fatalf("there is no end after %d pages", maxPages)
	return nil
}

// testContract checks accounts and transactions, and that the same question has the same answer.
func testContract(t testing.TB, up *Upstream) {
	c := conn(t, up)
	list, err := up.Provider.Accounts(t.Context(), c)
	if err != nil || len(list) == 0 {
		t.Fatalf("accounts are %v, %v", list, err)
	}
	accounts := map[string]bool{}
	types := []string{models.Depository, models.Credit, models.Loan, models.Investment, models.Payroll, models.OtherType}
	for i := range list {
		a := &list[i]
		if a.Key == "" || accounts[a.Key] || a.Name == "" || a.ID != "" || !slices.Contains(types, a.Type) || !one(a.Balances.Currency) {
			t.Errorf("account %+v", a)
		}
		accounts[a.Key] = true
	}
	state := c.State
	pages := fetch(t, up, &c)
	info := up.Provider.Info()
	keys := map[string]bool{}
	for _, page := range pages {
		if info.Mode == providers.Snapshot && len(page.Removed) > 0 || info.Mode == providers.Delta && (page.Since != "" || page.Untold != nil) {
			t.Errorf("a page has what its mode hasn't: %+v", page)
		}
		for i := range page.Transactions {
			tx := &page.Transactions[i]
			_, err := models.ParseDate(string(tx.Date))
			switch {
			case err != nil, !accounts[tx.AccountKey], !one(tx.Currency), tx.Name == "", !info.Bare && tx.Category.V2.Primary == "", tx.Channel == "":
				t.Errorf("transaction %+v", tx)
			case !info.LooseKeys && (tx.Key == "" || keys[tx.Key] && len(pages) == 1):
				t.Errorf("transaction %+v: its key is none, or another's", tx)
			}
			keys[tx.Key] = true
		}
	}
	c.State = state
	for i, page := range fetch(t, up, &c) {
		if !reflect.DeepEqual(texts(t, page.Transactions), texts(t, pages[i].Transactions)) {
			t.Errorf("page %d is another when it is asked for again", i)
		}
	}
}

// one reports whether a currency is exactly one.
func one(c models.Currency) bool { return (c.ISO == "") != (c.Unofficial == "") }

// testConcurrency checks that many may ask at once; the race detector sees what they share.
func testConcurrency(t testing.TB, up *Upstream) {
	c := conn(t, up)
	want := texts(t, fetch(t, up, &providers.Conn{Institution: c.Institution, State: c.State, Now: c.Now, Products: c.Products})[0].Transactions)
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			res, err := up.Provider.SyncTransactions(t.Context(), c, providers.SyncRequest{From: models.DateOf(c.Now).AddDays(-400)})
			if err != nil {
				t.Errorf("fetch: %v", err)
				return
			}
			if _, err := up.Provider.Accounts(t.Context(), c); err != nil {
				t.Errorf("accounts: %v", err)
			}
			got := make([]string, len(res.Transactions))
			for i := range res.Transactions {
				text, _ := json.Marshal(res.Transactions[i])
				got[i] = string(text)
			}
			if slices.Sort(got); !slices.Equal(got, want) {
				t.Errorf("%d transactions, alone %d", len(got), len(want))
			}
		})
	}
	wg.Wait()
}

// testSecrets checks that no secret is in the store, but sealed: not in its files, and not
// in what is in those compressed. Logs and errors are checked in every case.
func testSecrets(t testing.TB, up *Upstream) {
	dir := t.TempDir()
	it := newItem(t, up, filepath.Join(dir, "store.db"))
	const plain = "https://hooks.example/not-a-secret"
	it.link(t, plain)
	it.refresh(t)
	for _, f := range up.Faults {
		f.On()
		_, err := it.try(t.Context(), t)
		f.Off()
		if err == nil {
			t.Errorf("%s: no error", f.Name)
		}
	}
	h := it.Head(t)
	head, err := json.Marshal(h)
	if err != nil {
		t.Fatal(err)
	}
	up.harmless(t, "the head", string(head))
	ids := slices.Collect(maps.Values(h.Parts))
	for _, ref := range h.Transactions.Views {
		ids = append(ids, ref.Block)
	}
	for _, ref := range h.Transactions.Changes {
		ids = append(ids, ref.Block)
	}
	blocks, err := it.Store.Blocks(t.Context(), client, it.ID, ids)
	if err != nil {
		t.Fatal(err)
	}
	for _, b := range blocks {
		up.harmless(t, "a block", string(b.Data))
	}
	if err := it.Store.Close(); err != nil {
		t.Fatal(err)
	}
	files, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	found := false
	for _, f := range files {
		text, err := fs.ReadFile(os.DirFS(dir), f.Name())
		if err != nil {
			t.Fatal(err)
		}
		up.harmless(t, fmt.Sprintf("the store's file %s", f.Name()), string(text))
		found = found || strings.Contains(string(text), plain)
	}
	if !found {
		t.Error("what is no secret was not found in the store's files either: the search is no good")
	}
}
