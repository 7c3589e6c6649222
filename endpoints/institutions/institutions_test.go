package institutions_test

import (
	"encoding/json"
	"fmt"
	"slices"
	"testing"

	"github.com/gingham-dev/gingham/endpoints/api"
	"github.com/gingham-dev/gingham/endpoints/api/apitest"
	"github.com/gingham-dev/gingham/endpoints/institutions"
	"github.com/gingham-dev/gingham/models"
	"github.com/gingham-dev/gingham/models/plaid"
)

// sandboxed serves the sandbox's institutions.
func sandboxed(t *testing.T) *apitest.Server {
	t.Helper()
	return apitest.New(t, apitest.Options{}, func(s *apitest.Server) []api.Route {
		return institutions.New(s.Providers.Institutions()).Routes()
	})
}

// small serves a few institutions that differ in all that is filtered by.
func small(t *testing.T) *apitest.Server {
	t.Helper()
	const a, b = "021200339", "052001633"
	auth, all := []models.Product{"auth", "transactions"}, []models.Product{"auth", "identity", "transactions"}
	list := []models.Institution{
		{ID: "ins_1", Name: "Ginghám Bank", Countries: []string{"US"}, Products: all, RoutingNumbers: []string{a, b}, InstantAuth: true, DTCNumbers: []string{"0158"}},
		{ID: "ins_2", Name: "The Gingham", Countries: []string{"US", "CA"}, Products: auth, RoutingNumbers: []string{a}, OAuth: true, InstantAuth: true},
		{ID: "ins_3", Name: "Slow Gingham", Countries: []string{"US"}, Products: all[1:], InstantMatch: true},
		{ID: "ins_4", Name: "Bank of Ginghamshire", Countries: []string{"GB"}, Products: append(all, "standing_orders"), OAuth: true, PaymentInitiation: true},
		{ID: "ins_5", Name: "Oldgingham", Countries: []string{"NL"}, Products: all, OAuth: true, PaymentInitiation: true},
	}
	for i := range list {
		list[i].URL, list[i].PrimaryColor = "https://"+string(list[i].ID)+".example", "#1f7a5c"
	}
	return apitest.New(t, apitest.Options{}, func(*apitest.Server) []api.Route { return institutions.New(list).Routes() })
}

// ids are the institutions that /institutions/get or /institutions/search answers with.
func ids(t *testing.T, a *apitest.Answer) []string {
	t.Helper()
	var list plaid.InstitutionsGetResponse
	if err := json.Unmarshal(a.OK().Body, &list); err != nil {
		t.Fatal(err)
	}
	var out []string
	for _, in := range list.Institutions {
		out = append(out, in.InstitutionID)
	}
	return out
}

func TestGet(t *testing.T) {
	t.Parallel()
	s := small(t)
	const anywhere = `"country_codes":["US","GB","NL","CA"]`
	for _, c := range []struct {
		members string
		want    []string
		total   int
	}{
		{`"count":500,"offset":0,` + anywhere, []string{"ins_1", "ins_2", "ins_3", "ins_4", "ins_5"}, 5},
		{`"count":2,"offset":1,` + anywhere, []string{"ins_2", "ins_3"}, 5},
		{`"count":2,"offset":4,` + anywhere, []string{"ins_5"}, 5},
		{`"count":2,"offset":9223372036854775807,` + anywhere, nil, 5},
		{`"count":5,"offset":0,"country_codes":["CA"]`, []string{"ins_2"}, 1},
		{`"count":5,"offset":0,"country_codes":["FR"]`, nil, 0},
		{`"count":5,"offset":0,"options":{"oauth":true},` + anywhere, []string{"ins_2", "ins_4", "ins_5"}, 3},
		{`"count":5,"offset":0,"options":{"oauth":false},` + anywhere, []string{"ins_1", "ins_3"}, 2},
		{`"count":5,"offset":0,"options":{"oauth":null,"products":null,"routing_numbers":null},"country_codes":["US"]`, []string{"ins_1", "ins_2", "ins_3"}, 3},
		{`"count":5,"offset":0,"options":{"products":["auth"]},"country_codes":["US"]`, []string{"ins_1", "ins_2"}, 2},
		{`"count":5,"offset":0,"options":{"products":["auth","identity"]},"country_codes":["US"]`, []string{"ins_1"}, 1},
		{`"count":5,"offset":0,"options":{"routing_numbers":["021200339"]},"country_codes":["US"]`, []string{"ins_1", "ins_2"}, 2},
		{`"count":5,"offset":0,"options":{"routing_numbers":["021200339","052001633"]},"country_codes":["US"]`, []string{"ins_1"}, 1},
		{`"count":5,"offset":0,"options":{"routing_numbers":["021200339","1","123456789"]},"country_codes":["US"]`, []string{"ins_1", "ins_2"}, 2},
		{`"count":5,"offset":0,"options":{"routing_numbers":["011401533"]},"country_codes":["US"]`, nil, 0},
		{`"count":5,"offset":0,"options":{"routing_numbers":[]},"country_codes":["US"]`, []string{"ins_1", "ins_2", "ins_3"}, 3},
	} {
		answer := s.Post("/institutions/get", c.members)
		if got := ids(t, answer); !slices.Equal(got, c.want) {
			t.Errorf("%s: %v, want %v", c.members, got, c.want)
		}
		if total := answer.At("total"); total != float64(c.total) {
			t.Errorf("%s: total %v, want %d", c.members, total, c.total)
		}
	}
	s.Post("/institutions/get", `"count":5,"offset":0,`+anywhere).Golden("get")
	s.Post("/institutions/get", `"count":5,"offset":0,`+anywhere+
		`,"options":{"include_auth_metadata":true,"include_payment_initiation_metadata":true}`).Golden("get_metadata")
}

