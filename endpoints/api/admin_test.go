package api_test

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/gingham-dev/gingham/endpoints/api"
	"github.com/gingham-dev/gingham/store"
)

func TestLogAndMetrics(t *testing.T) {
	k := newKit(t, nil, routes()...)
	token := k.item(clientID, store.AccessToken, nil)
	k.post("/accounts/get", with(`"access_token":"`+token+`"`), "X-Forwarded-For: 6.6.6.6")
	k.post("/accounts/get", with(`"access_token":"x"`))
	k.post("/nowhere", "")
	log := k.log.String()
	for _, part := range []string{"method=POST", "path=/accounts/get", "status=200", "client_id=" + clientID, "duration=", "status=404"} {
		if !strings.Contains(log, part) {
			t.Errorf("the log lacks %q", part)
		}
	}
	for _, part := range []string{token, secret, "6.6.6.6"} {
		if strings.Contains(log, part) {
			t.Errorf("the log has %q", part)
		}
	}
	scraped := k.scrape(t)
	for _, line := range []string{
		`gingham_requests_total{code="200",route="/accounts/get"} 1`, `gingham_requests_total{code="400",route="/accounts/get"} 1`,
		`gingham_requests_total{code="404",route="unknown"} 1`, `gingham_request_duration_seconds_count{route="/accounts/get"} 2`,
	} {
		if !strings.Contains(scraped, line+"\n") {
			t.Errorf("the metrics lack %s", line)
		}
	}
}

func TestHealth(t *testing.T) {
	for _, down := range []error{nil, errors.New("down")} {
		k := newKit(t, nil)
		admin := api.NewAdmin(func(context.Context) error { return down }, k.metrics)
		get := func(path string) int {
			w := httptest.NewRecorder()
			admin.ServeHTTP(w, httptest.NewRequestWithContext(t.Context(), http.MethodGet, path, nil))
			return w.Code
		}
		ready := http.StatusOK
		if down != nil {
			ready = http.StatusServiceUnavailable
		}
		if get("/healthz") != http.StatusOK || get("/readyz") != ready {
			t.Errorf("store %v: %d %d", down, get("/healthz"), get("/readyz"))
		}
	}
}
