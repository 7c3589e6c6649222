package assetreport_test

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/gingham-dev/gingham/endpoints/api"
	"github.com/gingham-dev/gingham/endpoints/api/apitest"
	"github.com/gingham-dev/gingham/endpoints/assetreport"
	"github.com/gingham-dev/gingham/ledger"
	"github.com/gingham-dev/gingham/models"
	"github.com/gingham-dev/gingham/store"
)

// gauge notes the most memory that is in use whenever a part is written or read, and the
// largest part. The store's own is not Go's.
type gauge struct {
	store.Store
	most, least uint64
	largest     int
}

func (g *gauge) look() {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	g.most = max(g.most, m.HeapAlloc)
	if g.least == 0 {
		g.least = m.HeapAlloc
	}
}

func (g *gauge) CreateRecord(ctx context.Context, r store.Record) error {
	if r.Kind == "asset_report_part" {
		g.look()
		g.largest = max(g.largest, len(r.Body))
	}
	return g.Store.CreateRecord(ctx, r)
}

func (g *gauge) Record(ctx context.Context, client models.ClientID, kind, id string) (store.Record, error) {
	if kind == "asset_report_part" {
		g.look()
	}
	return g.Store.Record(ctx, client, kind, id)
}

// sink is a response that counts what it is sent.
type sink struct {
	header http.Header
	n      int64
}

func (s *sink) Header() http.Header { return s.header }
func (s *sink) WriteHeader(int)     {}

func (s *sink) Write(p []byte) (int, error) {
	s.n += int64(len(p))
	return len(p), nil
}

// BenchmarkLargest makes the largest report there can be, and reads it in each form. It
// reports for each step the memory in use besides what was before it, and how long the step took.
func BenchmarkLargest(b *testing.B) {
	for b.Loop() {
		g := &gauge{}
		var worker *assetreport.Worker
		s := apitest.New(b, apitest.Options{
			WrapStore: func(s store.Store) store.Store { g.Store = s; return g },
			Ledger:    func(o *ledger.Options) { o.CacheBytes = 1 << 20 },
		}, func(s *apitest.Server) []api.Route {
			worker = assetreport.NewWorker(assetreport.WorkerOptions{Store: s.Store, Ledger: s.Ledger, Environment: s.Environment, Random: s.IDs})
			return assetreport.New(assetreport.Options{Store: s.Store, Ledger: s.Ledger, Tokens: s.Tokens, IDs: s.IDs}).Routes()
		})
		var tokens []string
		for range 99 {
			token, _ := s.Link(ledger.LinkRequest{Products: []models.Product{models.ProductAssets}})
			tokens = append(tokens, fmt.Sprintf("%q", token))
		}
		report := s.Post("/asset_report/create", fmt.Sprintf(`"days_requested":731,"access_tokens":[%s]`, strings.Join(tokens, ","))).OK().Text("asset_report_token")
		step := func(name string, fn func() int64) {
			*g = gauge{Store: g.Store, largest: g.largest}
			g.look()
			start := time.Now()
			n := fn()
			b.ReportMetric(float64(g.most-g.least)/(1<<20), name+"-MiB-used")
			b.ReportMetric(time.Since(start).Seconds(), name+"-s")
			b.ReportMetric(float64(n)/(1<<20), name+"-MiB")
		}
		step("make", func() int64 {
			if _, err := worker.RunDue(b.Context(), 1); err != nil {
				b.Fatal(err)
			}
			return int64(g.largest)
		})
		for name, path := range map[string]string{"get": "/asset_report/get", "pdf": "/asset_report/pdf/get"} {
			step(name, func() int64 {
				body := fmt.Sprintf(`{"client_id":%q,"secret":%q,"asset_report_token":%q`, apitest.Client, apitest.Secret, report)
				if name == "get" {
					body += `,"include_insights":true`
				}
				w := &sink{header: http.Header{}}
				s.ServeHTTP(w, httptest.NewRequestWithContext(b.Context(), "POST", path, io.MultiReader(strings.NewReader(body+"}"))))
				return w.n
			})
		}
	}
}
