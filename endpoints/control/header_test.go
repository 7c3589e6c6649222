package control_test

import (
	"strings"
	"testing"
	"time"

	"github.com/gingham-dev/gingham/endpoints/api"
	"github.com/gingham-dev/gingham/endpoints/control"
)

func TestHeader(t *testing.T) {
	c := control.NewControls(nil, 0, 0)
	const latency = "Gingham-Fault: latency must be a number of seconds from 0 to 120"
	for _, tt := range []struct {
		header string
		want   api.Fault
		code   string
		fails  string
	}{
		{header: "ITEM_LOGIN_REQUIRED", code: "ITEM_LOGIN_REQUIRED"},
		{header: "latency=2.5", want: api.Fault{Delay: 2500 * time.Millisecond}},
		{header: "drop", want: api.Fault{Drop: true}},
		{header: " truncate , latency=0", want: api.Fault{Truncate: true}},
		{header: "RATE_LIMIT,latency=120,truncate", want: api.Fault{Delay: 2 * time.Minute, Truncate: true}, code: "RATE_LIMIT"},
		{header: "drop,latency=1", want: api.Fault{Drop: true, Delay: time.Second}},
		{header: "dorp", fails: `Gingham-Fault: "dorp" is neither an error code nor latency=<seconds>, drop or truncate`},
		{header: "drop,", fails: `Gingham-Fault: "" is neither an error code nor latency=<seconds>, drop or truncate`},
		{header: "item_login_required", fails: `Gingham-Fault: "item_login_required" is neither an error code nor latency=<seconds>, drop or truncate`},
		{header: strings.Repeat("x", 100), fails: `Gingham-Fault: "` + strings.Repeat("x", 64) + `" is neither an error code nor latency=<seconds>, drop or truncate`},
		{header: "latency=", fails: latency},
		{header: "latency=-1", fails: latency},
		{header: "latency=NaN", fails: latency},
		{header: "latency=120.5", fails: latency},
		{header: "latency=1e999", fails: latency},
		{header: "drop,truncate", fails: "Gingham-Fault: drop does not go together with truncate"},
		{header: "drop,RATE_LIMIT", fails: "Gingham-Fault: drop does not go together with error_code"},
		{header: "RATE_LIMIT,ITEM_LOCKED", fails: "Gingham-Fault: there must be one error code at most"},
	} {
		got, err := c.Fault("/accounts/get", &api.Caller{}, tt.header)
		switch {
		case tt.fails != "":
			if err == nil || err.Error() != "INVALID_REQUEST/INVALID_HEADERS: "+tt.fails {
				t.Errorf("%q: %v", tt.header, err)
			}
			continue
		case err != nil:
			t.Errorf("%q: %v", tt.header, err)
			continue
		}
		code := ""
		if got.Err != nil {
			code = got.Err.Code()
		}
		if got.Err = nil; got != tt.want || code != tt.code {
			t.Errorf("%q: %+v %s", tt.header, got, code)
		}
	}
}

// FuzzHeader checks that whatever is asked for is something that can be done.
func FuzzHeader(f *testing.F) {
	for _, s := range []string{"", "drop", "truncate,latency=2.5", "latency=1e-9", "ITEM_LOCKED,latency=0x1p4", ",,", "latency=inf"} {
		f.Add(s)
	}
	c := control.NewControls(nil, 0, 0)
	f.Fuzz(func(t *testing.T, header string) {
		got, err := c.Fault("/accounts/get", &api.Caller{}, header)
		if err != nil {
			return
		}
		if got.Delay < 0 || got.Delay > 2*time.Minute || got.Drop && (got.Truncate || got.Err != nil) {
			t.Errorf("%q: %+v", header, got)
		}
	})
}
