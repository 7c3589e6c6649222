package webhooks_test

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/gingham-dev/gingham/models"
	"github.com/gingham-dev/gingham/store"
	"github.com/gingham-dev/gingham/webhooks"
)

// newSink starts a receiver that takes everything and keeps nothing.
func newSink(b *testing.B) string {
	s := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {}))
	b.Cleanup(s.Close)
	return s.URL
}

// BenchmarkSend signs and sends, with no store.
func BenchmarkSend(b *testing.B) {
	url := newSink(b)
	send := webhooks.Sender(webhooks.WorkerOptions{Signer: newWorld(b).instance(), AllowLoopback: true, Timeout: time.Minute})
	b.SetParallelism(8)
	b.RunParallel(func(p *testing.PB) {
		d := &store.Delivery{Event: store.Event{ID: "id", URL: url, Body: signedBody}}
		for p.Next() {
			ctx, cancel := context.WithTimeout(b.Context(), time.Minute)
			if text := send(ctx, d); text != "" {
				b.Error(text)
			}
			cancel()
		}
	})
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "webhooks/s")
}

// BenchmarkDeliver delivers what is in the outboxes of Items on a store in memory:
// four webhooks of each, to one receiver and to many.
func BenchmarkDeliver(b *testing.B) {
	for _, receivers := range []int{1, 64} {
		b.Run(fmt.Sprintf("receivers=%d", receivers), func(b *testing.B) {
			d := newDepot(b, func(o *webhooks.WorkerOptions) {
				o.Signer, o.Log, o.Timeout = newWorld(b).instance(), nil, time.Minute
			})
			urls := make([]string, receivers)
			for i := range urls {
				urls[i] = newSink(b)
			}
			for i := 0; i < b.N; i += 4 {
				d.tell(models.ItemID(fmt.Sprint(i)), urls[i/4%receivers], min(4, b.N-i))
			}
			b.ResetTimer()
			d.drain()
			b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "webhooks/s")
		})
	}
}