func TestSearch(t *testing.T) {
	t.Parallel()
	s := small(t)
	const anywhere = `,"country_codes":["US","GB","NL","CA"]`
	for _, c := range []struct {
		members string
		want    []string
	}{
		// The beginning of a name before that of a word before anything else.
		{`"query":"gingham"` + anywhere, []string{"ins_1", "ins_2", "ins_3", "ins_4", "ins_5"}},
		{`"query":" GINGHÀM "` + anywhere, []string{"ins_1", "ins_2", "ins_3", "ins_4", "ins_5"}},
		{`"query":"ham"` + anywhere, []string{"ins_1", "ins_2", "ins_3", "ins_4", "ins_5"}},
		{`"query":"bank"` + anywhere, []string{"ins_4", "ins_1"}},
		{`"query":"gingham bank"` + anywhere, []string{"ins_1"}},
		{`"query":"houndstooth"` + anywhere, nil},
		{`"query":"…"` + anywhere, nil},
		{`"query":"gingham","country_codes":["CA"]`, []string{"ins_2"}},
		{`"query":"gingham","products":null,"country_codes":["US"]`, []string{"ins_1", "ins_2", "ins_3"}},
		{`"query":"gingham","products":["identity"],"country_codes":["US"]`, []string{"ins_1", "ins_3"}},
		// Account numbers had by matching count here.
		{`"query":"gingham","products":["auth","transactions"],"country_codes":["US"]`, []string{"ins_1", "ins_2", "ins_3"}},
		{`"query":"gingham","options":{"oauth":true}` + anywhere, []string{"ins_2", "ins_4", "ins_5"}},
		{`"query":"gingham","options":{"oauth":null}` + anywhere, []string{"ins_1", "ins_2", "ins_3", "ins_4", "ins_5"}},
		{`"query":"gingham","options":{"payment_initiation":{"payment_id":null}}` + anywhere, []string{"ins_4", "ins_5"}},
	} {
		if got := ids(t, s.Post("/institutions/search", c.members)); !slices.Equal(got, c.want) {
			t.Errorf("%s: %v, want %v", c.members, got, c.want)
		}
	}
	s.Post("/institutions/search", `"query":"ginghamshire","options":{"include_auth_metadata":true,`+
		`"include_payment_initiation_metadata":true}`+anywhere).Golden("search")
}

func TestGetByID(t *testing.T) {
	t.Parallel()
	s := small(t)
	s.Post("/institutions/get_by_id", `"institution_id":"ins_1","country_codes":["US"]`).Golden("get_by_id")
	s.Post("/institutions/get_by_id", `"institution_id":"ins_3","country_codes":["GB","US"],"options":{"include_status":true,`+
		`"include_auth_metadata":true,"include_payment_initiation_metadata":true}`).Golden("get_by_id_metadata")
	a := s.Post("/institutions/get_by_id", `"institution_id":"ins_2","country_codes":["CA"],"options":{"include_optional_metadata":true}`).OK()
	if a.Text("institution.url") != "https://ins_2.example" || a.Text("institution.primary_color") != "#1f7a5c" ||
		a.Text("institution.logo") == "" {
		t.Errorf("metadata: %s", a.Body)
	}
}

