package linkmoney

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"html/template"
	"net/http"

	"github.com/gingham-dev/gingham/endpoints/api"
	"github.com/gingham-dev/gingham/endpoints/api/gateway"
	"github.com/gingham-dev/gingham/models"
	"github.com/gingham-dev/gingham/models/plaiderr"
	"github.com/gingham-dev/gingham/store"
)

// authenticate sends the browser of the user whose token it has to the gateway, to
// link accounts there.
func (g *Group) authenticate(ctx context.Context, c *api.Caller, _ *noFields) (*api.Binary, error) {
	claims, err := g.tokens.open(ctx, c.Params.Get("token"), c.Now)
	if errors.Is(err, api.ErrNoGrant) {
		return nil, plaiderr.UnknownAccessToken()
	}
	if err != nil {
		return nil, fmt.Errorf("linkmoney: check a token: %w", err)
	}
	if claims.Scope != scopeUser {
		return nil, plaiderr.UnknownAccessToken().WithMessage("the gateway is opened with a token that was asked for with user_id")
	}
	client, err := g.store.Client(ctx, models.ClientID(claims.Subject))
	if errors.Is(err, store.ErrNotFound) {
		return nil, plaiderr.UnknownAccessToken()
	}
	if err != nil {
		return nil, fmt.Errorf("linkmoney: read a client: %w", err)
	}
	redirect := c.Params.Get("redirectUri")
	if redirect != "" {
		if err := gateway.CheckRedirect(&client, redirect); err != nil {
			return nil, err
		}
	}
	url, err := g.gateway.OpenGateway(ctx, gateway.Request{
		Client: &client, UserID: claims.User, Organization: claims.Organization, RedirectURI: redirect,
	})
	if err != nil {
		return nil, err
	}
	return page303(url), nil
}

// page303 sends a browser on. The token in its address is told to nobody, nor kept.
func page303(url string) *api.Binary {
	return &api.Binary{
		Status: http.StatusSeeOther, ContentType: "text/plain; charset=utf-8", Data: []byte("See " + url + "\n"),
		Header: map[string]string{"Location": url, "Cache-Control": "no-store", "Referrer-Policy": "no-referrer"},
	}
}

// errorPage is an error as a person sees it who came with his browser.
func errorPage(e *plaiderr.Error) *api.Binary {
	say := e.Display()
	if say == "" {
		say = "This link can't be opened. Please go back to the app that sent you here, and try again."
	}
	var b bytes.Buffer
	if err := errorTemplate.Execute(&b, struct{ Say, Code, Message string }{say, e.Code(), e.Message()}); err != nil {
		panic(fmt.Sprintf("linkmoney: %v", err)) // texts fit into the page
	}
	return &api.Binary{
		Status: e.Status(), ContentType: "text/html; charset=utf-8", Data: b.Bytes(),
		Header: map[string]string{
			"Cache-Control": "no-store", "Referrer-Policy": "no-referrer", "X-Content-Type-Options": "nosniff",
			"Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'",
		},
	}
}

var errorTemplate = template.Must(template.New("error").Parse(`<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Link can't be opened</title>
<h1>Link can't be opened</h1>
<p>{{.Say}}</p>
<p><small>{{.Code}}: {{.Message}}</small></p>
</html>
`))
