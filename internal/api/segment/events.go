package segment

import (
	"compress/gzip"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"strings"

	"github.com/usercall/usercall/internal/ingest"
	"github.com/usercall/usercall/internal/research"
)

// events stores the messages of a request and answers after the commit.
func (c Config) events(kind research.EventType) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if err := c.store(r, w, kind); err != nil {
			c.refuse(w, r, err)
			return
		}
		success(w, r)
	})
}

func (c Config) store(r *http.Request, w http.ResponseWriter, kind research.EventType) error {
	body, err := readBody(w, r)
	if err != nil {
		return err
	}
	origin := ingest.Origin{Source: research.FromBrowser, ReceivedAt: c.Now().UTC(), NewID: c.NewID}
	req, err := ingest.Decode(body, kind, origin)
	if err != nil {
		return err
	}
	if err := c.authenticate(r, req); err != nil {
		return err
	}
	if len(req.Dropped) > 0 {
		c.Log.Warn("events were dropped", "reasons", req.Dropped)
	}
	if _, err := c.Writer.Write(r.Context(), req.Events); err != nil {
		return err
	}
	c.Stored()
	return nil
}

// authenticate finds the project of the header's key, else of the body's, and
// puts the events under it. The source follows from the credential.
func (c Config) authenticate(r *http.Request, req *ingest.Request) error {
	key := headerKey(r)
	if key == "" {
		key = req.WriteKey
	}
	if key == "" {
		return research.Errorf(research.Unauthenticated, "No write key. Send it as the user name of Basic authentication, or as writeKey in the body.")
	}
	var p *research.Project
	var err error
	server := strings.HasPrefix(key, "sk_")
	if server {
		p, err = c.Projects.ByServerKey(r.Context(), research.ServerKey(key))
	} else {
		p, err = c.Projects.ByWriteKey(r.Context(), research.WriteKey(key))
	}
	if research.CodeOf(err) == research.NotFound {
		return research.Errorf(research.Unauthenticated, "This write key is unknown here. Copy the project's key from Connect.")
	}
	if err != nil {
		return err
	}
	for i := range req.Events {
		e := &req.Events[i]
		e.Project = p.ID
		if server {
			e.Source, e.Signed = research.FromServer, true
		} else {
			e.Source = research.FromBrowser
		}
	}
	return nil
}

// headerKey is the user name of Basic authentication, also without the colon,
// which some clients leave out. A Bearer token is not a key.
func headerKey(r *http.Request) string {
	if user, _, ok := r.BasicAuth(); ok {
		return user
	}
	scheme, value, _ := strings.Cut(r.Header.Get("Authorization"), " ")
	if !strings.EqualFold(scheme, "basic") {
		return ""
	}
	return bareKey(value)
}

// readBody reads at most MaxRequest bytes, after decompression.
func readBody(w http.ResponseWriter, r *http.Request) ([]byte, error) {
	var in io.Reader = http.MaxBytesReader(w, r.Body, ingest.MaxRequest)
	if strings.EqualFold(r.Header.Get("Content-Encoding"), "gzip") {
		z, err := gzip.NewReader(in)
		if err != nil {
			return nil, research.Errorf(research.Invalid, "The body says it is gzip and is not.")
		}
		in = z
	}
	body, err := io.ReadAll(io.LimitReader(in, ingest.MaxRequest+1))
	var tooLarge *http.MaxBytesError
	switch {
	case errors.As(err, &tooLarge) || len(body) > ingest.MaxRequest:
		return nil, research.Errorf(research.TooLarge, "The request has more than %d bytes. Send smaller batches.", ingest.MaxRequest)
	case err != nil:
		return nil, research.Errorf(research.Invalid, "The body could not be read to its end.")
	}
	return body, nil
}

var statuses = map[research.Code]int{
	research.Invalid: http.StatusBadRequest, research.Unauthenticated: http.StatusUnauthorized,
	research.TooLarge: http.StatusRequestEntityTooLarge, research.Quota: http.StatusTooManyRequests,
	research.NotFound: http.StatusNotFound, research.Unavailable: http.StatusServiceUnavailable,
}

// refuse answers with an error in the shape that clients of the field read.
func (c Config) refuse(w http.ResponseWriter, r *http.Request, err error) {
	code := research.CodeOf(err)
	status, ok := statuses[code]
	if !ok { // 500 is retried by every client, and so is 503; we say which is worth it
		status, code = http.StatusServiceUnavailable, research.Unavailable
	}
	message := "The events could not be stored. Send them again in a moment."
	var known *research.Error
	if errors.As(err, &known) {
		message = known.Message
	}
	if (status == http.StatusRequestEntityTooLarge || status == http.StatusUnauthorized) && strings.HasPrefix(r.UserAgent(), "analytics-ios/") {
		status = http.StatusBadRequest // the only one at which it stops sending the same again
	}
	if status == http.StatusServiceUnavailable || status == http.StatusTooManyRequests {
		w.Header().Set("Retry-After", "2")
	}
	c.Log.Info("events refused", "status", status, "code", code, "err", err)
	answer(w, status, map[string]any{"success": false, "code": code, "message": message, "error": message})
}

func answer(w http.ResponseWriter, status int, body any) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(body) // a client that is gone has its own retry
}
