package ledger

import (
	"bytes"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/shopspring/decimal"

	"github.com/gingham-dev/gingham/models"
	"github.com/gingham-dev/gingham/store"
)

// testTransaction is the nth of a series, one a day.
func testTransaction(n int) models.Transaction {
	day := models.Date("2026-06-30").AddDays(-n)
	return models.Transaction{
		Key: fmt.Sprintf("t%05d", n), AccountKey: "checking", Amount: decimal.New(int64(1000+n), -2),
		Currency: models.USD(), Date: day, AuthorizedDate: day, Name: fmt.Sprintf("Shop %d \"quoted\"", n),
		OriginalDescription: fmt.Sprintf("POS SHOP %d", n), MerchantName: "Shop", Channel: "in store",
		Category: models.Category{
			V1: models.PersonalFinance{Primary: "GENERAL_MERCHANDISE", Detailed: "GENERAL_MERCHANDISE_OTHER", Confidence: "HIGH"},
			V2: models.PersonalFinance{Primary: "OTHER", Detailed: "OTHER_OTHER", Confidence: "LOW"},
		},
	}
}

func testRows(n int) []row {
	enc := newRowEncoder("item")
	rows := make([]row, n)
	for i := range rows {
		t := testTransaction(i)
		rows[i] = enc.encode(TransactionID("item", t.Key), &t)
		rows[i].changed = int64(i % 7)
		rows[i].slot = i % 3
	}
	return rows
}

func TestViewBlockRoundTrip(t *testing.T) {
	for _, n := range []int{1, 2, maxRows} {
		rows := testRows(n)
		data, ref := encodeView("b", rows, 3)
		v, err := decodeView(data)
		if err != nil {
			t.Fatal(err)
		}
		if ref.Rows != n || ref.First != rows[0].date || ref.Last != rows[n-1].date {
			t.Errorf("ref = %+v", ref)
		}
		for i, r := range v.rows {
			w := rows[i]
			if r.id != w.id || r.key != w.key || r.date != w.date || r.slot != w.slot || r.changed != w.changed ||
				r.hash != w.hash || !bytes.Equal(r.json, w.json) || !bytes.Equal(r.desc, w.desc) || !bytes.Equal(r.pfc1, w.pfc1) ||
				r.descAt != w.descAt || r.pfcAt != w.pfcAt || r.pfcEnd != w.pfcEnd {
				t.Fatalf("row %d: got %+v, want %+v", i, r, w)
			}
			if v.find(r.date, r.id) != &v.rows[i] {
				t.Errorf("row %d is not found by date and id", i)
			}
		}
		var want [][]byte
		for i := range rows {
			want = append(want, rows[i].json)
		}
		if !bytes.Equal(v.span(0, n), bytes.Join(want, comma)) {
			t.Error("span differs from the rows joined")
		}
	}
}

func FuzzDecodeView(f *testing.F) {
	data, _ := encodeView("b", testRows(3), 3)
	f.Add(data)
	f.Add(data[:len(data)-1])
	f.Fuzz(func(t *testing.T, b []byte) {
		v, err := decodeView(b)
		if err != nil || len(v.rows) == 0 {
			return
		}
		v.span(0, len(v.rows))
		w := &rowWriter{form: Form{OriginalDescription: true, CategoryV1: true}}
		w.span(v, 0, len(v.rows))
	})
}

func FuzzDecodeChanges(f *testing.F) {
	f.Add(encodeChanges([]change{{seq: 4, id: "a", slot: 1, date: "2026-01-01", prev: 2, removed: true}}))
	f.Fuzz(func(t *testing.T, b []byte) {
		list, err := decodeChanges(b)
		if err != nil {
			return
		}
		again, err := decodeChanges(encodeChanges(list))
		if err != nil || !slices.Equal(again, list) {
			t.Fatalf("%v is not what was encoded: %v, %v", again, list, err)
		}
	})
}

