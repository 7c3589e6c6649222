package files_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/gingham-dev/gingham/models"
	"github.com/gingham-dev/gingham/providers"
	"github.com/gingham-dev/gingham/providers/files"
)

var (
	tea  = [4]string{"1", "2026-11-02", "-5.00", "TEA HOUSE"}
	rent = [4]string{"2", "2026-11-03", "-900.00", "RENT"}
	pay  = [4]string{"3", "2026-11-15", "2000.00", "PAYROLL"}
)

func TestOverlapWaits(t *testing.T) {
	t.Parallel()
	l := newLogin(t)
	report := l.take(bank("100.00", "2026-11-10", tea, rent))
	if report.Format != "OFX 1.0.2" || report.Accounts != 1 || report.Transactions != 2 || report.Warnings == nil {
		t.Errorf("reported %+v", report)
	}
	// The same ones under other ids, and one that is new.
	l.take(bank("2100.00", "2026-11-20", [4]string{"91", tea[1], tea[2], "Tea House"}, [4]string{"", rent[1], rent[2], rent[3]}, pay))
	rows, removed := l.syncs()
	same(t, "synced", rows, "2026-11-02 5 Tea House", "2026-11-03 900 RENT", "2026-11-15 -2000 PAYROLL")
	same(t, "removed", removed)
	same(t, "accounts", l.accounts(), "Checking checking USD 2100")
	rows, _ = l.syncs()
	same(t, "synced again", rows)
}

// TestTwins checks that what a file has twice is two, whatever its ids, and stays two.
func TestTwins(t *testing.T) {
	t.Parallel()
	for _, id := range []string{"", "0"} {
		l := newLogin(t)
		coffee := [4]string{id, "2026-11-02", "-3.00", "COFFEE"}
		l.take(bank("1", "2026-11-02", coffee, coffee))
		l.take(bank("1", "2026-11-02", coffee, coffee, coffee))
		l.take(bank("1", "2026-11-02", coffee))
		rows, _ := l.syncs()
		same(t, "synced", rows, "2026-11-02 3 COFFEE", "2026-11-02 3 COFFEE", "2026-11-02 3 COFFEE")
	}
}

// TestKeys checks that a key is the bank's id no longer than it means the same.
func TestKeys(t *testing.T) {
	t.Parallel()
	key := func(r [4]string) string {
		l := newLogin(t)
		l.take(bank("1", "2026-11-02", r))
		res, err := l.SyncTransactions(t.Context(), l.conn(), providers.SyncRequest{})
		must(t, err)
		return res.Transactions[0].Key
	}
	renamed, reused := tea, tea
	renamed[3], reused[1] = "THE TEA HOUSE", "2026-12-02"
	if key(tea) == "" || key(tea) != key(renamed) || key(tea) == key(reused) || key([4]string{"", tea[1], tea[2], tea[3]}) != "" {
		t.Errorf("keys are %q, %q, %q", key(tea), key(renamed), key(reused))
	}
}

// TestOutOfOrder checks that an older file adds its rows, and takes nothing newer away.
func TestOutOfOrder(t *testing.T) {
	t.Parallel()
	l := newLogin(t)
	l.take(bank("2100.00", "2026-11-20", pay))
	l.take(bank("100.00", "2026-11-10", tea, rent))
	same(t, "accounts", l.accounts(), "Checking checking USD 2100")
	rows, _ := l.syncs()
	if len(rows) != 3 {
		t.Errorf("synced %q", rows)
	}
	list, err := l.Accounts(t.Context(), l.conn())
	must(t, err)
	if got := list[0].Balances.LastUpdated; got != "2026-11-20T00:00:00Z" {
		t.Errorf("the balance is of %s", got)
	}
}

// TestBroken checks that a file that can't be read says where, and that nothing is lost.
func TestBroken(t *testing.T) {
	t.Parallel()
	l := newLogin(t)
	l.take(bank("100.00", "2026-11-10", tea))
	whole := bank("2100.00", "2026-11-20", pay)
	for text, detail := range map[string]string{
		strings.Replace(whole, "2000.00", "two thousand", 1): "line 8: ",
		whole[:len(whole)/2]:                     "line ",
		"":                                       "the file is empty",
		"%PDF-1.7 …":                             "the file is a PDF",
		"PK\x03\x04…":                            "save the sheet as CSV",
		"What is this?":                          "the file is none of OFX, QFX, CAMT and MT940",
		whole + strings.Repeat(" ", 16<<20):      "(16 MiB) are taken",
		"date,amount\n2026-11-02,1\n02.13.2026,": "",
	} {
		_, err := l.tries(text)
		refused(t, err, detail)
	}
	rows, _ := l.syncs()
	same(t, "synced", rows, "2026-11-02 5 TEA HOUSE")
	same(t, "accounts", l.accounts(), "Checking checking USD 100")
}

