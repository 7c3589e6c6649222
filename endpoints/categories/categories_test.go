package categories_test

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/gingham-dev/gingham/endpoints/api"
	"github.com/gingham-dev/gingham/endpoints/api/apitest"
	"github.com/gingham-dev/gingham/endpoints/categories"
	"github.com/gingham-dev/gingham/fixtures"
	"github.com/gingham-dev/gingham/models"
	"github.com/gingham-dev/gingham/models/plaid"
)

func TestAll(t *testing.T) {
	t.Parallel()
	set, err := fixtures.Load()
	if err != nil {
		t.Fatal(err)
	}
	server := apitest.New(t, apitest.Options{}, func(*apitest.Server) []api.Route {
		return categories.New(set.Categories).Routes()
	})
	// The harness sends credentials, which do no harm.
	var got plaid.CategoriesGetResponse
	if err := json.Unmarshal(server.Post("/categories/get", "").OK().Body, &got); err != nil {
		t.Fatal(err)
	}
	if len(got.Categories) != 602 {
		t.Errorf("%d categories, want 602", len(got.Categories))
	}
	for i, c := range got.Categories {
		if len(c.CategoryID) != 8 || c.Group != "place" && c.Group != "special" || len(c.Hierarchy) < 1 || len(c.Hierarchy) > 3 {
			t.Errorf("category %d is %+v", i, c)
		}
		if i > 0 && c.CategoryID <= got.Categories[i-1].CategoryID {
			t.Errorf("%s comes after %s", c.CategoryID, got.Categories[i-1].CategoryID)
		}
	}
	server.Post("/categories/get", `"color":1`).Is(apitest.Failure{
		Type: "INVALID_REQUEST", Code: "UNKNOWN_FIELDS",
		Message: "the following fields are not recognized by this endpoint: color",
	})
}

// TestBodies shows that nothing need be sent: SDKs send an empty object or null.
func TestBodies(t *testing.T) {
	t.Parallel()
	var serve http.Handler
	apitest.New(t, apitest.Options{}, func(s *apitest.Server) []api.Route {
		routes := categories.New([]models.LegacyCategory{
			{ID: "10000000", Group: "special", Hierarchy: []string{"Bank Fees"}},
			{ID: "13005043", Group: "place", Hierarchy: []string{"Food and Drink", "Restaurants", "Coffee Shop"}},
		}).Routes()
		server, err := api.New(api.Options{Environment: s.Environment, Tokens: s.Tokens, IDs: s.IDs, Now: s.Now, Routes: routes})
		if err != nil {
			t.Fatal(err)
		}
		serve = server
		return routes
	})
	const want = `{"categories":[{"category_id":"10000000","group":"special","hierarchy":["Bank Fees"]},` +
		`{"category_id":"13005043","group":"place","hierarchy":["Food and Drink","Restaurants","Coffee Shop"]}],"request_id":"`
	for _, body := range []string{`{}`, `null`, ``} {
		w := httptest.NewRecorder()
		serve.ServeHTTP(w, httptest.NewRequestWithContext(t.Context(), http.MethodPost, "/categories/get", strings.NewReader(body)))
		if w.Code != http.StatusOK || !strings.HasPrefix(w.Body.String(), want) {
			t.Errorf("%q is answered %d %s", body, w.Code, w.Body)
		}
	}
}
