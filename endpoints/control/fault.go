package control

import (
	"slices"
	"strings"
	"time"

	"github.com/gingham-dev/gingham/endpoints/api"
	"github.com/gingham-dev/gingham/models"
	"github.com/gingham-dev/gingham/models/plaiderr"
	"github.com/gingham-dev/gingham/providers"
	"github.com/gingham-dev/gingham/store"
)

// Routes of a fault that are no paths.
const (
	anyRoute      = "*"
	upstreamRoute = "upstream"
)

// maxFaults is how many faults a client has at most.
const maxFaults = 100

// fault is a fault that a client has set.
type fault struct {
	id    string
	route string
	// item is the one Item that it concerns, or "".
	item models.ItemID
	effect
	probability float64
	// remaining is how many more calls it befalls; 0 is without end.
	remaining int64
	fired     int64
	createdAt time.Time
}

// effect is what a fault does to a call.
type effect struct {
	// code is the error that is answered, or "".
	code           string
	delay          time.Duration
	drop, truncate bool
}

// contradiction says which effects don't go together, or "".
func (e *effect) contradiction() string {
	switch {
	case e.drop && e.code != "":
		return "drop does not go together with error_code"
	case e.drop && e.truncate:
		return "drop does not go together with truncate"
	}
	return ""
}

// api is the effect as the kit has it.
func (e *effect) api() api.Fault {
	f := api.Fault{Delay: e.delay, Drop: e.drop, Truncate: e.truncate}
	if e.code != "" {
		f.Err = plaiderr.Named(e.code)
	}
	return f
}

// isErrorCode reports whether Plaid has an error code.
func isErrorCode(code string) bool {
	return slices.ContainsFunc(plaiderr.Codes(), func(c *plaiderr.Code) bool { return c.Name() == code })
}

// Fault says what is to go wrong with a call: what the header asks for, or else a
// fault of the caller's. A header that asks for what there isn't is
// INVALID_HEADERS. It is an api.Options.Faults.
func (c *Controls) Fault(path string, caller *api.Caller, header string) (api.Fault, error) {
	if header != "" {
		return parseHeader(header)
	}
	// Faults of the routes that remove faults could not be removed.
	if c.faults.Load() == 0 || caller.Client == nil || strings.HasPrefix(path, Prefix) {
		return api.Fault{}, nil
	}
	var item models.ItemID
	if caller.Item != nil {
		item = caller.Item.ID
	}
	e, ok := c.strike(caller.Client.ID, item, func(route string) bool { return route == path || route == anyRoute })
	if !ok {
		return api.Fault{}, nil
	}
	return e.api(), nil
}

// Upstream returns the error that an Item's institution is to answer, a
// *providers.Error, or nil. It is a ledger.Options.Disturb.
func (c *Controls) Upstream(h *store.Head) error {
	if c.faults.Load() == 0 || c.isSpared(h.Client, h.ID) {
		return nil
	}
	e, ok := c.strike(h.Client, h.ID, func(route string) bool { return route == upstreamRoute })
	if !ok {
		return nil
	}
	answer := upstreamErrors[e.code]
	answer.Scope, answer.Detail = "item", "a tester asked for this error"
	return &answer
}

// strike finds the oldest fault that concerns an Item's call and befalls it.
func (c *Controls) strike(client models.ClientID, item models.ItemID, route func(string) bool) (effect, bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	s := c.clients[client]
	if s == nil {
		return effect{}, false
	}
	for i, f := range s.faults {
		if !route(f.route) || f.item != "" && f.item != item || f.probability < 1 && c.chance() >= f.probability {
			continue
		}
		f.fired++
		if f.remaining == 1 {
			s.faults = slices.Delete(s.faults, i, i+1)
			c.faults.Add(-1)
		} else if f.remaining > 1 {
			f.remaining--
		}
		return f.effect, true
	}
	return effect{}, false
}

// addFault adds a fault, unless the client has as many as it may.
func (c *Controls) addFault(client models.ClientID, f *fault) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	s := c.of(client)
	if len(s.faults) == maxFaults {
		return false
	}
	s.faults = append(s.faults, f)
	c.faults.Add(1)
	return true
}

// listFaults returns copies of a client's faults, the oldest first.
func (c *Controls) listFaults(client models.ClientID) []fault {
	c.mu.Lock()
	defer c.mu.Unlock()
	s := c.clients[client]
	if s == nil {
		return nil
	}
	list := make([]fault, len(s.faults))
	for i, f := range s.faults {
		list[i] = *f
	}
	return list
}

// removeFault removes a fault, and reports whether it was there.
func (c *Controls) removeFault(client models.ClientID, id string) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	s := c.clients[client]
	if s == nil {
		return false
	}
	i := slices.IndexFunc(s.faults, func(f *fault) bool { return f.id == id })
	if i < 0 {
		return false
	}
	s.faults = slices.Delete(s.faults, i, i+1)
	c.faults.Add(-1)
	return true
}

// removeFaults removes all of a client's faults and says how many there were.
func (c *Controls) removeFaults(client models.ClientID) int {
	c.mu.Lock()
	defer c.mu.Unlock()
	s := c.clients[client]
	if s == nil {
		return 0
	}
	n := len(s.faults)
	s.faults = nil
	c.faults.Add(-int64(n))
	return n
}

// upstreamErrors are what an institution can answer, by Plaid's code for it.
var upstreamErrors = map[string]providers.Error{
	plaiderr.AccessNotGranted.Name():             {Kind: providers.AccessNotGranted, UserAction: true},
	plaiderr.InstitutionDown.Name():              {Kind: providers.InstitutionDown},
	plaiderr.InstitutionNoLongerSupported.Name(): {Kind: providers.InstitutionGone},
	plaiderr.InstitutionNotResponding.Name():     {Kind: providers.InstitutionNotAnswering},
	plaiderr.InsufficientCredentials.Name():      {Kind: providers.InsufficientCredentials, UserAction: true},
	plaiderr.InternalServerError.Name():          {Kind: providers.ServerError},
	plaiderr.InvalidCredentials.Name():           {Kind: providers.InvalidCredentials, UserAction: true},
	plaiderr.InvalidMFA.Name():                   {Kind: providers.InvalidMFA, UserAction: true},
	plaiderr.ItemLocked.Name():                   {Kind: providers.Locked, UserAction: true},
	plaiderr.ItemLoginRequired.Name():            {Kind: providers.LoginRequired, UserAction: true},
	plaiderr.ItemNotSupported.Name():             {Kind: providers.NotSupported},
	plaiderr.LimitInstitution.Name():             {Kind: providers.RateLimited},
	plaiderr.MFANotSupported.Name():              {Kind: providers.MFANotSupported},
	plaiderr.NoAccounts.Name():                   {Kind: providers.NoAccounts},
	plaiderr.UserPermissionRevoked.Name():        {Kind: providers.PermissionRevoked, UserAction: true},
	plaiderr.UserSetupRequired.Name():            {Kind: providers.UserSetupRequired, UserAction: true},
}
