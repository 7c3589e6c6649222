package plaid_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/gingham-dev/gingham/models"
	"github.com/gingham-dev/gingham/providers"
	"github.com/gingham-dev/gingham/providers/plaid"
)

const hosted = `{"link_token":"link-sandbox-1","hosted_link_url":"https://secure.plaid.example/link/abc","expiration":"x","request_id":"r"}`

func begin(t *testing.T, p *plaid.Provider, change func(*providers.ConnectRequest)) (providers.Step, error) {
	t.Helper()
	req := providers.ConnectRequest{
		Institution: bank, Products: []models.Product{"auth", "recurring_transactions", "balance"}, Now: noon, Seed: 7,
		ReturnURL: "https://us.example/link/oauth/s/return",
	}
	if change != nil {
		change(&req)
	}
	return p.BeginConnect(t.Context(), req)
}

func TestBeginConnect(t *testing.T) {
	p, up := newProvider(t, func(o *plaid.Options) {
		o.Prefix, o.Countries = "up_", []string{"GB"}
		o.Products = []models.Product{"auth", "transactions", "identity", "recurring_transactions", "assets"}
	})
	up.to("/link/token/create", hosted)
	step, err := begin(t, p, func(r *providers.ConnectRequest) { r.Institution = "up_" + bank })
	must(t, err)
	if step.Kind != providers.StepRedirect || step.RedirectURL != "https://secure.plaid.example/link/abc" {
		t.Errorf("%+v", step)
	}
	got := up.last("/link/token/create")
	for name, want := range map[string]string{
		"products": "[auth transactions]", "additional_consented_products": "[identity]", "institution_id": bank,
		"webhook": "https://us.example/upstream/plaid/webhook", "country_codes": "[GB]", "language": "en", "client_name": "Gingham",
		"hosted_link": "map[completion_redirect_uri:https://us.example/link/oauth/s/return]",
		"user":        "map[client_user_id:gingham-7]", "transactions": "map[days_requested:730]", "access_token": "<nil>",
	} {
		if fmt.Sprint(got[name]) != want {
			t.Errorf("%s: %v, want %s", name, got[name], want)
		}
	}
	// Mending.
	_, err = begin(t, p, func(r *providers.ConnectRequest) { r.State, r.ChooseAccounts = conn("").State, true })
	must(t, err)
	got = up.last("/link/token/create")
	if got["access_token"] != canaryToken || got["products"] != nil || fmt.Sprint(got["update"]) != "map[account_selection_enabled:true]" {
		t.Errorf("%v", got)
	}
}

func TestBeginConnectRefused(t *testing.T) {
	p, up := newProvider(t, nil)
	if _, err := begin(t, p, func(r *providers.ConnectRequest) { r.ReturnURL = "" }); kind(err) != providers.Unsupported {
		t.Errorf("nowhere to return to: %v", err)
	}
	for _, url := range []string{"", "/link", "javascript:alert(1)"} {
		up.to("/link/token/create", `{"link_token":"l","hosted_link_url":"`+url+`"}`)
		if _, err := begin(t, p, nil); kind(err) != providers.ServerError {
			t.Errorf("%q: %v", url, err)
		}
	}
}

const exchanged = `{"access_token":"` + canaryToken + `","item_id":"item","request_id":"r"}`

// returns has the person come back, with an answer of /link/token/get.
func returns(t *testing.T, p *plaid.Provider, up *script, mend bool, sessions string) (providers.Step, error) {
	t.Helper()
	up.to("/link/token/create", hosted)
	step, err := begin(t, p, func(r *providers.ConnectRequest) {
		if mend {
			r.State = conn(`,"cursor":"c1","from":"2026-01-01"`).State
		}
	})
	must(t, err)
	up.to("/link/token/get", `{"link_token":"x","link_sessions":`+sessions+`}`)
	return p.ContinueConnect(t.Context(), step.Session, providers.Answer{Now: noon})
}

const result = `[{"link_session_id":"s","results":{"item_add_results":[{"public_token":"public-sandbox-1","accounts":[]}]},"exit":null}]`

func TestContinueConnect(t *testing.T) {
	p, up := newProvider(t, nil)
	up.to("/item/public_token/exchange", exchanged)
	up.to("/item/get", `{"item":{"item_id":"item","institution_id":"ins_1","consent_expiration_time":"2027-02-01T00:00:00Z","error":null}}`)
	step, err := returns(t, p, up, false, result)
	must(t, err)
	if step.Kind != providers.StepDone || !step.ConsentExpiresAt.Equal(time.Date(2027, 2, 1, 0, 0, 0, 0, time.UTC)) ||
		stateOf(t, step.State, "access_token") != canaryToken || up.last("/item/public_token/exchange")["public_token"] != "public-sandbox-1" {
		t.Errorf("%+v", step)
	}
	key, err := p.Key(providers.Conn{State: step.State})
	if err != nil || key != "item" {
		t.Errorf("%q, %v", key, err)
	}
	// The older form of a success; and mending, where nothing need be exchanged.
	if _, err := returns(t, p, up, false, `[{"on_success":{"public_token":"public-sandbox-2"}}]`); err != nil {
		t.Error(err)
	}
	exchanges := up.times("/item/public_token/exchange")
	step, err = returns(t, p, up, true, `[{"on_success":{"public_token":""}}]`)
	if err != nil || stateOf(t, step.State, "cursor") != "c1" || stateOf(t, step.State, "again") != true {
		t.Errorf("%s, %v", step.State, err)
	}
	if up.times("/item/public_token/exchange") != exchanges {
		t.Error("what was mended was exchanged")
	}
}

