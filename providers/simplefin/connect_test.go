package simplefin_test

import (
	"encoding/base64"
	"encoding/json"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/gingham-dev/gingham/providers"
	"github.com/gingham-dev/gingham/providers/simplefin"
)

func TestToken(t *testing.T) {
	w := newWorld(t, 2, nil, bank("CON-1"))
	token := w.Token()
	step, err := w.paste(t, " "+token[:20]+"\n"+strings.TrimRight(token[20:], "=")+" ", nil)
	if err != nil || step.Kind != providers.StepDone {
		t.Fatalf("%+v, %v", step, err)
	}
	if step.Session != nil || step.Fields != nil || !step.LoginExpiresAt.IsZero() || !step.ConsentExpiresAt.IsZero() {
		t.Errorf("done: %+v", step)
	}
	_, err = w.paste(t, token, nil)
	if e := w.want(t, err, providers.InvalidCredentials); !strings.Contains(e.Detail, "used already") || !strings.Contains(e.Detail, "disabled") {
		t.Errorf("of a token that was used: %q", e.Detail)
	}
	// The sandbox's endpoints have no part in it, but who has a token can give it at once.
	at, err := w.BeginConnect(t.Context(), providers.ConnectRequest{Now: now, Credentials: map[string]string{simplefin.FieldToken: w.Token()}})
	if err != nil || at.Kind != providers.StepDone {
		t.Errorf("%+v, %v", at, err)
	}
}

func TestTokensThatAreNone(t *testing.T) {
	w := newWorld(t, 2, nil, bank("CON-1"))
	for _, text := range []string{
		"", "x", "!!!", "https://192.0.2.1/claim/x", "file:///etc/passwd", "ftp://example.com/x", "https://", "%zz",
		"https://10.0.0.1/claim", "http://169.254.169.254/latest", strings.Repeat("a", 10000),
	} {
		for _, token := range []string{text, base64.StdEncoding.EncodeToString([]byte(text))} {
			_, err := w.paste(t, token, nil)
			w.want(t, err, providers.InvalidCredentials)
		}
	}
}

func TestHosts(t *testing.T) {
	w := newWorld(t, 2, providers.Settings{"hosts": []string{"Bridge.example"}}, bank("CON-1"))
	_, err := w.paste(t, w.Token(), nil)
	w.want(t, err, providers.InvalidCredentials)
	w = newWorld(t, 2, providers.Settings{"hosts": []string{"127.0.0.1"}}, bank("CON-1"))
	w.link(t)
}

// TestSeveralBanks checks that an Item is one bank, and that which is asked.
func TestSeveralBanks(t *testing.T) {
	for _, version := range []int{1, 2} {
		twin := bank("CON-3")
		twin.Name = "Bank CON-1"
		w := newWorld(t, version, nil, bank("CON-1"), bank("CON-2"), twin)
		step, err := w.paste(t, w.Token(), nil)
		want := []string{"Bank CON-1", "Bank CON-2", "Bank CON-1 (2)"}
		if err != nil || step.Kind != providers.StepSelections || !slices.Equal(step.Fields[0].Options, want) {
			t.Fatalf("version %d: %+v, %v", version, step, err)
		}
		_, err = w.ContinueConnect(t.Context(), step.Session, providers.Answer{Now: now, Values: map[string]string{simplefin.FieldBank: "Bank CON-9"}})
		w.want(t, err, providers.InvalidCredentials)
		for i, key := range []string{"CON-1", "CON-2", "CON-3"} {
			done, err := w.ContinueConnect(t.Context(), step.Session, providers.Answer{Now: now, Values: map[string]string{simplefin.FieldBank: want[i]}})
			if err != nil || done.Kind != providers.StepDone {
				t.Fatalf("%+v, %v", done, err)
			}
			list, err := w.Accounts(t.Context(), providers.Conn{State: done.State, Now: now})
			if err != nil || len(list) != 2 || list[0].Key != key+"-1" {
				t.Errorf("version %d: of %s: %+v, %v", version, key, list, err)
			}
		}
	}
}

