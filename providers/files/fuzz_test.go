package files_test

import (
	"encoding/json"
	"errors"
	"testing"

	"github.com/gingham-dev/gingham/providers"
)

// FuzzTakeFile gives a login any bytes: it answers with an error about the file, or with a state
// that can be read, and the same bytes again bring nothing new.
func FuzzTakeFile(f *testing.F) {
	for _, seed := range []string{
		"", "\x00", "%PDF", bank("1.00", "2026-11-10", tea, rent), ambiguous, fixture(f, "ofx/testdata/investment.ofx"), fixture(f, "camt/testdata/statement.xml"),
		"Date;Betrag\n13.11.2026;-1,20\n14.11.2026;3,10\n", ":20:X\n:25:1/2\n:28C:1\n:60F:C261101EUR1,\n:61:2611021102D1,NMSC\n:62F:C261102EUR0,\n",
	} {
		f.Add([]byte(seed), "")
		f.Add([]byte(seed), `{"date_order":"DMY","decimal":".","direction":"negative_out","currency":"EUR","account":{"name":"x"}}`)
	}
	f.Fuzz(func(t *testing.T, data []byte, mapping string) {
		l := newLogin(t)
		l.take(bank("1.00", "2026-11-10", tea))
		file := providers.File{Data: data}
		if mapping != "" {
			file.Mapping = json.RawMessage(mapping)
		}
		state, report, err := l.TakeFile(t.Context(), l.conn(), file)
		var e *providers.Error
		if err != nil {
			if !errors.As(err, &e) || e.Kind != providers.InvalidInput || e.Detail == "" || state != nil && string(state) != "" {
				t.Errorf("%v, with %d bytes", err, len(state))
			}
			return
		}
		if report.Format == "" || report.Accounts == 0 {
			t.Errorf("reported %+v", report)
		}
		l.state = state
		rows, _ := l.syncs()
		if len(rows) == 0 {
			t.Error("the row that waited is gone")
		}
		for _, ask := range []func() error{
			func() error { _, err := l.Owners(t.Context(), l.conn()); return err },
			func() error { _, err := l.Numbers(t.Context(), l.conn()); return err },
			func() error { _, err := l.Investments(t.Context(), l.conn(), ""); return err },
		} {
			must(t, ask())
		}
	})
}
