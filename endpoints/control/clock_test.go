package control_test

import (
	"errors"
	"testing"
	"time"

	"github.com/gingham-dev/gingham/clock"
	"github.com/gingham-dev/gingham/endpoints/api/apitest"
)

func TestClock(t *testing.T) {
	w := newWorld(t)
	a := w.Post("/gingham/clock/get", "").OK()
	if a.Text("now") != "2026-11-20T12:00:00Z" || a.At("ahead_seconds") != float64(3600) {
		t.Errorf("answered %s", a.Body)
	}
	for _, tt := range []struct{ path, members, now string }{
		{"advance", `"seconds":1.5`, "2026-11-20T12:00:01.500Z"},
		{"advance", `"days":1.5,"seconds":0.5`, "2026-11-22T00:00:02Z"},
		{"set", `"now":"2026-11-22T01:30:00+01:00"`, "2026-11-22T00:30:00Z"},
		{"set", `"now":"2026-11-22T00:30:00Z"`, "2026-11-22T00:30:00Z"},
		{"advance", `"days":366`, "2027-11-23T00:30:00Z"},
		{"set", `"now":"2028-11-23T00:30:00Z"`, "2028-11-23T00:30:00Z"},
	} {
		a := w.Post("/gingham/clock/"+tt.path, tt.members).OK()
		if a.Text("now") != tt.now || a.Text("target") != tt.now || a.At("reached") != true {
			t.Errorf("%s %s: answered %s, want %s", tt.path, tt.members, a.Body, tt.now)
		}
	}
	nothing := apitest.InvalidField("seconds or days must be greater than 0")
	for _, tt := range []struct {
		path, members string
		want          apitest.Failure
	}{
		{"advance", ``, nothing},
		{"advance", `"seconds":0,"days":null`, nothing},
		{"advance", `"seconds":1e-10`, nothing},
		{"advance", `"seconds":-1`, apitest.InvalidField("seconds must be greater than or equal to 0")},
		{"advance", `"days":366.5`, apitest.InvalidField("days must be less than or equal to 366")},
		{"advance", `"days":366,"seconds":1`, apitest.InvalidField("seconds and days must be at most 366 days together")},
		{"set", ``, apitest.MissingFields("now")},
		{"set", `"now":"2028-11-23"`, apitest.InvalidField("now must be a properly formatted date-time (ISO 8601)")},
		{"set", `"now":"2028-11-23T00:29:59Z"`, apitest.InvalidField("now must not be before the clock's time, as the clock moves forwards only")},
		{"set", `"now":"2029-11-25T00:30:00Z"`, apitest.InvalidField("now must be at most 366 days after the clock's time")},
	} {
		w.Post("/gingham/clock/"+tt.path, tt.members).Is(tt.want)
	}
}

// TestLongWay moves a clock that does not get there in one call.
func TestLongWay(t *testing.T) {
	w := newWorld(t)
	w.clock.stopAt = apitest.Start.Add(3 * time.Hour)
	a := w.Post("/gingham/clock/advance", `"days":1`).OK()
	if a.Text("now") != "2026-11-20T15:00:00Z" || a.Text("target") != "2026-11-21T12:00:00Z" || a.At("reached") != false {
		t.Errorf("answered %s", a.Body)
	}
	w.clock.stopAt = time.Time{}
	if a := w.Post("/gingham/clock/set", `"now":"`+a.Text("target")+`"`).OK(); a.At("reached") != true {
		t.Errorf("answered %s", a.Body)
	}
	// Another instance has moved it farther already.
	w.clock.fail = clock.ErrBackwards
	if a := w.Post("/gingham/clock/advance", `"days":1`).OK(); a.At("reached") != true {
		t.Errorf("answered %s", a.Body)
	}
	w.clock.fail = errors.New("the store is gone")
	for _, call := range [][2]string{{"advance", `"days":1`}, {"set", `"now":"2026-12-01T00:00:00Z"`}} {
		if a := w.Post("/gingham/clock/"+call[0], call[1]); a.Status != 500 {
			t.Errorf("answered %d %s", a.Status, a.Body)
		}
	}
}
