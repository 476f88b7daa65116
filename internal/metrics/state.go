package metrics

import (
	"github.com/prometheus/client_golang/prometheus"

	"github.com/usercall/usercall/internal/report"
)

// state is what the store holds, as it was looked at last.
type state struct {
	decisions, invites, interviews, recordings *prometheus.GaugeVec
	waiting, dead, lag                         *prometheus.GaugeVec
	due, seconds, bytes, at                    prometheus.Gauge
}

func (s *state) register(m *Metrics) {
	s.decisions = m.gauges("decisions_today", "Decisions of the day (UTC), by how they ended.", "outcome")
	s.invites = m.gauges("invites_today", "Invites reserved on the day (UTC), by where they stand.", "state")
	s.interviews = m.gauges("interviews_open", "Interviews that are not over, by where they stand.", "state")
	s.waiting = m.gauges("jobs_waiting", "Work in the background that is not done.", "queue")
	s.dead = m.gauges("jobs_dead", "Work that was given up.", "queue")
	s.lag = m.gauges("jobs_lag_seconds", "How long the oldest work that is due has waited.", "queue")
	s.recordings = m.gauges("recordings", "Recordings by where they stand.", "state")
	s.due = m.gauge("retention_lag_seconds", "How long the recording that is longest due has not been deleted.")
	s.seconds = m.gauge("recording_seconds", "Length of all recordings that are kept.")
	s.bytes = m.gauge("recording_bytes", "Size of all recordings that are kept.")
	s.at = m.gauge("state_timestamp_seconds", "When the store was last looked at: older than minutes, and what is said of it is old.")
}

// Set takes the store's state. What is not there any more is not shown any more.
func (m *Metrics) Set(p report.Pulse) {
	s := &m.state
	fill(s.decisions, p.Decisions)
	fill(s.invites, p.Invites)
	fill(s.interviews, p.Interviews)
	fill(s.recordings, p.Recordings)
	for _, q := range []*prometheus.GaugeVec{s.waiting, s.dead, s.lag} {
		q.Reset()
	}
	for _, q := range p.Queues {
		s.waiting.WithLabelValues(q.Name).Set(float64(q.Waiting))
		s.dead.WithLabelValues(q.Name).Set(float64(q.Dead))
		s.lag.WithLabelValues(q.Name).Set(q.Lag.Seconds())
	}
	s.due.Set(p.RetentionLag.Seconds())
	s.seconds.Set(p.Recorded.Seconds())
	s.at.Set(float64(p.At.Unix()))
}

// SetBytes takes the size of all recordings.
func (m *Metrics) SetBytes(n int64) { m.state.bytes.Set(float64(n)) }

func fill[K ~string](g *prometheus.GaugeVec, counts map[K]int) {
	g.Reset()
	for k, n := range counts {
		g.WithLabelValues(string(k)).Set(float64(n))
	}
}
