// Package unsubscribe is the page behind "Don't ask me again" of a mail.
//
// It owns that page and trusts the link's token, and nothing else: no session, no
// cookie. It must not say who somebody is. Opening the page changes nothing, since
// programs that check mails open every link; a press, or the mail program's own
// button (RFC 8058), does. Start at [New].
package unsubscribe

import (
	"bytes"
	"context"
	"embed"
	"html/template"
	"log/slog"
	"net/http"
	"strings"
	"time"

	"github.com/usercall/usercall/internal/invite"
	"github.com/usercall/usercall/internal/research"
)

// Store ends invites.
type Store interface {
	// Unsubscriber is the project whose invites the holder of a link gets;
	// not_found where the link is unknown.
	Unsubscriber(ctx context.Context, tokenHash []byte) (*research.Project, error)
	// Unsubscribe ends all invites of whoever a link was sent to, for ever.
	Unsubscribe(ctx context.Context, tokenHash []byte, now time.Time) error
}

// Config is what the page needs.
type Config struct {
	Store Store
	Asset func(name string) string // the URL of "interview.css"
	Now   func() time.Time
	Log   *slog.Logger
}

//go:embed page.html
var files embed.FS

var page = template.Must(template.ParseFS(files, "page.html"))

// maxBody is how much a press sends, in bytes.
const maxBody = 4 << 10

type surface struct{ Config }

// New is the page, to be mounted at /unsubscribe/.
func New(c Config) http.Handler {
	s := &surface{c}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /unsubscribe/{token}", s.show)
	mux.HandleFunc("POST /unsubscribe/{token}", s.press)
	return mux
}

// view is what the page says.
type view struct {
	Style, Language string
	Words           words
	Title, Text     string
	Ask             bool // the button stands there
}

func (s *surface) show(w http.ResponseWriter, r *http.Request) {
	said, language := wordsFor(r.Header.Get("Accept-Language"))
	p, err := s.Store.Unsubscriber(r.Context(), invite.TokenHash(r.PathValue("token")))
	if err != nil {
		s.unfound(w, said, language, err)
		return
	}
	s.render(w, http.StatusOK, view{Language: language, Words: said, Title: said.Ask, Text: strings.ReplaceAll(said.What, "%s", p.Name), Ask: true})
}

func (s *surface) press(w http.ResponseWriter, r *http.Request) {
	r.Body = http.MaxBytesReader(w, r.Body, maxBody) // what it says makes no difference
	said, language := wordsFor(r.Header.Get("Accept-Language"))
	hash := invite.TokenHash(r.PathValue("token"))
	p, err := s.Store.Unsubscriber(r.Context(), hash)
	if err == nil {
		err = s.Store.Unsubscribe(r.Context(), hash, s.Now())
	}
	if err != nil {
		s.unfound(w, said, language, err)
		return
	}
	s.render(w, http.StatusOK, view{Language: language, Words: said, Title: said.Done, Text: strings.ReplaceAll(said.Ended, "%s", p.Name)})
}

// unfound answers for a link that leads nowhere, or a server that cannot tell.
func (s *surface) unfound(w http.ResponseWriter, said words, language string, err error) {
	if research.CodeOf(err) == research.NotFound {
		s.render(w, http.StatusNotFound, view{Language: language, Words: said, Title: said.Unknown, Text: said.Perhaps})
		return
	}
	s.Log.Error("somebody could not unsubscribe", "err", err)
	w.Header().Set("Retry-After", "60")
	s.render(w, http.StatusServiceUnavailable, view{Language: language, Words: said, Title: said.Trouble, Text: said.Again})
}

func (s *surface) render(w http.ResponseWriter, status int, v view) {
	v.Style = s.Asset("interview.css")
	var b bytes.Buffer
	if err := page.Execute(&b, v); err != nil {
		s.Log.Error("the page to unsubscribe could not be made", "err", err)
		http.Error(w, "This page could not be made.", http.StatusInternalServerError)
		return
	}
	h := w.Header()
	h.Set("Cache-Control", "no-store")
	h.Set("Referrer-Policy", "no-referrer")
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("X-Robots-Tag", "noindex, nofollow")
	h.Set("Content-Security-Policy", "default-src 'none'; style-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'")
	h.Set("Content-Type", "text/html; charset=utf-8")
	w.WriteHeader(status)
	_, _ = b.WriteTo(w) // a reader that is gone needs none
}