func TestErrors(t *testing.T) {
	t.Parallel()
	s := small(t)
	unknown := apitest.InvalidInput("INVALID_INSTITUTION", "invalid institution_id provided")
	for _, c := range []struct {
		name, path, members string
		want                apitest.Failure
	}{
		{"nothing", "/institutions/get", "", apitest.MissingFields("count, country_codes, offset")},
		{"no rows", "/institutions/get", `"count":0,"offset":0,"country_codes":["US"]`, apitest.InvalidField("count must be greater than or equal to 1")},
		{"too many", "/institutions/get", `"count":501,"offset":0,"country_codes":["US"]`, apitest.InvalidField("count must be less than or equal to 500")},
		{"before the first", "/institutions/get", `"count":1,"offset":-1,"country_codes":["US"]`, apitest.InvalidField("offset must be greater than or equal to 0")},
		{"nowhere", "/institutions/get", `"count":1,"offset":0,"country_codes":[]`, apitest.InvalidField("country_codes must be a non-empty array")},
		{"null countries", "/institutions/get", `"count":1,"offset":0,"country_codes":null`, apitest.MissingFields("country_codes")},
		{"null options", "/institutions/get", `"count":1,"offset":0,"country_codes":["US"],"options":null`, apitest.InvalidField("options must be an object")},
		{
			"bad routing numbers", "/institutions/get",
			`"count":1,"offset":0,"country_codes":["US"],"options":{"routing_numbers":["021200338","x"]}`,
			apitest.InvalidField("options.routing_numbers must contain at least one valid routing number"),
		},
		{"nothing", "/institutions/get_by_id", "", apitest.MissingFields("country_codes, institution_id")},
		{"unknown", "/institutions/get_by_id", `"institution_id":"ins_-1","country_codes":["US"]`, unknown},
		{"elsewhere", "/institutions/get_by_id", `"institution_id":"ins_1","country_codes":["CA"]`, unknown},
		{"nowhere", "/institutions/get_by_id", `"institution_id":"ins_1","country_codes":[]`, apitest.InvalidField("country_codes must be a non-empty array")},
		{"null countries", "/institutions/get_by_id", `"institution_id":"ins_1","country_codes":null`, apitest.MissingFields("country_codes")},
		{"nothing", "/institutions/search", "", apitest.MissingFields("country_codes, query")},
		{"no query", "/institutions/search", `"query":"","country_codes":["US"]`, apitest.InvalidField("query must be a non-empty string")},
		{"nowhere", "/institutions/search", `"query":"a","country_codes":[]`, apitest.InvalidField("country_codes must be a non-empty array")},
		{"no products", "/institutions/search", `"query":"a","country_codes":["US"],"products":[]`, apitest.InvalidField("products must be a non-empty array")},
	} {
		t.Run(c.name+" "+c.path, func(t *testing.T) { s.Post(c.path, c.members).Is(c.want) })
	}
}

// TestSandbox asks what SDKs' own tests ask.
func TestSandbox(t *testing.T) {
	t.Parallel()
	s := sandboxed(t)
	for members, want := range map[string]int{
		`"count":3,"offset":4,"country_codes":["US"],"options":{"include_optional_metadata":true}`:                 3,
		`"count":3,"offset":1,"country_codes":["GB"],"options":{"oauth":true}`:                                     3,
		`"count":1,"offset":0,"country_codes":["US"],"options":{"routing_numbers":["021200339","052001633"]}`:      1,
		`"count":50,"offset":0,"country_codes":["GB","CA","DE","FR"],"options":{"include_optional_metadata":true}`: 50,
	} {
		if got := ids(t, s.Post("/institutions/get", members)); len(got) != want {
			t.Errorf("%s: %d institutions", members, len(got))
		}
	}
	for _, query := range []string{
		`"query":"Platypus","products":["transactions"],"country_codes":["US"]`,
		`"query":"Platypus","products":["transactions"],"country_codes":["GB"],"options":{"oauth":true}`,
		`"query":"Royal Bank of Plaid","products":["transactions"],"country_codes":["GB"]`,
		`"query":"bank","country_codes":["US"]`,
	} {
		if got := ids(t, s.Post("/institutions/search", query)); len(got) == 0 || len(got) > 10 {
			t.Errorf("%s: %v", query, got)
		}
	}
	for _, id := range []string{"ins_12", "ins_109508"} {
		a := s.Post("/institutions/get_by_id", fmt.Sprintf(`"institution_id":%q,"country_codes":["US"]`, id)).OK()
		if a.Text("institution.institution_id") != id {
			t.Errorf("%s: %s", id, a.Body)
		}
	}
}
