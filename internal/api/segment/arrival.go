package segment

import (
	"context"
	"encoding/base64"
	"net/http"
	"strings"

	"github.com/usercall/usercall/internal/research"
)

// arrival is what is known so far of a request: what its refusal can be put
// down to.
type arrival struct {
	source  research.Source
	project *research.Project // nil: not known
	key     string            // it brought
	body    []byte            // nil: not read
}

// handle runs fn and answers: with success, or with the error's refusal.
func (s *surface) handle(source research.Source, fn func(http.ResponseWriter, *http.Request, *arrival) error) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		a := &arrival{source: source}
		if err := fn(w, r, a); err != nil {
			s.refuse(w, r, a, err)
			return
		}
		success(w, r)
	})
}

// find finds the project of the arrival's key. The source follows from the
// credential.
func (s *surface) find(ctx context.Context, a *arrival) error {
	if a.key == "" {
		return &refusal{why: "no_key", err: research.Errorf(research.Unauthenticated,
			"No write key. Send it as the user name of Basic authentication, or as writeKey in the body.")}
	}
	var err error
	if strings.HasPrefix(a.key, "sk_") {
		a.source = research.FromServer
		a.project, err = s.Projects.ByServerKey(ctx, research.ServerKey(a.key))
	} else {
		a.project, err = s.Projects.ByWriteKey(ctx, research.WriteKey(a.key))
	}
	if err != nil {
		a.project = nil
	}
	if research.CodeOf(err) == research.NotFound {
		return &refusal{why: "unknown_key", err: research.Errorf(research.Unauthenticated,
			"This write key is unknown here. Copy the project's key from Connect.")}
	}
	return err
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
	b, err := base64.StdEncoding.DecodeString(strings.TrimSpace(value))
	if err != nil {
		return ""
	}
	return string(b)
}
