package api

import (
	"net/http"
	"strconv"
	"time"

	"github.com/prometheus/client_golang/prometheus"
)

// metrics counts requests by route and status, and times them by route.
type metrics struct {
	requests *prometheus.CounterVec
	duration *prometheus.HistogramVec
}

// routeCounts are the metrics of one route; a zero one counts nothing.
type routeCounts struct {
	requests *prometheus.CounterVec
	duration prometheus.Observer
	// ok is requests with code 200, at hand because most are.
	ok prometheus.Counter
}

// newMetrics registers the metrics; a nil registerer counts nothing.
func newMetrics(to prometheus.Registerer) *metrics {
	if to == nil {
		return &metrics{}
	}
	m := &metrics{
		requests: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "gingham_requests_total", Help: "Requests to the API, by route and HTTP status.",
		}, []string{"route", "code"}),
		duration: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name:    "gingham_request_duration_seconds",
			Help:    "Time from reading a request's body to having written its response, by route.",
			Buckets: []float64{.0001, .00025, .0005, .001, .0025, .005, .01, .025, .05, .1, .5, 2.5},
		}, []string{"route"}),
	}
	to.MustRegister(m.requests, m.duration)
	return m
}

func (m *metrics) route(name string) *routeCounts {
	if m.requests == nil {
		return &routeCounts{}
	}
	requests := m.requests.MustCurryWith(prometheus.Labels{"route": name})
	return &routeCounts{
		requests: requests, duration: m.duration.WithLabelValues(name), ok: requests.WithLabelValues("200"),
	}
}

func (c *routeCounts) observe(status int, elapsed time.Duration) {
	switch {
	case c.requests == nil:
		return
	case status == http.StatusOK:
		c.ok.Inc()
	default:
		c.requests.WithLabelValues(strconv.Itoa(status)).Inc()
	}
	c.duration.Observe(elapsed.Seconds())
}
