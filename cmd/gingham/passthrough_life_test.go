package main

import (
	"bytes"
	"errors"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/gingham-dev/gingham/ginghamtest"
	"github.com/gingham-dev/gingham/models"
)

// compare runs the compare command on an Item and returns what it shows.
func (p *passThrough) compare(item string) (string, error) {
	p.t.Helper()
	out := &bytes.Buffer{}
	q := comparing{item: item, client: string(p.client.ID), days: 30}
	err := q.run(p.t.Context(), p.core, out)
	return out.String(), err
}

// sync reads all of an Item's transactions and returns their names, in order.
func (p *passThrough) sync(token string) (names []string) {
	p.t.Helper()
	answer := p.post("/transactions/sync", map[string]any{"access_token": token, "count": 500})
	for _, row := range answer["added"].([]any) {
		names = append(names, row.(map[string]any)["name"].(string))
	}
	slices.Sort(names)
	return names
}

// TestPassThroughLife is an Item's life: it is linked at the upstream's page, told of,
// broken, mended there, and removed. What is secret of it comes nowhere.
func TestPassThroughLife(t *testing.T) {
	p := newPassThrough(t)
	token, item := p.link("transactions", "auth", "identity")
	canary := p.accessOf(item)
	if shown, err := p.compare(item); err != nil {
		t.Errorf("%v\n%s", err, shown)
	}
	before := p.sync(token)
	if len(before) == 0 {
		t.Fatal("no transactions")
	}

	// Something new, of which the upstream tells us, and we tell the app.
	account := p.accounts(item)[0]
	p.up.AddTransactions(ginghamtest.Item{AccessToken: canary, ItemID: item}, ginghamtest.Transaction{
		AccountID: account, Amount: 12.34, Description: "Corner Shop Canary",
	})
	p.up.Advance(2 * time.Second)
	if hook := p.told("SYNC_UPDATES_AVAILABLE"); hook["item_id"] != item || hook["environment"] != "production" {
		t.Errorf("told %v", hook)
	}
	if after := p.sync(token); len(after) != len(before)+1 {
		t.Errorf("%d transactions, then %d", len(before), len(after))
	}
	if shown, err := p.compare(item); err != nil {
		t.Errorf("%v\n%s", err, shown)
	}

	// The login breaks.
	if _, err := p.upstream(item, "/sandbox/item/reset_login", nil); err != nil {
		t.Fatal(err)
	}
	p.up.Advance(2 * time.Second)
	if hook := p.told("ERROR"); fmt.Sprint(hook["error"]) == "<nil>" {
		t.Errorf("told %v", hook)
	}
	status, answer := p.try("/transactions/refresh", map[string]any{"access_token": token})
	if status != http.StatusBadRequest || answer["error_code"] != "ITEM_LOGIN_REQUIRED" {
		t.Errorf("refresh answered %d %v", status, answer)
	}
	p.mend(token)
	if got := p.post("/item/get", map[string]any{"access_token": token})["item"].(map[string]any)["error"]; got != nil {
		t.Errorf("mended, with %v", got)
	}
	if p.accessOf(item) != canary || !slices.Equal(p.sync(token), p.syncUpstream(item)) {
		t.Error("mending changed more than the login")
	}
	if shown, err := p.compare(item); err != nil {
		t.Errorf("%v\n%s", err, shown)
	}

	p.post("/item/remove", map[string]any{"access_token": token})
	if _, err := p.up.Try("/item/get", map[string]any{"access_token": canary}); err == nil || !strings.Contains(err.Error(), "ITEM_NOT_FOUND") {
		t.Errorf("removed here, and there: %v", err)
	}

	disk := p.bytes()
	for name, secret := range map[string]string{"access token": canary, "secret": p.up.Secret, "our token": token} {
		if strings.Contains(p.log.String(), secret) || bytes.Contains(disk, []byte(secret)) {
			t.Errorf("the %s is in the log or in the store", name)
		}
	}
	if !bytes.Contains(disk, []byte(item)) {
		t.Error("the store was not looked at")
	}
}

