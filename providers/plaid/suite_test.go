package plaid_test

import (
	"context"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/gingham-dev/gingham/models"
	"github.com/gingham-dev/gingham/providers"
	"github.com/gingham-dev/gingham/providers/plaid"
	"github.com/gingham-dev/gingham/providers/providertest"
	"github.com/gingham-dev/gingham/providers/upstream"
)

// returning is the provider to a person who has somewhere to return to, as in Link.
type returning struct{ *plaid.Provider }

func (r returning) BeginConnect(ctx context.Context, req providers.ConnectRequest) (providers.Step, error) {
	req.ReturnURL = "https://us.example/link/oauth/s/return"
	return r.Provider.BeginConnect(ctx, req)
}

func TestSuite(t *testing.T) {
	providertest.Run(t, providertest.Harness{
		Open: openPretend,
		Lacks: map[providertest.Case]string{
			providertest.Paging:  "an answer has all of the upstream's pages, since a change between two makes the first worthless",
			providertest.Partial: "the upstream knows of no answer in part",
			providertest.Reissue: "a row under another id is another: the upstream says which is gone",
			providertest.Budget:  "the upstream limits by time, and says so by an error",
			providertest.Consent: "its end is the upstream's to tell, by the error of a login",
		},
	})
}

func openPretend(t testing.TB, log *slog.Logger) *providertest.Upstream {
	t.Helper()
	u := &pretend{}
	u.add(providertest.Row{Name: "There before", Amount: models.NewDecimal(7), Date: "2026-06-01"})
	server := httptest.NewServer(u)
	t.Cleanup(server.Close)
	o := options()
	o.BaseURL = server.URL
	p, err := plaid.Open(t.Context(), o, providers.Surroundings{Log: log}, upstream.New(upstream.Options{AllowLoopback: true}))
	if err != nil {
		t.Fatal(err)
	}
	failing := func(name string, kind providers.Kind, status int, body string) providertest.Fault {
		return providertest.Fault{
			Name: name, Kind: kind,
			On: func() {
				u.fail = func(w http.ResponseWriter, _ *http.Request) {
					w.WriteHeader(status)
					_, _ = w.Write([]byte(body))
				}
			},
			Off: func() { u.fail = nil },
		}
	}
	return &providertest.Upstream{
		Provider: returning{p}, Institution: bank,
		Answer:  func(testing.TB, *providers.Step) providers.Answer { return providers.Answer{} },
		Secrets: func() []string { return append([]string{canarySecret, "link-sandbox-canary"}, u.tokens...) },
		Add:     func(_ testing.TB, _ *providertest.Item, rows ...providertest.Row) { u.add(rows...) },
		Remove: func(t testing.TB, _ *providertest.Item, name string) {
			e := u.of(t, name)
			e.gone = true
			u.happens(e)
		},
		Change: func(t testing.TB, _ *providertest.Item, name string, amount models.Decimal) {
			e := u.of(t, name)
			e.row.Amount = amount
			u.happens(e)
		},
		Post: func(t testing.TB, _ *providertest.Item, name string) {
			was := u.of(t, name)
			is := event{id: was.id + "-posted", pending: was.id, row: was.row}
			is.row.Pending, was.gone = false, true
			u.happens(was, is)
		},
		Repeat: func(testing.TB, *providertest.Item) { u.repeat = true },
		Rewind: func(testing.TB, *providertest.Item) { u.back = 2 },
		Break:  func(testing.TB, *providertest.Item) { u.broken = true },
		Faults: []providertest.Fault{
			failing("an institution is down", providers.InstitutionDown, http.StatusBadRequest, apiError("INSTITUTION_ERROR", "INSTITUTION_DOWN")),
			failing("too many requests", providers.RateLimited, http.StatusTooManyRequests, apiError("RATE_LIMIT_EXCEEDED", "ITEM_GET_LIMIT")),
			failing("its own fault", providers.ServerError, http.StatusInternalServerError, apiError("API_ERROR", "INTERNAL_SERVER_ERROR")),
			failing("a proxy's page", providers.InstitutionDown, http.StatusBadGateway, "<html>"),
			failing("half an answer", providers.InstitutionNotAnswering, http.StatusOK, `{"accounts":[{`),
		},
		Hang: func(testing.TB) <-chan struct{} {
			u.hang = make(chan struct{})
			return u.hang
		},
	}
}
