package sandbox

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"

	"github.com/gingham-dev/gingham/providers"
)

func TestPack(t *testing.T) {
	for _, n := range []int{0, 1, zipFrom - 1, zipFrom, 20 * zipFrom} {
		want := bytes.Repeat([]byte("1"), n)
		plain, zipped, err := pack(want)
		if err != nil || (zipped != nil) != (n >= zipFrom) || plain != nil && zipped != nil {
			t.Errorf("%d bytes: %d plain, %d compressed, %v", n, len(plain), len(zipped), err)
		}
		if got, err := unpack(plain, zipped); err != nil || !bytes.Equal(got, want) {
			t.Errorf("%d bytes come back as %d, %v", n, len(got), err)
		}
	}
}

// TestTooManyEdits checks that what could not be read again is not kept.
func TestTooManyEdits(t *testing.T) {
	st := &state{}
	if err := st.setEdits([]edit{{Description: strings.Repeat("x", maxText)}}); kind(err) != providers.InvalidInput || st.EditsZip != nil {
		t.Errorf("%v, %d bytes kept", err, len(st.EditsZip))
	}
}

func TestBrokenState(t *testing.T) {
	p := newProvider(t)
	for _, raw := range []string{
		``, `{`, `[]`, `{"user":"nobody"}`, `{"user":"user_good","edits":{}}`, `{"user":"user_good","edits_zip":"AAAA"}`,
		`{"user":"user_custom","custom_zip":"AAAA"}`, `{"user":"user_custom","custom":7}`, `{"user":"user_good","expires_at":"soon"}`,
	} {
		c := providers.Conn{Institution: bank, State: []byte(raw), Now: day}
		_, err1 := p.Accounts(t.Context(), c)
		_, err2 := p.SyncTransactions(t.Context(), c, providers.SyncRequest{})
		_, err3 := p.EditTransactions(t.Context(), c, nil)
		if err1 == nil || err2 == nil || err3 == nil {
			t.Errorf("%s is accepted: %v, %v, %v", raw, err1, err2, err3)
		}
	}
}

// FuzzState checks that no text breaks the decoder of states, and that a state
// that is read is written as it was.
func FuzzState(f *testing.F) {
	p := newProvider(f)
	for user, password := range map[string]string{userGood: passMicroDeposits, "user_yuppie": "x", userCustom: editable} {
		c := link(f, p, bank, user, password)
		f.Add([]byte(c.State))
		edited(f, p, &c, providers.TransactionEdit{AccountKey: accounts(f, p, c)[0].Key, Posted: ago(0), Amount: money("5"), Description: ptr("A")})
		sync(f, p, &c, true)
		f.Add([]byte(c.State))
	}
	c := link(f, p, bank, "user_transactions_dynamic", "x")
	created, err := p.CreateTransactions(f.Context(), c, []providers.NewTransaction{{Transacted: *ago(2), Posted: *ago(1), Amount: *money("5")}})
	if err != nil {
		f.Fatal(err)
	}
	c.State = created
	manyEdits(f, p, &c, 60)
	f.Add([]byte(c.State))
	f.Add([]byte(`{"user":"user_custom","seed":"1","custom_zip":"H4sI","expires_at":"2026-11-20T15:04:05Z","reset":true}`))
	f.Fuzz(func(t *testing.T, input []byte) {
		st, err := readState(input)
		if err != nil {
			return
		}
		if list, err := st.edits(); err == nil && len(list) > 0 {
			again := &state{}
			if err := again.setEdits(believable(list)); err != nil {
				t.Fatal(err)
			}
			if got, err := again.edits(); err != nil || len(got) != len(list) {
				t.Fatalf("%d edits come back as %d, %v", len(list), len(got), err)
			}
		}
		_, _ = p.persona(st)
		for i := range st.Created {
			if st.Created[i].Amount.Exponent() > maxExponent {
				return // too long to write out; no request has one
			}
		}
		once, err := st.encode()
		if err != nil {
			t.Fatal(err)
		}
		again, err := readState(once)
		if err != nil {
			t.Fatal(err)
		}
		if twice, err := again.encode(); err != nil || !bytes.Equal(twice, once) || !json.Valid(once) {
			t.Fatalf("%s\nis written again as %s, %v", once, twice, err)
		}
	})
}

// believable are edits whose amounts can be written out.
func believable(list []edit) []edit {
	for i := range list {
		if a := list[i].Amount; a != nil && a.Exponent() > maxExponent {
			list[i].Amount = nil
		}
	}
	return list
}