// accounts are the upstream's ids of an Item's accounts.
func (p *passThrough) accounts(item string) (ids []string) {
	p.t.Helper()
	h, err := p.core.Store.Head(p.t.Context(), p.client.ID, models.ItemID(item))
	ok(p.t, err)
	for i := range h.Accounts {
		ids = append(ids, h.Accounts[i].Key)
	}
	return ids
}

// syncUpstream is sync at the upstream, for the accounts that are shared here.
func (p *passThrough) syncUpstream(item string) (names []string) {
	p.t.Helper()
	answer, err := p.upstream(item, "/transactions/sync", map[string]any{"count": 500})
	ok(p.t, err)
	shared := p.accounts(item)
	for _, row := range answer["added"].([]any) {
		if m := row.(map[string]any); slices.Contains(shared, m["account_id"].(string)) {
			names = append(names, m["name"].(string))
		}
	}
	slices.Sort(names)
	return names
}

// mend goes through Link's update mode, here and at the upstream.
func (p *passThrough) mend(token string) {
	p.t.Helper()
	b := p.openLink(map[string]any{"access_token": token})
	b.press("continue")
	b.sees("oauth")
	b.press("open_oauth")
	b.sees("consent")
	b.press("continue")
	b.sees("answer")
	b.press("submit", "answer.username=user_good", "answer.password=pass_good")
	p.comesBack(b)
	b.sees("connected")
	b.press("continue")
	b.sees("done")
}

// TestPassThroughLeaves checks what becomes of a person who leaves the upstream's page.
func TestPassThroughLeaves(t *testing.T) {
	p := newPassThrough(t)
	b := p.openLink(map[string]any{"products": []string{"transactions"}})
	b.press("continue")
	b.press("select", "institution=ins_109508")
	b.press("open_oauth")
	b.sees("consent")
	b.press("close")
	b.sees("done")
	b.visit(b.attribute("data-go"))
	b.sees("oauth")
	b.press("return")
	b.sees("error")
	b.press("retry")
	b.sees("oauth")
	resp, err := http.Post(p.url+"/upstream/plaid/webhook", "application/json", strings.NewReader("{}")) //nolint:gosec // loopback
	ok(t, err)
	ok(t, resp.Body.Close())
	if resp.StatusCode != http.StatusBadRequest {
		t.Errorf("a webhook without a signature was answered %d", resp.StatusCode)
	}
}

// TestImportPlaid takes an app's Items over, whose tokens and item ids it goes on using.
func TestImportPlaid(t *testing.T) {
	p := newPassThrough(t)
	first := p.up.Link(ginghamtest.Login{Products: []string{"transactions", "auth"}, Webhook: p.hookURL})
	second := p.up.Link(ginghamtest.Login{Institution: "ins_109510", Products: []string{"transactions", "identity"}, Webhook: p.hookURL})
	file := filepath.Join(t.TempDir(), "tokens")
	write := func(lines ...string) {
		t.Helper()
		ok(t, os.WriteFile(file, []byte(strings.Join(lines, "\n")), 0o600))
	}
	run := func() (string, string, error) {
		t.Helper()
		var out, errs bytes.Buffer
		im := importing{file: file, client: string(p.client.ID), quiet: true}
		err := im.run(t.Context(), p.core, &out, &errs)
		return out.String(), errs.String(), err
	}
	write("# the app's", first.AccessToken, "", "nonsense", "access-sandbox-00000000-0000-0000-0000-000000000000")
	out, errs, err := run()
	if err == nil || !strings.Contains(out, "imported 1 Items, 0 were there already, 2 failed") ||
		!strings.Contains(errs, "line 4:") || !strings.Contains(errs, "line 5:") || strings.Contains(errs, "00000000-0000") {
		t.Errorf("%s%s%v", out, errs, err)
	}
	write(first.AccessToken, second.AccessToken, second.AccessToken)
	if out, errs, err = run(); err != nil || !strings.Contains(out, "failed") || strings.Contains(out, "1 failed") {
		t.Errorf("%s%s%v", out, errs, err)
	}
	if out, _, err = run(); err != nil || !strings.Contains(out, "imported 0 Items, 3 were there already, 0 failed") {
		t.Errorf("%s%v", out, err)
	}
	for _, it := range []ginghamtest.Item{first, second} {
		answer := p.post("/item/get", map[string]any{"access_token": it.AccessToken})["item"].(map[string]any)
		if answer["item_id"] != it.ItemID {
			t.Errorf("%v, want %s", answer, it.ItemID)
		}
		if shown, err := p.compare(it.ItemID); err != nil {
			t.Errorf("%v\n%s", err, shown)
		}
	}
	// From now on the upstream tells us, and we the app.
	it, err := p.up.Try("/item/get", map[string]any{"access_token": first.AccessToken})
	if ok(t, err); it["item"].(map[string]any)["webhook"] != p.url+"/upstream/plaid/webhook" {
		t.Errorf("%v", it)
	}
	p.post("/transactions/sync", map[string]any{"access_token": first.AccessToken})
	p.up.AddTransactions(first, ginghamtest.Transaction{AccountID: p.accounts(first.ItemID)[0], Amount: 3, Description: "New"})
	p.up.Advance(2 * time.Second)
	if hook := p.told("SYNC_UPDATES_AVAILABLE"); hook["item_id"] != first.ItemID {
		t.Errorf("told %v", hook)
	}
	// Another client's Item stays his.
	im := importing{file: file, client: "nobody", quiet: true}
	if err := im.run(t.Context(), p.core, &bytes.Buffer{}, &bytes.Buffer{}); err == nil {
		t.Error("imported for a client that isn't there")
	}
	disk := p.bytes()
	if bytes.Contains(disk, []byte(first.AccessToken)) || strings.Contains(p.log.String(), first.AccessToken) {
		t.Error("an access token is in the store or in the log")
	}
}

