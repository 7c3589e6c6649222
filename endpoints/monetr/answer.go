package monetr

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net/http"

	"github.com/gingham-dev/gingham/endpoints/api"
	"github.com/gingham-dev/gingham/models/plaid/wire"
	"github.com/gingham-dev/gingham/models/plaiderr"
)

// failure is an error as monetr tells it.
type failure struct {
	status     int
	text, code string
	// cause is for the log, nil where the text says all.
	cause error
}

// Error implements error.
func (f *failure) Error() string {
	if f.cause != nil {
		return f.text + ": " + f.cause.Error()
	}
	return f.text
}

// bad is a request that can't be served as it is.
func bad(text string) *failure { return &failure{status: http.StatusBadRequest, text: text} }

// failed is something that went wrong on the way, be it the caller's fault or ours:
// monetr tells both alike.
func failed(text string, cause error) *failure {
	return &failure{status: http.StatusInternalServerError, text: text, cause: cause}
}

// Texts that several endpoints answer with.
const (
	textUnauthorized = "unauthorized"
	textInternal     = "An internal error occurred."
	textJSON         = "invalid JSON body"
	textLimit        = "max number of Plaid links already reached"
	textNoLink       = "failed to retrieve link: record does not exist"
	textExchange     = "failed to exchange token"
	textAccounts     = "failed to retrieve accounts"
	textNotPlaid     = "cannot update a non-Plaid link"
)

// answer is the failure as a response.
func (f *failure) answer() *api.Binary {
	return respond(f.status, struct {
		Error string `json:"error"`
		Code  string `json:"code,omitempty"`
	}{f.text, f.code})
}

// respond answers with JSON, which nothing on the way may keep.
func respond(status int, body any) *api.Binary {
	data, err := json.Marshal(body)
	if err != nil {
		panic(fmt.Sprintf("monetr: %v", err)) // the values are the package's own
	}
	b := empty(status)
	b.ContentType, b.Data = "application/json", data
	return b
}

// empty answers without a body.
func empty(status int) *api.Binary {
	return &api.Binary{
		Status: status, ContentType: "text/plain; charset=utf-8", Header: map[string]string{"Cache-Control": "no-store"},
	}
}

// route returns the route of an endpoint, whose failures are answered as monetr's.
func route[Req any, P interface {
	*Req
	wire.Request
}](g *Group, path string, auth api.Auth, fn func(context.Context, *api.Caller, *Req) (*api.Binary, error)) api.Route {
	r := api.Handle[Req, P](path, auth, func(ctx context.Context, c *api.Caller, req *Req) (*api.Binary, error) {
		b, err := fn(ctx, c, req)
		var f *failure
		if errors.As(err, &f) {
			g.report(ctx, c, path, f)
			return f.answer(), nil
		}
		return b, err
	}).FailsAs(g.failure).RefusesOtherSites()
	if auth == api.UserAuth && g.signIns != nil {
		r = r.SignedInBy(g.signIns.cookieName, g.signIns)
	}
	return r
}

// report logs why a request failed, if its answer doesn't say.
func (g *Group) report(ctx context.Context, c *api.Caller, path string, f *failure) {
	if f.cause == nil {
		return
	}
	level := slog.LevelError
	var theirs *plaiderr.Error
	if ctx.Err() != nil || errors.As(f.cause, &theirs) && theirs.Status() < http.StatusInternalServerError {
		level = slog.LevelInfo
	}
	g.log.Log(context.WithoutCancel(ctx), level, "request failed", "path", path, "request_id", c.RequestID, "error", f.Error())
}

// failure is an error of the kit's in monetr's form.
func (g *Group) failure(e *plaiderr.Error) *api.Binary {
	switch {
	case e.Has(plaiderr.InvalidAPIKeys):
		return g.unauthorized()
	case e.Has(plaiderr.UnauthorizedRouteAccess):
		return (&failure{status: http.StatusForbidden, text: e.Message()}).answer()
	case e.Has(plaiderr.InternalServerError):
		return (&failure{status: e.Status(), text: textInternal}).answer()
	case e.Has(plaiderr.InvalidBody), e.Has(plaiderr.InvalidFieldCode):
		return bad(textJSON).answer()
	}
	return (&failure{status: e.Status(), text: e.Message()}).answer()
}

// unauthorized answers who is nobody's user. A browser forgets what he came with.
func (g *Group) unauthorized() *api.Binary {
	b := (&failure{status: http.StatusUnauthorized, text: textUnauthorized}).answer()
	if g.signIns != nil {
		b.Header["Set-Cookie"] = g.signIns.noCookie()
	}
	return b
}

// refusing returns a route that does nothing because Plaid is disabled.
func (g *Group) refusing(r api.Route) api.Route {
	disabled := &failure{
		status: http.StatusNotAcceptable, text: "Plaid is not enabled on this server, only manual links are allowed.",
	}
	return route(g, r.Path, r.Auth, func(context.Context, *api.Caller, *noFields) (*api.Binary, error) {
		return nil, disabled
	}).On(r.Method).Also(r.Paths()[1:]...).FailsAs(func(e *plaiderr.Error) *api.Binary {
		if e.Has(plaiderr.InvalidBody) { // which would have come after that
			return disabled.answer()
		}
		return g.failure(e)
	})
}
