package files_test

import (
	"encoding/base64"
	"slices"
	"strings"
	"testing"

	"github.com/gingham-dev/gingham/endpoints/accounts"
	"github.com/gingham-dev/gingham/endpoints/api"
	"github.com/gingham-dev/gingham/endpoints/api/apitest"
	"github.com/gingham-dev/gingham/endpoints/files"
	"github.com/gingham-dev/gingham/endpoints/item"
	"github.com/gingham-dev/gingham/endpoints/transactions"
	"github.com/gingham-dev/gingham/fixtures"
	"github.com/gingham-dev/gingham/ledger"
	"github.com/gingham-dev/gingham/models"
	"github.com/gingham-dev/gingham/providers"
	filesource "github.com/gingham-dev/gingham/providers/files"
	"github.com/gingham-dev/gingham/providers/sandbox"
	"github.com/gingham-dev/gingham/store"
)

// world is a server with the sandbox's people and with files.
type world struct {
	*apitest.Server
	t *testing.T
}

func newWorld(t *testing.T, env models.Environment) *world {
	t.Helper()
	source, err := filesource.New(providers.Settings{"institutions": []any{map[string]any{"id": "ins_mcu", "name": "My Credit Union"}}}, providers.Surroundings{})
	must(t, err)
	set, err := fixtures.Load()
	must(t, err)
	registry, err := providers.NewRegistry(sandbox.New(set, sandbox.Options{}), source)
	must(t, err)
	return &world{t: t, Server: apitest.New(t, apitest.Options{
		Environment: env,
		Ledger:      func(o *ledger.Options) { o.Providers = registry },
	}, func(s *apitest.Server) []api.Route {
		return slices.Concat(files.New(s.Ledger, s.Tokens).Routes(), transactions.New(s.Ledger, nil).Routes(),
			accounts.New(s.Ledger).Routes(), item.New(s.Ledger, s.Tokens, s.Store).Routes())
	})}
}

// file is a file as a member of a request.
func file(text string) string {
	return `"file":"` + base64.StdEncoding.EncodeToString([]byte(text)) + `"`
}

func access(token string) string { return `"access_token":"` + token + `"` }

// ofx is a checking account's file, or that of another account, with rows as "20261102 -5.00 TEA".
func ofx(account string, rows ...string) string {
	text := "OFXHEADER:100\nVERSION:102\n\n<OFX><BANKMSGSRSV1><STMTTRNRS><STMTRS><CURDEF>USD<BANKACCTFROM><BANKID>1<ACCTID>" + account + "<ACCTTYPE>CHECKING</BANKACCTFROM><BANKTRANLIST>\n"
	for _, r := range rows {
		f := strings.SplitN(r, " ", 3)
		text += "<STMTTRN><TRNTYPE>POS<DTPOSTED>" + f[0] + "<TRNAMT>" + f[1] + "<NAME>" + f[2] + "</STMTTRN>\n"
	}
	return text + "</BANKTRANLIST><LEDGERBAL><BALAMT>10.5<DTASOF>20261120</LEDGERBAL></STMTRS></STMTTRNRS></BANKMSGSRSV1></OFX>\n"
}

func TestLinkAndUpload(t *testing.T) {
	for _, env := range []models.Environment{models.Sandbox, models.Production} {
		w := newWorld(t, env)
		a := w.Post("/gingham/files/link", file(ofx("123", "20261102 -5.00 TEA"))).OK()
		if a.At("format") != "OFX 1.0.2" || a.At("accounts") != 1.0 || a.At("transactions") != 1.0 {
			t.Errorf("linked: %s", a.Body)
		}
		token := a.Text("access_token")
		again := w.Post("/item/public_token/exchange", `"public_token":"`+a.Text("public_token")+`"`).OK()
		if again.Text("item_id") != a.Text("item_id") || w.Post("/item/get", access(token)).OK().Text("item.institution_id") != "ins_files" {
			t.Errorf("exchanged: %s", again.Body)
		}
		a = w.Post("/transactions/sync", access(token)).OK()
		row := a.At("added").([]any)[0].(map[string]any)
		if row["name"] != "TEA" || row["amount"] != 5.0 || row["personal_finance_category"] != nil {
			t.Errorf("synced %v", row)
		}
		if _, there := row["personal_finance_category_icon_url"]; there {
			t.Errorf("the category that isn't known has an icon: %v", row)
		}
		cursor := a.Text("next_cursor")
		v1 := w.Post("/transactions/sync", access(token)+`,"options":{"personal_finance_category_version":"v1","include_original_description":true}`).OK()
		if row = v1.At("added").([]any)[0].(map[string]any); row["original_description"] != "TEA" || row["personal_finance_category"] != nil {
			t.Errorf("synced with categories of version 1 %v", row)
		}
		w.Post("/transactions/recurring/get", access(token)).OK()
		a = w.Post("/gingham/files/upload", access(token)+`,"name":"later.ofx",`+file(ofx("123", "20261102 -5.00 TEA", "20261103 -7.00 CAKE"))).OK()
		if a.At("added") != 1.0 || a.At("modified") != 0.0 || a.At("removed") != 0.0 || a.At("transactions") != 2.0 {
			t.Errorf("uploaded: %s", a.Body)
		}
		a = w.Post("/transactions/sync", access(token)+`,"cursor":"`+cursor+`"`).OK()
		if list := a.At("added").([]any); len(list) != 1 || list[0].(map[string]any)["name"] != "CAKE" {
			t.Errorf("synced %s", a.Body)
		}
		w.Post("/gingham/files/upload", access(token)+","+file(ofx("456"))).OK()
		if list := w.Post("/accounts/get", access(token)).OK().At("accounts").([]any); len(list) != 2 {
			t.Errorf("with another account's file there are %d accounts", len(list))
		}
	}
}

