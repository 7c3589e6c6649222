package api_test

import (
	"io"
	"log/slog"
	"net/http"
	"strings"
	"testing"

	"github.com/gingham-dev/gingham/endpoints/api"
	"github.com/gingham-dev/gingham/store"
)

// discard is a response that goes nowhere.
type discard struct{ h http.Header }

func (d discard) Header() http.Header         { return d.h }
func (d discard) Write(p []byte) (int, error) { return len(p), nil }
func (d discard) WriteHeader(int)             {}

// BenchmarkKit is what the kit adds to a request like /accounts/get: all but
// net/http, the store and the endpoint.
func BenchmarkKit(b *testing.B) {
	for name, out := range map[string]slog.Level{"logged": slog.LevelInfo, "quiet": slog.LevelWarn} {
		b.Run(name, func(b *testing.B) {
			k := newKit(b, func(o *api.Options) {
				o.Log = slog.New(slog.NewJSONHandler(io.Discard, &slog.HandlerOptions{Level: out}))
				o.IDs = api.NewIDs(nil)
			}, routes()...)
			body := with(`"access_token":"` + k.item(clientID, store.AccessToken, nil) + `"`)
			r, err := http.NewRequestWithContext(b.Context(), http.MethodPost, "/accounts/get", nil)
			if err != nil {
				b.Fatal(err)
			}
			w := discard{http.Header{}}
			b.ReportAllocs()
			for b.Loop() {
				r.Body = io.NopCloser(strings.NewReader(body))
				r.ContentLength = int64(len(body))
				k.server.ServeHTTP(w, r)
			}
		})
	}
}

func BenchmarkRequestID(b *testing.B) {
	ids := api.NewIDs(nil)
	for b.Loop() {
		ids.RequestID()
	}
}

func BenchmarkHash(b *testing.B) {
	k := newKit(b, nil)
	token := k.tokens.Mint(store.AccessToken)
	for b.Loop() {
		k.tokens.Hash(clientID, token)
	}
}
