package linkmoney

import (
	"context"
	"net/http"
	"slices"
	"time"

	"github.com/gingham-dev/gingham/endpoints/api"
	"github.com/gingham-dev/gingham/models/plaid/wire"
	"github.com/gingham-dev/gingham/models/plaiderr"
)

// The values that a configuration can have.
var (
	types       = []string{"plaid", "mx", "yodlee"}
	dateFormats = []string{dateISO, dateUTC, dateUnix}
)

const (
	dateISO, dateUTC, dateUnix = "ISO", "UTC", "unix"
	// maxAllowed is how many entries an allowlist has at most.
	maxAllowed = 100
)

// configurationRoutes are the routes of a client's configuration, its callbacks, and
// the events that were not delivered.
func (g *Group) configurationRoutes() []api.Route {
	const (
		root       = "/configuration"
		hooks      = root + "/webhooks"
		hook       = hooks + "/:id"
		retrievals = hooks + "/retrievals"
		retrieval  = retrievals + "/:eventId"
	)
	routes := []api.Route{
		api.Handle(root, api.ClientAuth, g.getConfiguration).On(http.MethodGet),
		api.Handle(root, api.ClientAuth, g.createConfiguration),
		api.Handle(root, api.ClientAuth, g.editConfiguration).On(http.MethodPatch),
		api.Handle(root, api.ClientAuth, g.editConfiguration).On(http.MethodPut),
		api.Handle(root, api.ClientAuth, g.removeConfiguration).On(http.MethodDelete),
		api.Handle(hooks, api.ClientAuth, g.listWebhooks).On(http.MethodGet),
		api.Handle(hooks, api.ClientAuth, g.createWebhook),
		api.Handle(hook, api.ClientAuth, g.getWebhook).On(http.MethodGet),
		api.Handle(hook, api.ClientAuth, g.editWebhook).On(http.MethodPatch),
		api.Handle(hook, api.ClientAuth, g.removeWebhook).On(http.MethodDelete),
		api.Handle(retrievals, api.ClientAuth, g.listRetrievals).On(http.MethodGet),
		api.Handle(retrievals, api.ClientAuth, g.retrieveAll).Within(retrievalLimit),
		api.Handle(retrieval, api.ClientAuth, g.retrieve).Within(retrievalLimit),
	}
	for i := range routes {
		routes[i] = routes[i].Also(prefixed(routes[i].Path, slices.Concat(plaidPrefixes, developerPrefixes)...)...)
	}
	return routes
}

// credentials reads a client's, whose secret can have Link Money's name. It reports
// false for a field that is none of them.
func credentials(d *wire.Decoder, c *wire.Credentials) bool {
	switch d.Key() {
	case "client_id":
		c.ClientID = d.Credential()
	case "client_secret", "secret":
		c.Secret = d.Credential()
	default:
		return false
	}
	return true
}

// plainRequest has credentials at most.
type plainRequest struct{ wire.Credentials }

// DecodeJSON implements wire.Request.
func (r *plainRequest) DecodeJSON(d *wire.Decoder) {
	if d.Absent() || !d.Object() {
		return
	}
	for d.Next() {
		if !credentials(d, &r.Credentials) {
			d.Unknown()
		}
	}
	d.End()
}

// configurationRequest sets what it has of a configuration.
type configurationRequest struct {
	wire.Credentials

	kind             wire.Opt[string]
	dateFormat, name *string
	allowlist        []string // nil is not given
}

// DecodeJSON implements wire.Request.
func (r *configurationRequest) DecodeJSON(d *wire.Decoder) {
	if d.Absent() || !d.Object() {
		return
	}
	for d.Next() {
		switch d.Key() {
		case "dateFormat":
			if s, ok := d.OneOf(dateFormats); ok {
				r.dateFormat = &s
			}
		case "id", "webhookIds":
			d.Skip() // ours to set; a configuration that was read can be sent back
		case "ipAllowlist":
			r.decodeAllowlist(d)
		case "name":
			if s, ok := d.Str(); ok {
				d.Length(s, 0, maxName)
				r.name = &s
			}
		case "type":
			r.kind = wire.Null[string]()
			if !d.Null() {
				s, _ := d.OneOf(types)
				r.kind = wire.Some(s)
			}
		default:
			if !credentials(d, &r.Credentials) {
				d.Unknown()
			}
		}
	}
	d.End()
}

