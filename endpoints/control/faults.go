package control

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/shopspring/decimal"

	"github.com/gingham-dev/gingham/endpoints/api"
	"github.com/gingham-dev/gingham/models/gingham"
	"github.com/gingham-dev/gingham/models/plaid"
	"github.com/gingham-dev/gingham/models/plaid/wire"
	"github.com/gingham-dev/gingham/models/plaiderr"
	"github.com/gingham-dev/gingham/store"
)

func (g *Group) createFault(ctx context.Context, c *api.Caller, req *gingham.FaultsCreateRequest) (*gingham.FaultsCreateResponse, error) {
	f := &fault{
		id: g.ids.UUID(), route: strings.Clone(req.Route), createdAt: c.Now, probability: 1,
		effect: effect{
			code: strings.Clone(wire.ValueOr(req.ErrorCode, "")), delay: duration(req.LatencySeconds),
			drop: wire.ValueOr(req.Drop, false), truncate: wire.ValueOr(req.Truncate, false),
		},
		remaining: wire.ValueOr(req.Count, 0),
	}
	if req.Probability != nil {
		f.probability = req.Probability.InexactFloat64()
	}
	if err := f.check(); err != nil {
		return nil, err
	}
	if req.AccessToken != "" {
		_, h, err := g.tokens.Resolve(ctx, c.Client.ID, store.AccessToken, req.AccessToken)
		if err != nil {
			return nil, err
		}
		f.item = h.ID
	}
	shown := f.show() // before anybody else has it
	if !g.controls.addFault(c.Client.ID, f) {
		return nil, plaiderr.InvalidField(fmt.Sprintf("there are %d faults already, the most that a client can have", maxFaults))
	}
	return &gingham.FaultsCreateResponse{
		FaultID: shown.FaultID, Route: shown.Route, ItemID: shown.ItemID, ErrorCode: shown.ErrorCode,
		LatencySeconds: shown.LatencySeconds, Drop: shown.Drop, Truncate: shown.Truncate, Probability: shown.Probability,
		Remaining: shown.Remaining, Fired: shown.Fired, CreatedAt: shown.CreatedAt,
	}, nil
}

// check returns INVALID_FIELD for a fault that there can't be.
func (f *fault) check() error {
	upstream := f.route == upstreamRoute
	known := slices.ContainsFunc(plaid.Paths, func(p plaid.PathInfo) bool { return p.Path == f.route })
	_, answered := upstreamErrors[f.code]
	switch {
	case !known && !upstream && f.route != anyRoute:
		return plaiderr.InvalidField(`route must be a path of Plaid's API, "*" or "upstream"`)
	case f.effect == effect{}:
		return plaiderr.InvalidField("error_code, latency_seconds, drop or truncate must be set")
	case upstream && f.effect != effect{code: f.code}:
		return plaiderr.InvalidField(`error_code is the one effect of a fault whose route is "upstream"`)
	case upstream && !answered:
		return plaiderr.InvalidField(`error_code must, where route is "upstream", be one of: ` +
			strings.Join(slices.Sorted(maps.Keys(upstreamErrors)), ", "))
	case f.code != "" && !isErrorCode(f.code):
		return plaiderr.InvalidField("error_code must be one of Plaid's error codes")
	}
	if what := f.contradiction(); what != "" {
		return plaiderr.InvalidField(what)
	}
	return nil
}

func (f *fault) show() gingham.Fault {
	out := gingham.Fault{
		FaultID: f.id, Route: f.route, ItemID: wire.NilIfEmpty(string(f.item)), ErrorCode: wire.NilIfEmpty(f.code),
		LatencySeconds: seconds(f.delay), Drop: f.drop, Truncate: f.truncate,
		Probability: decimal.NewFromFloat(f.probability), Fired: f.fired, CreatedAt: f.createdAt,
	}
	if f.remaining > 0 {
		remaining := f.remaining // it goes on counting
		out.Remaining = &remaining
	}
	return out
}

func (g *Group) listFaults(_ context.Context, c *api.Caller, _ *gingham.FaultsListRequest) (*gingham.FaultsListResponse, error) {
	list := g.controls.listFaults(c.Client.ID)
	resp := &gingham.FaultsListResponse{Faults: make([]gingham.Fault, len(list))}
	for i := range list {
		resp.Faults[i] = list[i].show()
	}
	return resp, nil
}

func (g *Group) removeFaults(_ context.Context, c *api.Caller, req *gingham.FaultsRemoveRequest) (*gingham.FaultsRemoveResponse, error) {
	if req.FaultID == nil {
		return &gingham.FaultsRemoveResponse{Removed: int64(g.controls.removeFaults(c.Client.ID))}, nil
	}
	if !g.controls.removeFault(c.Client.ID, *req.FaultID) {
		return nil, plaiderr.InvalidField("fault_id must be the id of a fault that is there")
	}
	return &gingham.FaultsRemoveResponse{Removed: 1}, nil
}
