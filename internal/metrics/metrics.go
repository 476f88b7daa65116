// Package metrics counts what the program does, for Prometheus.
//
// It is told by those who do something ([Metrics] is an ingest.Watcher and a
// session.Watcher), and is given the state of the store now and then ([Metrics.Set]).
// No label has a value that comes from outside: neither projects nor people, and
// never a word that somebody said. Start at [New].
package metrics

import (
	"net/http"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"
)

// Metrics is all numbers of a process. It is safe for many goroutines, and nothing
// in it blocks.
type Metrics struct {
	all *prometheus.Registry

	messages *prometheus.CounterVec
	refused  *prometheus.CounterVec

	sessions prometheus.Gauge
	replies  *prometheus.CounterVec
	latency  prometheus.Histogram
	overhead prometheus.Histogram
	steps    *prometheus.HistogramVec
	failures *prometheus.CounterVec
	budget   *prometheus.CounterVec

	state state
}

// New has every number at zero.
func New() *Metrics {
	m := &Metrics{all: prometheus.NewRegistry()}
	m.all.MustRegister(collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	m.messages = m.counters("messages_total", "Segment messages by the way they came and what became of them.", "source", "result")
	m.refused = m.counters("requests_refused_total", "Requests with messages of which nothing was kept.", "source")
	m.sessions = m.gauge("voice_sessions", "Spoken interviews in this process.")
	m.replies = m.counters("voice_replies_total", "Lines of the interviewer, by what became of them: heard, interrupted, silent.", "result")
	m.latency = m.histogram("voice_latency_seconds", "From the end of speech to the first sound on its way.")
	m.overhead = m.histogram("voice_overhead_seconds", "The same from the decision that they had finished, without the services' time.")
	m.steps = prometheus.NewHistogramVec(m.times("voice_step_seconds", "Each step of a reply."), []string{"step"})
	m.all.MustRegister(m.steps)
	m.failures = m.counters("voice_failures_total", "Services of spoken interviews that could not be used.", "service")
	m.budget = m.counters("voice_budget_reached_total", "Days of projects whose time for voice was taken, by how many percent of it.", "percent")
	m.state.register(m)
	return m
}

// Handler answers with all numbers.
func (m *Metrics) Handler() http.Handler {
	return promhttp.HandlerFor(m.all, promhttp.HandlerOpts{MaxRequestsInFlight: 4, Timeout: 10 * time.Second})
}

const namespace = "usercall"

func (m *Metrics) counters(name, help string, labels ...string) *prometheus.CounterVec {
	c := prometheus.NewCounterVec(prometheus.CounterOpts{Namespace: namespace, Name: name, Help: help}, labels)
	m.all.MustRegister(c)
	return c
}

func (m *Metrics) gauge(name, help string) prometheus.Gauge {
	g := prometheus.NewGauge(prometheus.GaugeOpts{Namespace: namespace, Name: name, Help: help})
	m.all.MustRegister(g)
	return g
}

func (m *Metrics) gauges(name, help string, labels ...string) *prometheus.GaugeVec {
	g := prometheus.NewGaugeVec(prometheus.GaugeOpts{Namespace: namespace, Name: name, Help: help}, labels)
	m.all.MustRegister(g)
	return g
}

func (m *Metrics) histogram(name, help string) prometheus.Histogram {
	h := prometheus.NewHistogram(m.times(name, help))
	m.all.MustRegister(h)
	return h
}

// times is a histogram from what nobody notices to what nobody waits for.
func (m *Metrics) times(name, help string) prometheus.HistogramOpts {
	return prometheus.HistogramOpts{Namespace: namespace, Name: name, Help: help,
		Buckets: []float64{.005, .01, .025, .05, .1, .25, .5, .75, 1, 1.5, 2, 3, 5, 8, 15}}
}
