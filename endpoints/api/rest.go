package api

import (
	"mime"
	"net/http"
	"net/url"
	"slices"

	"github.com/labstack/echo/v5"

	"github.com/gingham-dev/gingham/models/plaid/wire"
	"github.com/gingham-dev/gingham/models/plaiderr"
)

// Plaid's operations are POSTs of JSON to one path each. What isn't so says how it
// differs with the methods of Route in this file.

// On returns the route for another method than POST. A body may be left out, and is
// then an empty object.
func (r Route) On(method string) Route {
	r.Method = method
	r.params = r.params || method == http.MethodGet
	return r
}

// Also returns the route at further paths besides its own.
func (r Route) Also(paths ...string) Route {
	r.also = append(slices.Clone(r.also), paths...)
	return r
}

// Paths are all paths that the route is served at, its own first.
func (r Route) Paths() []string { return append([]string{r.Path}, r.also...) }

// Optional returns the route with fields, by their dotted paths, that a request may
// leave out although its type requires them.
func (r Route) Optional(fields ...string) Route {
	r.optional = fields
	return r
}

// Ignores returns the route with fields, by their dotted paths, that a request may
// have although its type doesn't know them.
func (r Route) Ignores(fields ...string) Route {
	r.ignored = fields
	return r
}

// TakesForms returns the route for bodies that are forms too: each field is a
// string of the request's.
func (r Route) TakesForms() Route {
	r.forms = true
	return r
}

// FailsAs returns the route with errors of another form than Plaid's.
func (r Route) FailsAs(form func(*plaiderr.Error) *Binary) Route {
	r.failure = form
	return r
}

// relax takes out of a report what the route doesn't mind.
func (r *Route) relax(report *wire.Report) {
	if r.optional != nil {
		report.Missing = slices.DeleteFunc(report.Missing, func(path string) bool { return slices.Contains(r.optional, path) })
	}
	if r.ignored != nil {
		report.Unknown = slices.DeleteFunc(report.Unknown, func(path string) bool { return slices.Contains(r.ignored, path) })
	}
}

// parameters are those of a request's query and, before them, of its path.
func parameters(c *echo.Context) url.Values {
	out := c.Request().URL.Query()
	// Where a path is written in another way than the usual, the router goes by how it is
	// written, and its values are still escaped.
	escaped := c.Request().URL.RawPath != ""
	for _, p := range c.PathValues() {
		value, err := url.PathUnescape(p.Value)
		if !escaped || err != nil {
			value = p.Value
		}
		out.Set(p.Name, value)
	}
	return out
}

// adapt makes a body that isn't there, or that is a form, the JSON that it stands for.
func (x *exchange) adapt(body *buffer) error {
	switch {
	case len(body.b) == 0 && (x.route.Method != http.MethodPost || x.http.Header["Authorization"] != nil):
		body.b = append(body.b, "{}"...)
	case x.route.forms && isForm(header(x.http, "Content-Type")):
		form, err := url.ParseQuery(string(body.b))
		if err != nil {
			return plaiderr.New(plaiderr.InvalidBody).WithMessage("body could not be parsed as a form")
		}
		clear(body.b)
		body.b = appendForm(body.b[:0], form)
	}
	return nil
}

func isForm(contentType string) bool {
	kind, _, err := mime.ParseMediaType(contentType)
	return err == nil && kind == "application/x-www-form-urlencoded"
}

// appendForm appends a form as a JSON object. What it says twice is there twice, for
// the decoder to refuse.
func appendForm(b []byte, form url.Values) []byte {
	b = append(b, '{')
	for name, values := range form {
		for _, value := range values {
			b = wire.AppendString(wire.AppendComma(b), name)
			b = wire.AppendString(append(b, ':'), value)
		}
	}
	return append(b, '}')
}
