package web

import (
	"context"
	"io"
	"net/http"
	"strconv"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"moot/internal/gate"
	"moot/internal/live"
	"moot/internal/web/cache"
	"moot/internal/web/page"
)

// metrics counts requests by the pattern of their route and the class of their
// status. There are no other labels: nothing in them is about a visitor.
type metrics struct {
	registry *prometheus.Registry
	requests *prometheus.CounterVec
	duration *prometheus.HistogramVec
	inFlight prometheus.Gauge
}

func newMetrics(hub *live.Hub) *metrics {
	m := &metrics{
		registry: prometheus.NewRegistry(),
		requests: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "moot_http_requests_total", Help: "Requests answered, by route and class of status.",
		}, []string{"route", "status"}),
		duration: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name: "moot_http_request_seconds", Help: "Time from the request's head to the end of the answer, by route; of pages that were not ready.",
			Buckets: []float64{.0005, .001, .0025, .005, .01, .025, .05, .1, .25, .5, 1, 2.5, 10},
		}, []string{"route"}),
		inFlight: prometheus.NewGauge(prometheus.GaugeOpts{
			Name: "moot_http_requests_in_flight", Help: "Requests being answered.",
		}),
	}
	m.registry.MustRegister(m.requests, m.duration, m.inFlight,
		collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	if hub != nil {
		m.registry.MustRegister(prometheus.NewGaugeFunc(prometheus.GaugeOpts{
			Name: "moot_live_listeners", Help: "Connections that are told what happens, as it happens.",
		}, func() float64 { return float64(hub.Listeners()) }))
	}
	return m
}

// Number is something that a room tells the operator. It is read, from several
// goroutines, whenever /metrics is.
type Number struct {
	Name, Help string            // the name by Prometheus' rules, with the unit at its end
	Counts     bool              // it only grows
	Labels     map[string]string // few, and none of a visitor's
	Read       func() float64
}

func (m *metrics) add(numbers []Number) {
	for _, n := range numbers {
		if n.Counts {
			m.registry.MustRegister(prometheus.NewCounterFunc(prometheus.CounterOpts{Name: n.Name, Help: n.Help, ConstLabels: n.Labels}, n.Read))
		} else {
			m.registry.MustRegister(prometheus.NewGaugeFunc(prometheus.GaugeOpts{Name: n.Name, Help: n.Help, ConstLabels: n.Labels}, n.Read))
		}
	}
}

// watch has the entrance and the gate counted.
func (m *metrics) watch(e *entrance, g *gate.Gate) {
	gauge := func(name, help string, labels prometheus.Labels, value func() float64) {
		m.registry.MustRegister(prometheus.NewGaugeFunc(prometheus.GaugeOpts{Name: name, Help: help, ConstLabels: labels}, value))
	}
	counter := func(name, help string, labels prometheus.Labels, value func() float64) {
		m.registry.MustRegister(prometheus.NewCounterFunc(prometheus.CounterOpts{Name: name, Help: help, ConstLabels: labels}, value))
	}
	gauge("moot_connections", "Connections of visitors, without those who listen.", nil,
		func() float64 { return float64(e.inside.Load()) })
	gauge("moot_connections_max", "Connections that visitors may have at a time; 0 for any number.", nil,
		func() float64 { return float64(e.most) })
	const refused = "Connections that were closed: full, since there was no place; unclear, since a request could be read in two ways."
	counter("moot_connections_refused_total", refused, prometheus.Labels{"why": "full"},
		func() float64 { return float64(e.refused.Load()) })
	counter("moot_connections_refused_total", refused, prometheus.Labels{"why": "unclear"},
		func() float64 { return float64(e.unclear.Load()) })
	gauge("moot_gate_limit", "Requests that may be at work at a time, of all classes together: as many as don't wait for a processor.", nil,
		func() float64 { return float64(g.Limit()) })
	for c := range gate.Classes {
		class := prometheus.Labels{"class": c.String()}
		gauge("moot_gate_working", "Requests at work, by class.", class, func() float64 { return float64(g.State(c).Working) })
		gauge("moot_gate_places", "Requests that may be at work at a time, by class.", class, func() float64 { return float64(g.State(c).Places) })
		gauge("moot_gate_waiting", "Requests that wait for a place, by class.", class, func() float64 { return float64(g.State(c).Waiting) })
		counter("moot_gate_refused_total", "Requests refused with 503 for want of a place, by class.", class,
			func() float64 { return float64(g.State(c).Refused) })
	}
}

func (m *metrics) observe(route string, status int, took time.Duration) {
	m.requests.WithLabelValues(route, strconv.Itoa(status/100)+"xx").Inc()
	m.duration.WithLabelValues(route).Observe(took.Seconds())
}

// counter is observe for pages of a route that are kept. It takes no time: it
// would measure itself.
func (m *metrics) counter(route string) cache.Count {
	whole, same := m.requests.WithLabelValues(route, "2xx"), m.requests.WithLabelValues(route, "3xx")
	return func(status int) {
		if status == http.StatusOK {
			whole.Inc()
		} else {
			same.Inc()
		}
	}
}

// cached counts what the cache of pages does.
func (m *metrics) cached(pages *cache.Cache) {
	count := func(name, help string, of func(cache.Stats) int64) {
		m.registry.MustRegister(prometheus.NewCounterFunc(prometheus.CounterOpts{Name: name, Help: help},
			func() float64 { return float64(of(pages.Stats())) }))
	}
	count("moot_pages_kept_hits_total", "Pages handed out that were ready.", func(s cache.Stats) int64 { return s.Hits })
	count("moot_pages_kept_made_total", "Pages rendered to be kept.", func(s cache.Stats) int64 { return s.Made })
	count("moot_pages_kept_dropped_total", "Pages dropped to make room.", func(s cache.Stats) int64 { return s.Dropped })
	m.registry.MustRegister(prometheus.NewGaugeFunc(prometheus.GaugeOpts{
		Name: "moot_pages_kept_bytes", Help: "Memory of the pages that are kept.",
	}, func() float64 { return float64(pages.Stats().Bytes) }))
}

// Registry is where other rooms' metrics may be registered.
func (s *Server) Registry() *prometheus.Registry { return s.metrics.registry }

// readyTime is how long the site may take to find out whether it works.
const readyTime = 2 * time.Second

// Ops answers on the second listener, for who runs the site: /healthz, /readyz
// and /metrics.
func (s *Server) Ops() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /healthz", s.health)
	mux.HandleFunc("GET /readyz", s.ready)
	mux.Handle("GET /metrics", promhttp.HandlerFor(s.metrics.registry, promhttp.HandlerOpts{}))
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		page.Harden(w.Header())
		mux.ServeHTTP(w, r)
	})
}

func (s *Server) ready(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	w.Header().Set("Cache-Control", "no-store")
	if s.draining.Load() {
		w.WriteHeader(http.StatusServiceUnavailable)
		io.WriteString(w, "stopping\n")
		return
	}
	ctx, cancel := context.WithTimeout(r.Context(), readyTime)
	defer cancel()
	if s.settings.Ready != nil {
		if err := s.settings.Ready(ctx); err != nil {
			s.settings.Log.Warn("not ready", "error", err)
			w.WriteHeader(http.StatusServiceUnavailable)
			io.WriteString(w, "not ready: see the log\n")
			return
		}
	}
	io.WriteString(w, "ready\n")
}
