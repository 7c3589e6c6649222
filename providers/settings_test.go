package providers_test

import (
	"testing"

	"github.com/gingham-dev/gingham/providers"
)

func TestSettings(t *testing.T) {
	var o struct {
		Secret string `json:"secret"`
		Days   int    `json:"days"`
	}
	if err := (providers.Settings{"secret": "s", "days": 90}).Decode(&o); err != nil || o.Secret != "s" || o.Days != 90 {
		t.Errorf("read %+v, %v", o, err)
	}
	for name, s := range map[string]providers.Settings{"unknown": {"day": 90}, "another type": {"days": "many"}} {
		if err := s.Decode(&o); err == nil {
			t.Errorf("%s was taken", name)
		}
	}
}