func FuzzCursor(f *testing.F) {
	l := New(Options{CursorKey: []byte("key")})
	f.Add(l.sealCursor("item", "", cursor{from: 3}))
	f.Add("now")
	f.Fuzz(func(t *testing.T, text string) {
		c, err := l.openCursor("item", "", text)
		if err == nil && l.sealCursor("item", "", c) != text {
			t.Fatalf("%q opens as %+v, which is sealed otherwise", text, c)
		}
	})
}

func TestCursorIsBoundToItemAndAccount(t *testing.T) {
	l := New(Options{CursorKey: []byte("key")})
	c := cursor{from: 1 << 40, to: 1 << 50, pos: 1 << 30, base: 7}
	text := l.sealCursor("item", "account", c)
	if len(text) > 256 {
		t.Errorf("a cursor of %d characters; Plaid's have at most 256", len(text))
	}
	if got, err := l.openCursor("item", "account", text); err != nil || got != c {
		t.Errorf("openCursor = %+v, %v; want %+v", got, err, c)
	}
	for _, bad := range []struct {
		item    models.ItemID
		account models.AccountID
	}{{"other", "account"}, {"item", ""}, {"item", "other"}} {
		if _, err := l.openCursor(bad.item, bad.account, text); !errors.Is(err, ErrCursor) {
			t.Errorf("for %v: %v, want ErrCursor", bad, err)
		}
	}
}

// TestFoldAgainstReplay compares fold with a client that replays every change one by one.
func TestFoldAgainstReplay(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	for range 300 {
		live := map[string]int64{} // by id: the Seq of its last change
		var all []change
		at := []map[string]bool{{}} // what a client knows after each Seq
		for seq := int64(1); seq <= 12; seq++ {
			for range rng.IntN(5) {
				id := string(rune('a' + rng.IntN(8)))
				if live[id] == seq || slices.ContainsFunc(all, func(c change) bool { return c.seq == seq && c.id == id }) {
					continue
				}
				c := change{seq: seq, id: id, prev: live[id]}
				if live[id] != 0 && rng.IntN(2) == 0 {
					c.removed = true
					delete(live, id)
				} else {
					live[id] = seq
				}
				all = append(all, c)
			}
			known := map[string]bool{}
			for id := range live {
				known[id] = true
			}
			at = append(at, known)
		}
		for from := range at {
			var since []change
			for _, c := range all {
				if c.seq > int64(from) {
					since = append(since, c)
				}
			}
			known := map[string]bool{}
			for id := range at[from] {
				known[id] = true
			}
			for _, f := range fold(since, 0) {
				switch {
				case f.kind == added && known[f.id], f.kind != added && !known[f.id]:
					t.Fatalf("from %d: kind %d of %s, known %v, changes %+v", from, f.kind, f.id, known, since)
				case f.kind == removed:
					delete(known, f.id)
				default:
					known[f.id] = true
				}
			}
			for id := range at[len(at)-1] {
				if !known[id] {
					t.Fatalf("from %d: %s is missing", from, id)
				}
				delete(known, id)
			}
			if len(known) > 0 {
				t.Fatalf("from %d: %v should be gone", from, known)
			}
		}
	}
}

func TestBlockCacheIsBounded(t *testing.T) {
	c := newBlockCache(100)
	for i := range 50 {
		c.put(storeID(i), i, 10)
		if i >= 1 {
			if _, ok := c.get(storeID(0)); !ok {
				t.Fatal("the block used all the time was dropped")
			}
		}
	}
	if c.held > 100 || len(c.byID) != 10 {
		t.Errorf("holds %d bytes in %d blocks", c.held, len(c.byID))
	}
	c.put("huge", 1, 1000)
	if _, ok := c.get("huge"); ok {
		t.Error("a block of more than half the cache was kept")
	}
}

func BenchmarkEncodeRow(b *testing.B) {
	enc := newRowEncoder("item")
	tx := testTransaction(1)
	for b.Loop() {
		enc.encode("id", &tx)
	}
}

func BenchmarkDecodeView(b *testing.B) {
	data, _ := encodeView("b", testRows(maxRows), 3)
	for b.Loop() {
		if _, err := decodeView(data); err != nil {
			b.Fatal(err)
		}
	}
}

func storeID(i int) store.BlockID { return store.BlockID(fmt.Sprint(i)) }
