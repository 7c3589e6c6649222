package control

import (
	"context"

	"github.com/gingham-dev/gingham/endpoints/api"
	"github.com/gingham-dev/gingham/models/gingham"
	"github.com/gingham-dev/gingham/models/plaiderr"
)

func (g *Group) setReadiness(_ context.Context, c *api.Caller, req *gingham.ReadinessSetRequest) (*gingham.ReadinessResponse, error) {
	initial, historical := duration(&req.InitialDelaySeconds), duration(&req.HistoricalDelaySeconds)
	if historical < initial {
		return nil, plaiderr.InvalidField("historical_delay_seconds must not be less than initial_delay_seconds")
	}
	g.controls.setReadiness(c.Client.ID, readiness{initial, historical})
	return g.readiness(c), nil
}

func (g *Group) getReadiness(_ context.Context, c *api.Caller, _ *gingham.ReadinessGetRequest) (*gingham.ReadinessResponse, error) {
	return g.readiness(c), nil
}

func (g *Group) readiness(c *api.Caller) *gingham.ReadinessResponse {
	initial, historical := g.controls.Readiness(c.Client.ID)
	return &gingham.ReadinessResponse{InitialDelaySeconds: seconds(initial), HistoricalDelaySeconds: seconds(historical)}
}
