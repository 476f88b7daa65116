package store_test

import (
	"testing"
	"time"

	"github.com/usercall/usercall/internal/research"
	"github.com/usercall/usercall/internal/store"
	"github.com/usercall/usercall/internal/store/storetest"
)

func TestPulse(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		w := newWorld(t, db, leaving)
		at := w.clock()
		if p, err := db.Reports().Pulse(t.Context(), at); err != nil || p.RetentionLag != 0 || p.Recorded != 0 || len(p.Invites) != 0 {
			t.Errorf("before anything: %+v, %v", p, err)
		}
		key := w.held("u2").Key()
		_, err := db.BeginRecording(t.Context(), key, at)
		w.must(err)
		p, err := db.Reports().Pulse(t.Context(), at)
		if err != nil || p.Recordings[research.RecordingRuns] != 1 || p.Interviews[research.Running] != 1 || p.Invites["accepted"] != 1 || p.Decisions[research.Invited] != 1 {
			t.Errorf("while it runs: %+v, %v", p, err)
		}
		w.must(db.EndRecording(t.Context(), key, 90*time.Second, at))
		p, err = db.Reports().Pulse(t.Context(), at.Add(91*24*time.Hour))
		if err != nil || p.Recorded != 90*time.Second || p.RetentionLag != 24*time.Hour {
			t.Errorf("a day after its time: %+v, %v", p, err)
		}
		waiting, lag := 0, time.Duration(0)
		for _, q := range p.Queues {
			waiting, lag = waiting+q.Waiting, max(lag, q.Lag)
		}
		if waiting == 0 || lag < 90*24*time.Hour {
			t.Errorf("nobody did the work: %+v", p.Queues)
		}
	})
}
