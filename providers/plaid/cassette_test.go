package plaid_test

import (
	"errors"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/gingham-dev/gingham/providers"
	"github.com/gingham-dev/gingham/providers/plaid"
)

const people = `{"accounts":[{"account_id":"accountCanaryabcdefghij","name":"Jane's Canary Checking","type":"depository","subtype":"checking","mask":"4711",
	"balances":{"current":100.10,"iso_currency_code":"USD"},"owners":[{"names":["Jane Canary"],
	"emails":[{"data":"jane.canary@mail.example","primary":true,"type":"primary"}],"phone_numbers":[],
	"addresses":[{"primary":true,"data":{"street":"12 Canary Wharf","city":"London","region":"LND","postal_code":"E14 5AB","country":"GB"}}]}]}],
	"item":{"item_id":"itemCanary123456789"},"request_id":"canaryRequest12"}`

const routing = `{"accounts":[],"numbers":{"ach":[{"account_id":"accountCanaryabcdefghij","account":"4242424242","routing":"011401533","wire_routing":null}],
	"eft":[],"bacs":[],"international":[]},"request_id":"x"}`

var secrets = regexp.MustCompile(`(?i)canary|4242424242|011401533|jane|4711|E14 5AB|` + canaryToken[15:] + `|40\.7`)

// TestCassette records a connection's answers, checks that nothing of its person is in them,
// and plays them to another provider.
func TestCassette(t *testing.T) {
	up := &script{answers: map[string][]answer{}}
	up.to("/item/public_token/exchange", exchanged)
	up.to("/item/get", `{"item":{"item_id":"item","institution_id":"ins_1"}}`)
	up.to("/accounts/get", people)
	up.to("/identity/get", people)
	up.to("/auth/get", routing)
	up.to("/transactions/sync", `{"added":[`+row("1", "2026-11-01")+`],"next_cursor":"cursorCanary","has_more":true}`,
		`{"added":[],"next_cursor":"cursorCanaryTwo","has_more":false}`)
	up.fails("/liabilities/get", 502, "<html>canary</html>")
	dir := filepath.Join(t.TempDir(), "cassette")
	tape, err := plaid.NewRecorder(up, dir)
	must(t, err)
	p, err := plaid.Open(t.Context(), options(), providers.Surroundings{Now: func() time.Time { return noon }}, tape)
	must(t, err)
	state := connect(t, p, up)
	names, lines := ask(t, p, state)
	if names != "Jane Canary" || lines != "4242424242" {
		t.Errorf("recording changed the answers: %q, %q", names, lines)
	}

	files, err := filepath.Glob(filepath.Join(dir, "*.json"))
	must(t, err)
	if len(files) != len(up.asked) {
		t.Errorf("%d files of %d answers", len(files), len(up.asked))
	}
	for _, name := range files {
		text, err := os.ReadFile(name) //nolint:gosec // made by the test
		must(t, err)
		if m := secrets.Find(text); m != nil {
			t.Errorf("%s has %q:\n%s", filepath.Base(name), m, text)
		}
	}

	player, err := plaid.NewPlayer(os.DirFS(dir))
	must(t, err)
	q, err := plaid.Open(t.Context(), options(), providers.Surroundings{Now: func() time.Time { return noon }}, player)
	must(t, err)
	played := connect(t, q, nil)
	fakeNames, fakeLines := ask(t, q, played)
	if len(fakeNames) != len(names) || fakeNames == names || len(fakeLines) != len(lines) || fakeLines == lines {
		t.Errorf("played %q, %q", fakeNames, fakeLines)
	}
	if _, err := q.Accounts(t.Context(), played); !errors.Is(err, plaid.ErrNoTake) {
		t.Errorf("after the end: %v", err)
	}
	if _, err := plaid.NewPlayer(os.DirFS(t.TempDir())); err != nil {
		t.Error(err)
	}
	// A second recorder goes on with the numbers.
	again, err := plaid.NewRecorder(up, dir)
	must(t, err)
	r, err := plaid.Open(t.Context(), options(), providers.Surroundings{}, again)
	must(t, err)
	_, err = r.Accounts(t.Context(), state)
	must(t, err)
	if more, _ := filepath.Glob(filepath.Join(dir, "*.json")); len(more) != len(files)+1 {
		t.Errorf("%d files after %d", len(more), len(files))
	}
}

func connect(t *testing.T, p *plaid.Provider, up *script) providers.Conn {
	t.Helper()
	if up != nil {
		up.to("/link/token/create", hosted)
		up.to("/link/token/get", `{"link_token":"link-sandbox-1","link_sessions":`+result+`}`)
	}
	step, err := begin(t, p, nil)
	must(t, err)
	if !strings.HasPrefix(step.RedirectURL, "https://") {
		t.Errorf("sent to %q", step.RedirectURL)
	}
	step, err = p.ContinueConnect(t.Context(), step.Session, providers.Answer{Now: noon})
	must(t, err)
	return providers.Conn{Institution: bank, Now: noon, State: step.State}
}

// ask asks for everything, checks that it fits together, and returns the owners' names and
// the account's number.
func ask(t *testing.T, p *plaid.Provider, c providers.Conn) (names, number string) {
	t.Helper()
	accounts, err := p.Accounts(t.Context(), c)
	must(t, err)
	owners, err := p.Owners(t.Context(), c)
	must(t, err)
	numbers, err := p.Numbers(t.Context(), c)
	must(t, err)
	if owners[0].AccountKey != accounts[0].Key || numbers[0].AccountKey != accounts[0].Key || accounts[0].Balances.Current.String() != "100.1" {
		t.Errorf("%v, %v, %v", accounts, owners, numbers)
	}
	res, err := p.SyncTransactions(t.Context(), c, providers.SyncRequest{From: "2026-01-01"})
	must(t, err)
	if len(res.Transactions) != 1 || res.Transactions[0].Date != "2026-11-01" || res.Transactions[0].Amount.String() != "12.345678" {
		t.Errorf("%+v", res)
	}
	if _, err := p.Liabilities(t.Context(), c); kind(err) != providers.InstitutionDown {
		t.Error(err)
	}
	if !slices.Contains([]string{"USD"}, accounts[0].Balances.Currency.ISO) {
		t.Errorf("%+v", accounts)
	}
	return owners[0].Owners[0].Names[0], numbers[0].ACH.Account
}
