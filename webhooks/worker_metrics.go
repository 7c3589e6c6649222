package webhooks

import "github.com/prometheus/client_golang/prometheus"

// counters counts attempts.
type counters struct {
	attempts *prometheus.CounterVec
	seconds  prometheus.Histogram
}

// newCounters registers what is counted of w; a nil registerer counts nothing.
func newCounters(to prometheus.Registerer, w *Worker) *counters {
	if to == nil {
		return nil
	}
	c := &counters{
		attempts: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "gingham_webhook_attempts_total",
			Help: "Attempts to deliver a webhook, by outcome: delivered, rejected, timed_out, refused, unreachable or failed_by_us.",
		}, []string{"outcome"}),
		seconds: prometheus.NewHistogram(prometheus.HistogramOpts{
			Name:    "gingham_webhook_attempt_seconds",
			Help:    "Time that receivers of webhooks took.",
			Buckets: []float64{.001, .005, .01, .025, .05, .1, .25, .5, 1, 2.5, 5, 10},
		}),
	}
	to.MustRegister(
		c.attempts, c.seconds,
		prometheus.NewGaugeFunc(prometheus.GaugeOpts{
			Name: "gingham_webhook_in_flight", Help: "Attempts to deliver a webhook that are under way.",
		}, func() float64 { n, _ := w.inFlight(); return float64(n) }),
		prometheus.NewGaugeFunc(prometheus.GaugeOpts{
			Name: "gingham_webhook_waiting_receivers",
			Help: "Receivers that have enough under way, so that what else is due for them waits in the store.",
		}, func() float64 { _, n := w.inFlight(); return float64(n) }),
	)
	return c
}

func (c *counters) observe(out *outcome) {
	if c == nil {
		return
	}
	c.attempts.WithLabelValues(string(out.kind)).Inc()
	c.seconds.Observe(out.took.Seconds())
}