// TestTokenIsNotLost checks that a token that was taken is not asked for again when the
// server fails right after that.
func TestTokenIsNotLost(t *testing.T) {
	w := newWorld(t, 2, nil, bank("CON-1"))
	w.Meddle(func(rw http.ResponseWriter, _ *http.Request, _ []byte) bool { rw.WriteHeader(502); return true })
	step, err := w.paste(t, w.Token(), nil)
	for range 2 {
		if err != nil || step.Kind != providers.StepSelections || len(step.Fields[0].Options) != 1 {
			t.Fatalf("%+v, %v", step, err)
		}
		answer := providers.Answer{Now: now, Values: map[string]string{simplefin.FieldBank: step.Fields[0].Options[0]}}
		step, err = w.ContinueConnect(t.Context(), step.Session, answer)
		w.Meddle(nil)
		if err == nil && step.Kind == providers.StepDone {
			return
		}
	}
	t.Errorf("%+v, %v", step, err)
}

func TestClaimsThatFail(t *testing.T) {
	w := newWorld(t, 2, nil)
	_, err := w.paste(t, w.Token(), nil)
	w.want(t, err, providers.NoAccounts)
	w = newWorld(t, 2, nil, bank("CON-1"))
	w.Meddle(func(rw http.ResponseWriter, _ *http.Request, _ []byte) bool { rw.WriteHeader(402); return true })
	_, err = w.paste(t, w.Token(), nil)
	w.want(t, err, providers.AccessNotGranted)
}

// TestMend checks that a new token is put under what a connection remembers, that it has
// to be for the same bank, and that a login that works asks for nothing.
func TestMend(t *testing.T) {
	w := newWorld(t, 2, nil, bank("CON-1"), bank("CON-2"))
	step, err := w.paste(t, w.Token(), nil)
	if err != nil {
		t.Fatal(err)
	}
	step, err = w.ContinueConnect(t.Context(), step.Session, providers.Answer{Now: now, Values: map[string]string{simplefin.FieldBank: "Bank CON-2"}})
	if err != nil {
		t.Fatal(err)
	}
	c := providers.Conn{State: step.State, Now: now}
	w.sync(t, &c, "2026-01-01")
	works, err := w.BeginConnect(t.Context(), providers.ConnectRequest{Now: now, State: c.State})
	if err != nil || works.Kind != providers.StepDone || string(works.State) != string(c.State) {
		t.Errorf("a login that works: %+v, %v", works, err)
	}
	w.Revoke()
	w.want(t, w.Status(t.Context(), c), providers.LoginRequired)
	done, err := w.paste(t, w.Token(), c.State)
	if err != nil || done.Kind != providers.StepDone {
		t.Fatalf("%+v, %v", done, err)
	}
	type memory struct {
		Access   string
		Bank     struct{ Key string }
		Have     string
		Accounts []struct{ Key string }
	}
	var before, after memory
	if json.Unmarshal(c.State, &before) != nil || json.Unmarshal(done.State, &after) != nil {
		t.Fatal("states are no JSON")
	}
	if before.Access == after.Access || after.Have != before.Have || after.Bank != before.Bank || !slices.Equal(after.Accounts, before.Accounts) {
		t.Errorf("before %+v, after %+v", before, after)
	}
	other := newWorld(t, 2, nil, bank("CON-7"))
	_, err = other.paste(t, other.Token(), c.State)
	other.want(t, err, providers.InvalidCredentials)
	// Another server, or the same after a change of version, may name the bank otherwise.
	renamed := newWorld(t, 1, nil, bank("CON-2"))
	renamed.Do(renames("bank.example"))
	done, err = renamed.paste(t, renamed.Token(), c.State)
	if err != nil || done.Kind != providers.StepDone {
		t.Errorf("a bank of another name: %+v, %v", done, err)
	}
}