// TestCorrections checks rows that the bank replaces and takes back, in one file and in a
// later one, also if the older file comes again.
func TestCorrections(t *testing.T) {
	t.Parallel()
	correct := func(text, id, action string) string {
		at := strings.LastIndex(text, "<FITID>")
		return text[:at] + "<CORRECTFITID>" + id + "<CORRECTACTION>" + action + text[at:]
	}
	first := bank("100.00", "2026-11-10", tea, rent)
	fixed := correct(bank("100.00", "2026-11-11", [4]string{"4", "2026-11-11", "-6.00", "TEA HOUSE"}), "1", "REPLACE")
	gone := correct(bank("100.00", "2026-11-12", [4]string{"5", "2026-11-12", "-900.00", "RENT"}), "2", "DELETE")

	l := newLogin(t)
	l.take(first)
	l.take(fixed)
	rows, removed := l.syncs()
	same(t, "before a sync", rows, "2026-11-03 900 RENT", "2026-11-11 6 TEA HOUSE")
	same(t, "removed", removed)

	l = newLogin(t)
	l.take(first)
	res, err := l.SyncTransactions(t.Context(), l.conn(), providers.SyncRequest{})
	must(t, err)
	l.state = res.State
	l.take(fixed)
	l.take(gone)
	rows, removed = l.syncs()
	same(t, "after a sync", rows, "2026-11-11 6 TEA HOUSE")
	same(t, "removed", removed, res.Transactions[0].Key, res.Transactions[1].Key)
	l.take(first)
	rows, _ = l.syncs()
	same(t, "the older file again", rows)

	l = newLogin(t)
	if report := l.take(gone); len(report.Warnings) != 1 || !strings.Contains(report.Warnings[0], "isn't among those known") {
		t.Errorf("warned of %q", report.Warnings)
	}
	l.take(first)
	rows, _ = l.syncs()
	same(t, "the correction first", rows, "2026-11-02 5 TEA HOUSE")
}

// TestManyRows checks that a file of 100,000 rows fits, and another on top of it.
func TestManyRows(t *testing.T) {
	t.Parallel()
	const n = 100_000
	rows := make([][4]string, n)
	day := models.Date("2020-01-01")
	for i := range rows {
		rows[i] = [4]string{fmt.Sprint("F", i), string(day.AddDays(i / 50)), fmt.Sprintf("-%d.%02d", i%900, i%100), fmt.Sprintf("SHOP %d SPRINGFIELD", i%5000)}
	}
	l := newLogin(t)
	if report := l.take(bank("100.00", "2026-11-10", rows...)); report.Transactions != n {
		t.Errorf("reported %+v", report)
	}
	l.take(bank("100.00", "2026-11-10", append(rows[n-1000:], pay)...))
	if len(l.state) > 2<<20 {
		t.Errorf("the state has %d bytes", len(l.state))
	}
	if got, _ := l.syncs(); len(got) != n+1 {
		t.Errorf("synced %d", len(got))
	}
	if len(l.state) > 256<<10 {
		t.Errorf("afterwards the state has %d bytes: rows stay in it", len(l.state))
	}
}

func TestSettings(t *testing.T) {
	t.Parallel()
	p := newProvider(t, providers.Settings{"institutions": []any{map[string]any{"id": "ins_mcu", "name": "My Credit Union"}}})
	list := p.Institutions()
	if len(list) != 2 || list[0].ID != files.InstitutionID || list[1].Name != "My Credit Union" || len(list[1].Countries) != 20 {
		t.Errorf("institutions are %+v", list)
	}
	if info := p.Info(); info.Mode != providers.Delta || !info.LooseKeys {
		t.Errorf("info is %+v", info)
	}
	for _, bad := range []providers.Settings{
		{"institution": []any{}},
		{"institutions": []any{map[string]any{"id": "mcu", "name": "x"}}},
		{"institutions": []any{map[string]any{"id": "ins_mcu"}}},
		{"institutions": []any{map[string]any{"id": "ins_files", "name": "x"}}},
	} {
		if _, err := files.New(bad, providers.Surroundings{}); err == nil {
			t.Errorf("%v is taken", bad)
		}
	}
}
