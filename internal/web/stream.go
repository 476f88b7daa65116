package web

import (
	"bytes"
	"net/http"
	"time"
)

// stream is a page that is sent while it is made: what a template has written so
// far goes out whenever it says so. Nothing of it needs a script.
type stream struct {
	to   http.ResponseWriter
	b    bytes.Buffer
	last time.Time // when it was last sent
}

// newStream begins an answer with status 200: what goes wrong from here on has to
// be said in the page.
func newStream(w http.ResponseWriter) *stream {
	h := w.Header()
	h.Set("Content-Type", "text/html; charset=utf-8")
	h.Set("X-Accel-Buffering", "no") // a proxy in front of us sends it on at once
	w.WriteHeader(http.StatusOK)
	return &stream{to: w}
}

// Write implements io.Writer; nothing is sent yet.
func (s *stream) Write(p []byte) (int, error) { return s.b.Write(p) }

// send sends what was written.
func (s *stream) send() {
	_, _ = s.to.Write(visible(s.b.Bytes())) // whoever asked may be gone: their context tells
	s.b.Reset()
	s.last = time.Now()
	_ = http.NewResponseController(s.to).Flush() // what cannot flush sends at the end
}

// stepEvery is how often a page says how far it is.
const stepEvery = 150 * time.Millisecond

// due tells whether it is time to say how far it is.
func (s *stream) due() bool { return time.Since(s.last) >= stepEvery }
