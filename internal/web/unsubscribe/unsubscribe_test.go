package unsubscribe

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/usercall/usercall/internal/invite"
	"github.com/usercall/usercall/internal/research"
)

// list is a Store of one link.
type list struct {
	ended int
	fail  error
}

func (l *list) Unsubscriber(_ context.Context, hash []byte) (*research.Project, error) {
	if l.fail != nil {
		return nil, l.fail
	}
	if !bytes.Equal(hash, invite.TokenHash("known")) {
		return nil, research.Errorf(research.NotFound, "This link leads nowhere.")
	}
	return &research.Project{Name: "North<b>desk"}, nil
}

func (l *list) Unsubscribe(context.Context, []byte, time.Time) error { l.ended++; return l.fail }

func ask(l *list, log *bytes.Buffer, method, token, language string) *httptest.ResponseRecorder {
	h := New(Config{Store: l, Asset: func(n string) string { return "/assets/" + n }, Now: time.Now, Log: slog.New(slog.NewTextHandler(log, nil))})
	body := ""
	if method == http.MethodPost {
		body = "List-Unsubscribe=One-Click"
	}
	r := httptest.NewRequest(method, "/unsubscribe/"+token, strings.NewReader(body))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r.Header.Set("Accept-Language", language)
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w
}

func TestOpeningChangesNothingAndPressingDoes(t *testing.T) {
	l, log := &list{}, &bytes.Buffer{}
	w := ask(l, log, http.MethodGet, "known", "")
	if l.ended != 0 || w.Code != 200 || !strings.Contains(w.Body.String(), `<form method="post"><button class="main">Don&#39;t ask me again`) || !strings.Contains(w.Body.String(), "North&lt;b&gt;desk will not ask you") {
		t.Errorf("%d, ended %d: %s", w.Code, l.ended, w.Body)
	}
	for n := 1; n <= 2; n++ { // a mail program may press twice
		w = ask(l, log, http.MethodPost, "known", "")
		if l.ended != n || w.Code != 200 || !strings.Contains(w.Body.String(), "Done. We will not ask again.") || strings.Contains(w.Body.String(), "<form") {
			t.Errorf("%d, ended %d: %s", w.Code, l.ended, w.Body)
		}
	}
	for name, want := range map[string]string{"Cache-Control": "no-store", "Referrer-Policy": "no-referrer", "X-Robots-Tag": "noindex, nofollow"} {
		if got := w.Header().Get(name); got != want {
			t.Errorf("%s is %q", name, got)
		}
	}
	if csp := w.Header().Get("Content-Security-Policy"); !strings.Contains(csp, "default-src 'none'") || !strings.Contains(csp, "frame-ancestors 'none'") {
		t.Errorf("policy %q", csp)
	}
}

func TestUnknownLinks(t *testing.T) {
	l, log := &list{}, &bytes.Buffer{}
	for _, method := range []string{http.MethodGet, http.MethodPost} {
		w := ask(l, log, method, "other", "")
		if w.Code != 404 || l.ended != 0 || !strings.Contains(w.Body.String(), "This link leads nowhere.") {
			t.Errorf("%s: %d %s", method, w.Code, w.Body)
		}
	}
	if log.Len() > 0 {
		t.Errorf("the log has %s", log)
	}
}

func TestAServerThatCannotSaysSo(t *testing.T) {
	l, log := &list{fail: errors.New("the disk is full")}, &bytes.Buffer{}
	w := ask(l, log, http.MethodPost, "known", "")
	if w.Code != 503 || w.Header().Get("Retry-After") == "" || !strings.Contains(w.Body.String(), "Nothing was changed.") {
		t.Errorf("%d %s", w.Code, w.Body)
	}
	if !strings.Contains(log.String(), "the disk is full") || strings.Contains(log.String(), "known") {
		t.Errorf("the log has %s", log)
	}
}

func TestItSpeaksTheReadersLanguage(t *testing.T) {
	l, log := &list{}, &bytes.Buffer{}
	for accept, want := range map[string]string{"de-AT,de;q=0.9": `lang="de"`, "xx, fr;q=0.5": `lang="fr"`, "es": "¿Dejamos", "xx": `lang="en"`, "": `lang="en"`} {
		if w := ask(l, log, http.MethodGet, "known", accept); !strings.Contains(w.Body.String(), want) {
			t.Errorf("%q: %s", accept, w.Body)
		}
	}
	for language, w := range spoken {
		for _, s := range []string{w.Ask, w.What, w.Button, w.Done, w.Ended, w.Unknown, w.Perhaps, w.Trouble, w.Again} {
			if s == "" {
				t.Errorf("%s lacks a text", language)
			}
		}
		if !strings.Contains(w.What, "%s") || !strings.Contains(w.Ended, "%s") {
			t.Errorf("%s does not name the project", language)
		}
	}
}