func TestContinueConnectFails(t *testing.T) {
	p, up := newProvider(t, nil)
	for name, c := range map[string]struct {
		sessions string
		want     providers.Kind
	}{
		"not begun":    {`[]`, providers.AccessNotGranted},
		"left":         {`[{"exit":{"error":null,"metadata":{}}}]`, providers.AccessNotGranted},
		"in an error":  {`[{"exit":{"error":{"error_type":"INSTITUTION_ERROR","error_code":"INSTITUTION_DOWN"}}}]`, providers.InstitutionDown},
		"without text": {`[{"exit":{"error":{"error_type":"","error_code":""}}}]`, providers.AccessNotGranted},
	} {
		if _, err := returns(t, p, up, false, c.sessions); kind(err) != c.want {
			t.Errorf("%s: %v", name, err)
		}
	}
	up.to("/item/public_token/exchange", `{}`)
	if _, err := returns(t, p, up, false, result); kind(err) != providers.ServerError {
		t.Errorf("no access token: %v", err)
	}
	// Another institution: the Item is removed, since nobody has it.
	up.to("/item/public_token/exchange", exchanged)
	up.to("/item/get", `{"item":{"item_id":"item","institution_id":"ins_2"}}`)
	up.to("/item/remove", `{"request_id":"r"}`)
	if _, err := returns(t, p, up, false, result); kind(err) != providers.AccessNotGranted || up.last("/item/remove")["access_token"] != canaryToken {
		t.Errorf("another institution: %v", err)
	}
	if _, err := p.ContinueConnect(t.Context(), []byte("{"), providers.Answer{}); err == nil || kind(err) != "" {
		t.Errorf("a broken session: %v", err)
	}
}

func TestStatusAndDisconnect(t *testing.T) {
	p, up := newProvider(t, nil)
	up.to("/item/get", `{"item":{"item_id":"item","error":null}}`,
		`{"item":{"item_id":"item","error":{"error_type":"ITEM_ERROR","error_code":"ITEM_LOGIN_REQUIRED"}}}`)
	if err := p.Status(t.Context(), conn("")); err != nil {
		t.Error(err)
	}
	if err := p.Status(t.Context(), conn("")); kind(err) != providers.LoginRequired {
		t.Error(err)
	}
	up.to("/item/remove", `{"request_id":"r"}`)
	if err := p.Disconnect(t.Context(), conn("")); err != nil {
		t.Error(err)
	}
	up.fails("/item/remove", 400, apiError("ITEM_ERROR", "ITEM_NOT_FOUND"))
	if err := p.Disconnect(t.Context(), conn("")); err != nil {
		t.Errorf("gone already: %v", err)
	}
	up.fails("/item/remove", 500, apiError("API_ERROR", "INTERNAL_SERVER_ERROR"))
	if err := p.Disconnect(t.Context(), conn("")); kind(err) != providers.ServerError {
		t.Error(err)
	}
}

func TestImport(t *testing.T) {
	p, up := newProvider(t, func(o *plaid.Options) { o.Prefix = "up_" })
	up.to("/item/get", `{"item":{"item_id":"item","institution_id":"ins_1","products":["transactions","income"],
		"billed_products":["auth"],"webhook":"https://app.example/hook","error":null}}`)
	im, err := p.Import(t.Context(), canaryToken)
	must(t, err)
	if im.Item != "item" || im.Institution != "up_ins_1" || im.Webhook != "https://app.example/hook" ||
		!slices.Equal(im.Products, []models.Product{"auth", "transactions"}) || im.Step.Kind != providers.StepDone {
		t.Errorf("%+v", im)
	}
	up.to("/item/webhook/update", `{"item":{}}`)
	must(t, p.Redirect(t.Context(), providers.Conn{State: im.Step.State}))
	if got := up.last("/item/webhook/update"); got["webhook"] != "https://us.example/upstream/plaid/webhook" || got["access_token"] != canaryToken {
		t.Errorf("%v", got)
	}
	up.to("/item/get", `{"item":{"item_id":"item","error":{"error_type":"ITEM_ERROR","error_code":"ITEM_LOGIN_REQUIRED"}}}`)
	if _, err := p.Import(t.Context(), canaryToken); kind(err) != providers.LoginRequired {
		t.Error(err)
	}
}
