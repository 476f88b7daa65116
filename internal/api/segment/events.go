package segment

import (
	"bytes"
	"log/slog"
	"net/http"

	"github.com/usercall/usercall/internal/ingest"
	"github.com/usercall/usercall/internal/research"
)

// events stores the messages of a request and answers after the commit.
func (s *surface) events(kind research.EventType) http.Handler {
	return s.handle(research.FromBrowser, func(w http.ResponseWriter, r *http.Request, a *arrival) error {
		req, err := s.decode(w, r, a, kind)
		if err != nil {
			return err
		}
		if err := s.admit(a, req.Count); err != nil {
			return err
		}
		req.Settle(s.origin(a))
		return s.store(r, a, req)
	})
}

// decode reads the body and finds out whose it is: the header's key goes before
// the body's, and is looked up before there is anything to read.
func (s *surface) decode(w http.ResponseWriter, r *http.Request, a *arrival, kind research.EventType) (*ingest.Request, error) {
	if a.key = headerKey(r); a.key != "" {
		if err := s.find(r.Context(), a); err != nil {
			return nil, err
		}
	}
	var err error
	if a.body, err = readBody(w, r, requestLimit(r)); err != nil {
		return nil, err
	}
	a.body = bytes.TrimPrefix(a.body, []byte("\uFEFF")) // some editors put it before what curl sends
	req, decodeErr := ingest.Decode(a.body, kind, s.origin(nil))
	if req == nil {
		return nil, decodeErr
	}
	if a.project == nil {
		a.key = req.WriteKey
		if err := s.find(r.Context(), a); err != nil {
			return nil, err
		}
	}
	return req, decodeErr
}

// origin is what an arrival's events may claim; that of nil, before anybody
// knows whose they are, claims nothing.
func (s *surface) origin(a *arrival) ingest.Origin {
	o := ingest.Origin{Source: research.FromBrowser, ReceivedAt: s.Now().UTC(), NewID: s.NewID}
	if a != nil {
		o.Project, o.Source, o.Signed = a.project.ID, a.source, a.source != research.FromBrowser
		o.Consent = a.project.Settings.ConsentCategory
	}
	return o
}

// admit refuses what a public key brings beyond its limit. Secrets are lent to
// those who know what they send.
func (s *surface) admit(a *arrival, events int) error {
	if a.source != research.FromBrowser || a.project.Open {
		return nil
	}
	wait := s.limit.Take(a.key, max(1, events), s.Now())
	if wait == 0 {
		return nil
	}
	return &refusal{why: "too_fast", after: wait, err: research.Errorf(research.Quota,
		"This write key brings more events than it may. Send them again in %d seconds, or use the server key for imports.", wait)}
}

// store writes the events that are left, and hints to the trigger stage once
// they are safe.
func (s *surface) store(r *http.Request, a *arrival, req *ingest.Request) error {
	s.told(r, a, req)
	if len(req.Events) == 0 {
		return nil
	}
	now := s.Now().UTC()
	for i := range req.Events {
		s.Verify(a.project, &req.Events[i], now)
	}
	if _, err := s.Writer.Write(r.Context(), req.Events); err != nil {
		return err
	}
	s.Stored()
	return nil
}

// told counts what was left out. A message that is too large is lost for its
// sender, who may not know that its client sends such: that is said loudly.
func (s *surface) told(r *http.Request, a *arrival, req *ingest.Request) {
	if len(req.Dropped) == 0 {
		return
	}
	level := slog.LevelInfo
	if req.Dropped[ingest.TooLarge] > 0 {
		level = slog.LevelWarn
	}
	s.Log.Log(r.Context(), level, "events were dropped", "project", a.project.Key, "source", a.source, "reasons", req.Dropped)
	s.Watch.Dropped(a.project.ID, a.source, req.Dropped)
}