// TestCompareFinds checks that what differs is shown, and fails the command.
func TestCompareFinds(t *testing.T) {
	p := newPassThrough(t)
	token, item := p.link("transactions")
	h, err := p.core.Store.Head(t.Context(), p.client.ID, models.ItemID(item))
	ok(t, err)
	// The upstream has a row more, of which we are not told: its webhooks wait for its clock.
	p.up.AddTransactions(ginghamtest.Item{AccessToken: p.accessOf(item), ItemID: item}, ginghamtest.Transaction{
		AccountID: h.Accounts[0].Key, Amount: 1, Description: "Only there",
	})
	shown, err := p.compare(item)
	if !errors.Is(err, errDiffers) || !strings.Contains(shown, "/transactions/get transactions[") || !strings.Contains(shown, "null") {
		t.Errorf("%v\n%s", err, shown)
	}
	q := comparing{token: token, client: string(p.client.ID), days: 1}
	out := &bytes.Buffer{}
	if err := q.run(t.Context(), p.core, out); !errors.Is(err, errDiffers) {
		t.Errorf("by its token: %v\n%s", err, out)
	}
	if _, err := p.compare("nobody's"); err == nil {
		t.Error("compared an Item that isn't there")
	}
}

func TestDiffer(t *testing.T) {
	for name, c := range map[string]struct {
		here, upstream string
		differ         bool
	}{
		"the same":              {`{"a":[1,{"b":"x"}]}`, `{"a":[1,{"b":"x"}]}`, false},
		"another way of saying": {`{"n":100,"t":"2026-01-01T00:00:00Z","x":null}`, `{"n":100.00,"t":"2026-01-01T00:00:00.000Z"}`, false},
		"another number":        {`{"n":100}`, `{"n":100.01}`, true},
		"another text":          {`{"n":"a"}`, `{"n":"b"}`, true},
		"a row less":            {`{"rows":[1]}`, `{"rows":[1,2]}`, true},
		"a kind of value":       {`{"n":{}}`, `{"n":[]}`, true},
		"a member more":         {`{"n":1}`, `{"n":1,"m":2}`, true},
	} {
		here, err := decodeAnswer([]byte(c.here))
		ok(t, err)
		upstream, err := decodeAnswer([]byte(c.upstream))
		ok(t, err)
		d := &differ{}
		d.compare("answer", here, upstream)
		if (len(d.found) > 0) != c.differ {
			t.Errorf("%s: %v", name, d.found)
		}
	}
}
