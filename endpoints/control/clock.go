package control

import (
	"context"
	"errors"
	"time"

	"github.com/shopspring/decimal"

	"github.com/gingham-dev/gingham/clock"
	"github.com/gingham-dev/gingham/endpoints/api"
	"github.com/gingham-dev/gingham/models/gingham"
	"github.com/gingham-dev/gingham/models/plaiderr"
)

const (
	day = 24 * time.Hour
	// farthest is how far a call moves the clock at most.
	farthest = 366 * day
	// moveFor is how long the clock is moved before the caller is told how far it
	// came: less than the call may take.
	moveFor = long - 10*time.Second
)

func (g *Group) getClock(ctx context.Context, _ *api.Caller, _ *gingham.ClockGetRequest) (*gingham.ClockGetResponse, error) {
	now, err := g.clock.Read(ctx)
	if err != nil {
		return nil, err
	}
	ahead := now.Sub(g.machine()).Round(time.Millisecond)
	return &gingham.ClockGetResponse{Now: now, AheadSeconds: seconds(ahead)}, nil
}

func (g *Group) advanceClock(ctx context.Context, _ *api.Caller, req *gingham.ClockAdvanceRequest) (*gingham.ClockMoveResponse, error) {
	by := duration(req.Seconds)
	if req.Days != nil {
		inSeconds := req.Days.Mul(decimal.NewFromInt(int64(day / time.Second)))
		by += duration(&inSeconds)
	}
	switch {
	case by <= 0:
		return nil, plaiderr.InvalidField("seconds or days must be greater than 0")
	case by > farthest:
		return nil, plaiderr.InvalidField("seconds and days must be at most 366 days together")
	}
	now, err := g.clock.Read(ctx)
	if err != nil {
		return nil, err
	}
	resp, err := g.moveClock(ctx, now.Add(by))
	if errors.Is(err, clock.ErrBackwards) {
		// Somebody else was faster, and farther.
		resp.Reached = true
		return resp, nil
	}
	return resp, err
}

func (g *Group) setClock(ctx context.Context, _ *api.Caller, req *gingham.ClockSetRequest) (*gingham.ClockMoveResponse, error) {
	now, err := g.clock.Read(ctx)
	if err != nil {
		return nil, err
	}
	if req.Now.Sub(now) > farthest {
		return nil, plaiderr.InvalidField("now must be at most 366 days after the clock's time")
	}
	resp, err := g.moveClock(ctx, req.Now.UTC())
	if errors.Is(err, clock.ErrBackwards) {
		return nil, plaiderr.InvalidField("now must not be before the clock's time, as the clock moves forwards only")
	}
	return resp, err
}

// moveClock moves the clock until it is there or the time for it is over. The
// response is there with an error too.
func (g *Group) moveClock(ctx context.Context, to time.Time) (*gingham.ClockMoveResponse, error) {
	ctx, cancel := context.WithTimeout(ctx, moveFor)
	defer cancel()
	now, err := g.clock.MoveTo(ctx, to)
	if errors.Is(err, context.DeadlineExceeded) {
		err = nil
	}
	return &gingham.ClockMoveResponse{Now: now, Target: to, Reached: !now.Before(to)}, err
}
