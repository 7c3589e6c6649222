package clock

import (
	"errors"
	"testing"
	"time"
)

var start = time.Date(2026, 11, 20, 12, 0, 0, 0, time.UTC)

func TestStanding(t *testing.T) {
	c := Standing(start)
	if !c.Now().Equal(start) {
		t.Errorf("stands at %v", c.Now())
	}
	if err := c.MoveTo(start.Add(time.Hour)); err != nil || !c.Now().Equal(start.Add(time.Hour)) {
		t.Errorf("was moved to %v, %v", c.Now(), err)
	}
	if err := c.MoveTo(start); !errors.Is(err, ErrBackwards) || !c.Now().Equal(start.Add(time.Hour)) {
		t.Errorf("was moved back to %v, %v", c.Now(), err)
	}
}

func TestRunning(t *testing.T) {
	machine := start
	c := Running()
	c.base = func() time.Time { return machine }
	if err := c.MoveTo(start.Add(time.Hour)); err != nil {
		t.Fatal(err)
	}
	machine = machine.Add(time.Minute)
	if want := start.Add(time.Hour + time.Minute); !c.Now().Equal(want) || c.Ahead() != time.Hour {
		t.Errorf("goes on to %v, %v ahead, want %v", c.Now(), c.Ahead(), want)
	}
	if err := c.MoveTo(machine); !errors.Is(err, ErrBackwards) {
		t.Errorf("moved back to the machine's time: %v", err)
	}
	for _, d := range []time.Duration{time.Minute, 2 * time.Hour} {
		c.CatchUp(d)
	}
	if c.Ahead() != 2*time.Hour {
		t.Errorf("caught up to %v", c.Ahead())
	}
}
