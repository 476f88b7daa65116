package participant

import (
	"net/http"
	"net/url"
	"strings"

	"github.com/usercall/usercall/internal/research"
)

// guard sets what every answer of this surface carries. The token in its
// address must not leave with a Referer, and nothing may be kept by a cache.
func guard(w http.ResponseWriter) {
	h := w.Header()
	h.Set("Cache-Control", "no-store")
	h.Set("Referrer-Policy", "no-referrer")
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("X-Robots-Tag", "noindex, nofollow")
}

// guardPage adds what a page needs: scripts and styles of ours only, and frames
// only on the pages of the project. A typed interview has no use for a
// microphone, so nothing on the page can ask for one. What runs on the audio
// thread is a script of ours too: a policy knows it as one. A form is sent to us
// only, and only from a page that has one.
func (s *Surface) guardPage(w http.ResponseWriter, p *research.Project, speaks, form bool) {
	guard(w)
	h := w.Header()
	forms := "'none'"
	if form {
		forms = "'self'"
	}
	h.Set("Content-Security-Policy", "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; "+
		"connect-src 'self' "+s.socketOrigin()+"; base-uri 'none'; form-action "+forms+"; frame-ancestors "+ancestors(p))
	microphone := "()"
	if speaks {
		microphone = "(self)"
	}
	h.Set("Permissions-Policy", "microphone="+microphone+", camera=(), geolocation=()")
}

// socketOrigin is our own socket as older browsers want to read it: they do not
// take 'self' for it.
func (s *Surface) socketOrigin() string { return "ws" + strings.TrimPrefix(s.origin, "http") }

// ancestors are the pages that may show the interview in a frame. An origin
// that is none is left out: it could end the policy.
func ancestors(p *research.Project) string {
	switch {
	case p == nil:
		return "'none'"
	case p.Open:
		return "*"
	}
	allowed := []string{"'self'"}
	for _, o := range p.Origins {
		if u, err := url.Parse(o); err == nil && u.Host != "" && !strings.ContainsAny(o, " ;,'") {
			allowed = append(allowed, o)
		}
	}
	return strings.Join(allowed, " ")
}

// ownOrigin tells whether a request comes from one of our pages, or from a
// program that is no browser: those send no Origin, and have no page to be
// tricked by.
func (s *Surface) ownOrigin(r *http.Request) bool {
	origin, sent := r.Header["Origin"]
	if !sent {
		site := r.Header.Get("Sec-Fetch-Site")
		return site == "" || site == "same-origin"
	}
	return len(origin) == 1 && origin[0] == s.origin
}