func TestRefused(t *testing.T) {
	w := newWorld(t, "")
	token := w.Post("/gingham/files/link", file(ofx("123", "20261102 -5.00 TEA"))+`,"institution_id":"ins_mcu","user_id":null`).OK().Text("access_token")
	sandboxed, _ := w.Link(ledger.LinkRequest{})
	table := "Date,Description,Amount\n2026-11-13,Coffee,-1.20\n"
	open := "the file doesn't tell all that must be known of it: mapping must have currency (a code as EUR), account.name (or account.number)"
	for name, c := range map[string]struct {
		path, members string
		want          apitest.Failure
	}{
		"no file":          {"link", ``, apitest.MissingFields("file")},
		"not Base64":       {"link", `"file":"%"`, apitest.InvalidField("file must be in Base64")},
		"a broken file":    {"link", file(ofx("123", "20261102 five TEA")), apitest.InvalidField(`line 5: TRNAMT is "five", which is no amount`)},
		"an open table":    {"link", file(table), apitest.InvalidField(open)},
		"a wrong mapping":  {"link", file(table) + `,"mapping":{"colour":1}`, apitest.InvalidField(`the mapping can't be read: unknown field "colour"`)},
		"a webhook":        {"link", file(table) + `,"webhook":"x"`, apitest.InvalidField("webhook must be a non-empty string URL")},
		"no institution":   {"link", file(table) + `,"institution_id":"ins_0"`, apitest.InvalidInput("INVALID_INSTITUTION", "invalid institution_id provided")},
		"a bank":           {"link", file(table) + `,"institution_id":"ins_109508"`, apitest.InvalidField("institution_id must be of an institution that takes files")},
		"broken, later":    {"upload", access(token) + "," + file(ofx("123", "20261102 five TEA")), apitest.InvalidField(`line 5: TRNAMT is "five", which is no amount`)},
		"no table":         {"upload", access(token) + "," + file("?"), apitest.InvalidField("the file is none of OFX, QFX, CAMT and MT940, and no table in CSV with a date and an amount in its lines")},
		"to a bank's Item": {"upload", access(sandboxed) + "," + file(table), apitest.InvalidField("access_token must be of an Item whose data come in files")},
		"no token":         {"upload", file(table), apitest.MissingFields("access_token")},
	} {
		t.Run(name, func(t *testing.T) { w.Post("/gingham/files/"+c.path, c.members).Is(c.want) })
	}
	w.PostAs(apitest.Stranger, "/gingham/files/upload", access(token)+","+file(ofx("123"))).Is(apitest.UnknownAccess)
	if a := w.Post("/transactions/sync", access(token)).OK(); len(a.At("added").([]any)) != 1 {
		t.Errorf("synced %s", a.Body)
	}
	a := w.Post("/gingham/files/link", file(table)+`,"mapping":{"currency":"EUR","account":{"name":"Mine"}},"products":["transactions","assets"]`).OK()
	if a.At("format") != "CSV" {
		t.Errorf("linked: %s", a.Body)
	}
}

// TestLarge sends a file of the largest size that is taken, and one that is larger.
func TestLarge(t *testing.T) {
	w := newWorld(t, "")
	text := ofx("123", "20261102 -5.00 TEA")
	text += strings.Repeat(" ", 16<<20-len(text))
	w.Post("/gingham/files/link", file(text)).OK()
	w.Post("/gingham/files/link", file(text+" ")).Is(apitest.InvalidField("the file has 16777217 bytes, and at most 16777216 (16 MiB) are taken; ask the bank for a shorter period"))
	w.Post("/gingham/files/link", file(text+text)).Is(apitest.Failure{Type: "INVALID_REQUEST", Code: "INVALID_BODY", Message: "body must be at most 25165824 bytes"})
}

// TestChosen checks that an account that a person could not choose is offered, not shared.
func TestChosen(t *testing.T) {
	w := newWorld(t, "")
	h, _, err := w.Ledger.LinkFile(t.Context(), ledger.LinkRequest{
		Client: apitest.Client, Institution: "ins_files", Products: []models.Product{"transactions"}, Webhook: "https://app.example/hook",
	}, providers.File{Data: []byte(ofx("123", "20261102 -5.00 TEA"))})
	must(t, err)
	h, err = w.Ledger.Update(t.Context(), h.Client, h.ID, func(next *store.Head) error {
		next.Item.Shared, next.Item.Offered = []string{h.Accounts[0].Key}, []string{h.Accounts[0].Key}
		return nil
	})
	must(t, err)
	token := w.Issue(store.Token{Client: h.Client, Kind: store.AccessToken, Item: h.ID})
	if a := w.Post("/gingham/files/upload", access(token)+","+file(ofx("456", "20261103 -7.00 CAKE"))).OK(); a.At("added") != 0.0 {
		t.Errorf("uploaded: %s", a.Body)
	}
	h, err = w.Store.Head(t.Context(), h.Client, h.ID)
	must(t, err)
	if len(h.Accounts) != 1 || len(h.Item.Offered) != 2 || h.Item.LastWebhook.Code != "NEW_ACCOUNTS_AVAILABLE" {
		t.Errorf("it has %d accounts, offered %q, told %+v", len(h.Accounts), h.Item.Offered, h.Item.LastWebhook)
	}
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
