package linkui_test

import (
	"bytes"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/gingham-dev/gingham/endpoints/api/apitest"
	"github.com/gingham-dev/gingham/store"
)

// uploads sends a file, as the page's form would.
func (b *browser) uploads(data string) {
	b.t.Helper()
	var body bytes.Buffer
	form := multipart.NewWriter(&body)
	must(b.t, form.WriteField("turn", b.turn()))
	must(b.t, form.WriteField("action", "submit"))
	part, err := form.CreateFormFile("file", "a.csv")
	must(b.t, err)
	_, err = part.Write([]byte(data))
	must(b.t, err)
	must(b.t, form.Close())
	r := httptest.NewRequestWithContext(b.t.Context(), http.MethodPost, publicURL+b.path, &body)
	r.Header.Set("Content-Type", form.FormDataContentType())
	b.do(r)
	if b.status == http.StatusSeeOther {
		b.follows()
	}
}

// atUpload is at the pane that asks for a file.
func (w *world) atUpload(members string) *browser {
	w.t.Helper()
	b := w.opens(members)
	b.submits("continue")
	if !strings.Contains(members, "access_token") {
		b.submits("select", "institution", "ins_files")
	}
	b.at("answer")
	b.has("Add your bank’s file", `enctype="multipart/form-data"`, `data-limit="16777216"`)
	return b
}

// TestUpload goes through all that a person meets who uploads a file: one that can't be read,
// questions about a table, the accounts.
func TestUpload(t *testing.T) {
	w := newWorld(t, nil)
	b := w.atUpload(`"products":["transactions"]`)
	b.uploads("OFXHEADER:100\n\n<OFX><STMTTRNRS><STMTRS><CURDEF>USD<BANKACCTFROM><BANKID>1<ACCTID>2<ACCTTYPE>CHECKING</BANKACCTFROM><BANKTRANLIST>\n" +
		"<STMTTRN><DTPOSTED>20261102<TRNAMT>&lt;i&gt;<NAME>TEA</STMTTRN></BANKTRANLIST></STMTRS></STMTTRNRS></OFX>")
	b.at("answer")
	b.has("That can’t be read")
	b.safe(parent)
	if want := `<span class="detail" lang="en">line 4: TRNAMT is &#34;&lt;i&gt;&#34;, which is no amount</span>`; !strings.Contains(b.body, want) {
		t.Errorf("it doesn't say %s: %s", want, b.body)
	}
	b.uploads("Date,Description,Amount\n03/04/2026,Coffee,1.20\n05/04/2026,Tea,2.50\n")
	b.at("answer")
	b.safe(parent)
	b.has("About your file", "Which day is meant?", "03/04/2026 → 2026-04-03", "Is it money out (−) or in (+)?", "Coffee 1.20 → −1.20",
		"Currency, as EUR", "Name of the account", "<span>Credit card</span>")
	b.submits("submit", "answer.file_date_order", "03/04/2026 → 2026-04-03", "answer.file_direction", "Coffee 1.20 → −1.20",
		"answer.file_currency", "EUR", "answer.file_account_name", "My card", "answer.file_account_type", "credit card")
	b.at("accounts")
	b.has("My card")
	b.submits("submit", "account", "0")
	b.at("connected")
}

// TestUploadAnother adds a file to an Item in update mode, and of a table chooses the account.
func TestUploadAnother(t *testing.T) {
	w := newWorld(t, nil)
	table := func(row string) string {
		return "Date,Description,Amount,Currency\n2026-11-13," + row + ",-1.20,EUR\n2026-11-14,Tea,2.50,EUR\n"
	}
	b := w.atUpload(`"products":["transactions"]`)
	b.uploads(table("Coffee"))
	b.submits("submit", "answer.file_account_name", "Mine", "answer.file_account_type", "checking")
	b.submits("submit", "account", "0")
	b.at("connected")
	b.submits("continue")
	public, _ := last(b.messages())["public_token"].(string)
	_, h, err := w.Tokens.Resolve(t.Context(), apitest.Client, store.PublicToken, public)
	must(t, err)
	access := w.Issue(store.Token{Client: apitest.Client, Kind: store.AccessToken, Item: h.ID})
	b = w.atUpload(`"access_token":"` + access + `"`)
	b.uploads(table("Cake"))
	b.at("answer")
	b.has("Which account is it of?", "1. Mine", "Another account")
	b.submits("submit", "answer.file_account", "1. Mine")
	b.at("connected")
}

// TestLargeUpload sends a file of the largest size that is taken, and one that is larger.
func TestLargeUpload(t *testing.T) {
	w := newWorld(t, nil)
	b := w.atUpload(`"products":["transactions"]`)
	b.uploads(strings.Repeat("x", 17<<20))
	if b.status != http.StatusRequestEntityTooLarge {
		t.Errorf("too large a file: %d", b.status)
	}
	b.has("The file is larger than 16 MB.", `type="file"`)
	b.uploads(strings.Repeat("x", 16<<20))
	b.at("answer")
	b.has("the file is none of OFX")
}