func (r *configurationRequest) decodeAllowlist(d *wire.Decoder) {
	if !d.Array(0, maxAllowed) {
		return
	}
	r.allowlist = []string{}
	for d.Elem() {
		s, ok := d.Str()
		if !ok {
			continue
		}
		if _, ok := network(s); !ok {
			d.Invalid("must be an IP address, or a network as 203.0.113.0/24")
		}
		r.allowlist = append(r.allowlist, s)
	}
}

// apply sets what the request has.
func (r *configurationRequest) apply(c *configuration) error {
	if !r.kind.IsAbsent() {
		c.Type = r.kind.Ptr()
	}
	if r.dateFormat != nil {
		c.DateFormat = *r.dateFormat
	}
	if r.name != nil {
		c.Name = *r.name
	}
	if r.allowlist != nil {
		if len(r.allowlist) == 0 && len(c.Callbacks) > 0 {
			return plaiderr.InvalidField("ipAllowlist must not be empty while there are webhooks")
		}
		c.IPAllowlist = r.allowlist
	}
	return nil
}

// shown is a configuration as it is answered with.
func (c *configuration) shown() answer {
	ids := make([]string, len(c.Callbacks))
	for i := range c.Callbacks {
		ids[i] = c.Callbacks[i].ID
	}
	return answer{"configuration": struct {
		ID          string   `json:"id"`
		WebhookIDs  []string `json:"webhookIds"`
		DateFormat  string   `json:"dateFormat"`
		Type        *string  `json:"type"`
		Name        string   `json:"name"`
		IPAllowlist []string `json:"ipAllowlist"`
	}{c.ID, ids, c.DateFormat, c.Type, c.Name, c.IPAllowlist}}
}

// date is a time in the configuration's format.
func (c *configuration) date(t time.Time) any {
	switch c.DateFormat {
	case dateUTC:
		return t.UTC().Format(http.TimeFormat)
	case dateUnix:
		return t.Unix()
	}
	return t.UTC().Format("2006-01-02T15:04:05.000Z")
}

// missing says that a client has no configuration, or no such thing in it.
func missing(format string, args ...any) error {
	return plaiderr.New(plaiderr.NotFound).WithMessage(format, args...)
}

// existing returns a change of what is there, or NOT_FOUND where nothing is.
func existing(fn func(*configuration) error) func(*configuration) (*configuration, error) {
	return func(c *configuration) (*configuration, error) {
		if c == nil {
			return nil, missing("there is no configuration: create one with POST /configuration")
		}
		return c, fn(c)
	}
}

// configured is a client's configuration, or NOT_FOUND.
func (g *Group) configured(ctx context.Context, c *api.Caller) (*configuration, error) {
	found, _, err := g.callbacks.read(ctx, c.Client.ID)
	if err != nil {
		return nil, err
	}
	return existing(func(*configuration) error { return nil })(found)
}

func (g *Group) getConfiguration(ctx context.Context, c *api.Caller, _ *plainRequest) (answer, error) {
	found, err := g.configured(ctx, c)
	if err != nil {
		return nil, err
	}
	return found.shown(), nil
}

// createConfiguration answers with INVALID_CONFIGURATION where there is one already.
func (g *Group) createConfiguration(ctx context.Context, c *api.Caller, req *configurationRequest) (answer, error) {
	made, err := g.callbacks.change(ctx, c.Client.ID, func(old *configuration) (*configuration, error) {
		if old != nil {
			return nil, plaiderr.New(plaiderr.InvalidConfiguration).
				WithMessage("there is a configuration already: change it with PATCH /configuration")
		}
		made := &configuration{ID: "CFG-" + g.ids.UUID(), DateFormat: dateISO, IPAllowlist: []string{}}
		return made, req.apply(made)
	})
	if err != nil {
		return nil, err
	}
	return made.shown(), nil
}

func (g *Group) editConfiguration(ctx context.Context, c *api.Caller, req *configurationRequest) (answer, error) {
	changed, err := g.callbacks.change(ctx, c.Client.ID, existing(req.apply))
	if err != nil {
		return nil, err
	}
	return changed.shown(), nil
}

// removeConfiguration forgets the configuration with its callbacks. It answers with
// what it was.
func (g *Group) removeConfiguration(ctx context.Context, c *api.Caller, _ *plainRequest) (answer, error) {
	found, err := g.configured(ctx, c)
	if err != nil {
		return nil, err
	}
	if err := g.callbacks.remove(ctx, c.Client.ID); err != nil {
		return nil, err
	}
	return found.shown(), nil
}
