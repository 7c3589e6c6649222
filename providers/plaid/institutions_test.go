package plaid_test

import (
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/gingham-dev/gingham/models"
	"github.com/gingham-dev/gingham/providers"
	"github.com/gingham-dev/gingham/providers/plaid"
)

const twoBanks = `{"institutions":[
	{"institution_id":"ins_1","name":"One","products":["auth","transactions","income"],"country_codes":["US"],"oauth":true,"url":"https://one.example","routing_numbers":["011401533"],"logo":null},
	{"institution_id":"ins_2","name":"Two","products":["identity"],"country_codes":["US"],"oauth":false,"url":null,"routing_numbers":[]}],"total":3}`

func TestInstitutionsAreAskedForAndKept(t *testing.T) {
	cache := filepath.Join(t.TempDir(), "institutions.json")
	open := func(up *script) ([]models.Institution, error) {
		o := options()
		o.Institutions, o.Prefix, o.Cache = nil, "up_", cache
		o.Products = []models.Product{"auth", "transactions"}
		p, err := plaid.Open(t.Context(), o, providers.Surroundings{Now: func() time.Time { return noon }}, up)
		if err != nil {
			return nil, err
		}
		return p.Institutions(), nil
	}
	up := &script{answers: map[string][]answer{}}
	up.fails("/institutions/get", 500, "")
	if _, err := open(up); err == nil {
		t.Error("no institutions were taken for none")
	}
	up.to("/institutions/get", twoBanks, `{"institutions":[{"institution_id":"ins_1","name":"Again"},{"institution_id":"ins_3","name":"Three"}],"total":3}`)
	list, err := open(up)
	must(t, err)
	var ids []models.InstitutionID
	for i := range list {
		ids = append(ids, list[i].ID)
	}
	if !slices.Equal(ids, []models.InstitutionID{"up_ins_1", "up_ins_2", "up_ins_3"}) {
		t.Errorf("%v", ids)
	}
	one := list[0]
	if one.Name != "One" || !slices.Equal(one.Products, []models.Product{"auth", "transactions"}) || !one.OAuth || len(list[1].Products) != 0 {
		t.Errorf("%+v", list)
	}
	if up.last("/institutions/get")["offset"] != 2.0 {
		t.Errorf("asked %v", up.asked)
	}
	asked := len(up.asked)
	if list, err = open(up); err != nil || len(list) != 3 || len(up.asked) != asked {
		t.Errorf("with a cache: %d, %v", len(list), err)
	}
	// One that is old is asked for anew, and does where the upstream can't be asked.
	old := time.Now().Add(-25 * time.Hour)
	must(t, os.Chtimes(cache, old, old))
	up.fails("/institutions/get", 500, "")
	if list, err = open(up); err != nil || len(list) != 3 || len(up.asked) == asked {
		t.Errorf("with an old cache: %d, %v", len(list), err)
	}
	must(t, os.WriteFile(cache, []byte(`[{"institution_id":`), 0o600))
	up.to("/institutions/get", `{"institutions":[{"institution_id":"ins_1","name":"One"}],"total":1}`)
	if list, err = open(up); err != nil || len(list) != 1 {
		t.Errorf("with a broken cache: %d, %v", len(list), err)
	}
}

func TestSettings(t *testing.T) {
	good := providers.Settings{
		"base_url": "https://plaid.example", "client_id": "c", "secret": "s", "institutions": []any{map[string]any{"id": "ins_1"}},
	}
	p, err := plaid.New(good, providers.Surroundings{})
	must(t, err)
	list := p.Institutions()
	if len(list) != 1 || list[0].Name != "ins_1" || !list[0].Supports([]models.Product{"auth", "transactions"}) || p.Info().Name != "plaid" {
		t.Errorf("%+v", list)
	}
	for name, value := range map[string]any{
		"base_url": "plaid.example", "client_id": "", "secret": "", "poll": "often", "category_version": "v3", "webook": "x",
	} {
		s := providers.Settings{}
		for key, v := range good {
			s[key] = v
		}
		s[name] = value
		if _, err := plaid.New(s, providers.Surroundings{}); err == nil {
			t.Errorf("%s %v was taken", name, value)
		}
	}
}
