package web

import (
	"bytes"
	"database/sql"
	"encoding/json"
	"fmt"
	"math"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/chromedp"

	"github.com/usercall/usercall/internal/report"
	"github.com/usercall/usercall/internal/research"
	"github.com/usercall/usercall/internal/voice/pcm"
)

// reader is bytes that are closed.
type reader struct{ *bytes.Reader }

func (reader) Close() error { return nil }

// hear is where the demo's recordings are.
func (s *site) hear(p *research.Project, id string) (*report.Sound, error) {
	wav, recorded := s.sounds[p.Key+id]
	if !recorded {
		wav, recorded = s.sounds[id]
	}
	switch {
	case !recorded || !strings.HasPrefix(id, "itv_"+strings.TrimPrefix(p.Key, "prj_")):
		return nil, research.Errorf(research.NotFound, "This interview has no recording.")
	case wav == nil:
		return nil, research.Errorf(research.NotFound, "Recording missing: its file is not where recordings are kept.")
	}
	return &report.Sound{ReadSeekCloser: reader{bytes.NewReader(wav)}, Type: "audio/wav", Modified: noon}, nil
}

// speak makes the nth interview of a demo project a spoken one, with a recording of
// 40 seconds and some exchanges.
func (s *site) speak(tag string, n, exchanges int) {
	s.t.Helper()
	id := fmt.Sprintf("itv_%s%d", tag, n)
	if s.sounds == nil {
		s.sounds = map[string][]byte{}
	}
	samples := make([]int16, 40*8000)
	for i := range samples {
		samples[i] = int16(6000 * math.Sin(float64(i)/8000*2*math.Pi*220))
	}
	s.sounds[id] = pcm.AppendWAV(nil, pcm.Format{Rate: 8000, Channels: 1}, samples)
	err := s.db.InTx(s.t.Context(), func(tx *sql.Tx) error {
		do := func(query string, args ...any) {
			if _, err := tx.ExecContext(s.t.Context(), query, args...); err != nil {
				s.t.Fatal(query, err)
			}
		}
		do("UPDATE interviews SET mode = 'voice' WHERE public_id = $1", id)
		do(`INSERT INTO recordings (project_id, interview_id, name, state, length_ms, started_at, delete_at)
			SELECT project_id, id, public_id, 'settled', 40000, started_at, $2 FROM interviews WHERE public_id = $1`, id, noon.AddDate(0, 0, 90).UnixMilli())
		do("UPDATE turns SET start_ms = n * 8000 - 6000, end_ms = n * 8000 - 1000 WHERE interview_id = (SELECT id FROM interviews WHERE public_id = $1)", id)
		for i := range exchanges {
			do(`INSERT INTO exchanges (project_id, interview_id, n, body) SELECT project_id, id, $2, $3 FROM interviews WHERE public_id = $1`, id, i+1, exchangeOf(i))
		}
		return nil
	})
	if err != nil {
		s.t.Fatal(err)
	}
}

// exchangeOf is the ith exchange as it is stored: the first is the opening line, the
// third was interrupted, the fifth never heard.
func exchangeOf(i int) string {
	at := int64(10_000 * i)
	e := research.Exchange{Turn: 2*i + 1, What: "answer", Cut: i == 2, LastSpeech: at + 1000, Endpoint: at + 1900, STTSent: at + 1300, STTDone: at + 2050 + int64(i%3)*90,
		ReplyAsked: at + 2060 + int64(i%3)*90, ReplyDone: at + 2460 + int64(i%5)*170, TTSSent: at + 2470 + int64(i%5)*170, TTSFirst: at + 2700 + int64(i%5)*190, FirstWrite: at + 2712 + int64(i%5)*190, FirstHeard: at + 2800 + int64(i%5)*190}
	if i == 0 {
		e.What, e.LastSpeech, e.Endpoint, e.STTSent, e.STTDone = "begin", -1, -1, -1, -1
	}
	if i == 4 {
		e.TTSSent, e.TTSFirst, e.FirstWrite, e.FirstHeard = -1, -1, -1, -1
	}
	b, _ := json.Marshal(e) // numbers always marshal
	return string(b)
}

func TestARecordingIsHeardInParts(t *testing.T) {
	s := newSite(t, "http://localhost:8080").signIn()
	s.fill(demo{tag: "a", studies: 1, interviews: 6, events: 9})
	s.speak("a", 0, 3)
	s.sounds["itv_a1"] = nil
	s.sounds["itv_b0"] = []byte("of another project")
	r := httptest.NewRequest("GET", "/interviews/itv_a0/recording", nil)
	r.AddCookie(s.cookie)
	r.Header.Set("Range", "bytes=44-143")
	w := httptest.NewRecorder()
	s.handler.ServeHTTP(w, r)
	if w.Code != http.StatusPartialContent || w.Body.Len() != 100 || !bytes.Equal(w.Body.Bytes(), s.sounds["itv_a0"][44:144]) {
		t.Errorf("a part: %d, %d bytes", w.Code, w.Body.Len())
	}
	for name, want := range map[string]string{"Content-Type": "audio/wav", "Cache-Control": "no-store", "X-Content-Type-Options": "nosniff", "Accept-Ranges": "bytes"} {
		if got := w.Header().Get(name); got != want {
			t.Errorf("%s is %q", name, got)
		}
	}
	for path, words := range map[string]string{"/interviews/itv_a1/recording": "Recording missing", "/interviews/itv_a2/recording": "no recording",
		"/interviews/itv_b0/recording": "no recording"} {
		if w := s.get(path); w.Code != http.StatusNotFound || !strings.Contains(w.Body.String(), words) {
			t.Errorf("%s: %d %s", path, w.Code, w.Body)
		}
	}
	s.cookie = &http.Cookie{Name: s.cookie.Name, Value: "nobody"}
	if w := s.get("/interviews/itv_a0/recording"); w.Code != http.StatusSeeOther {
		t.Errorf("signed out: %d", w.Code)
	}
}

func TestTheInterviewsPageCanBeHeard(t *testing.T) {
	s := newSite(t, "http://localhost:8080").signIn()
	s.fill(demo{tag: "a", studies: 1, interviews: 6, events: 9})
	s.speak("a", 0, 6)
	s.speak("a", 2, 0)
	s.sounds["itv_a2"] = nil
	of := func(path string) string { return s.get(path).Body.String() }
	for path, want := range map[string][]string{
		"/interviews/itv_a0": {`<audio controls preload="metadata" src="/interviews/itv_a0/recording"`, `href="/interviews/itv_a0/recording#t=10"`, "Play from 0:10", `data-from="10000" data-to="15000"`,
			"Recorded, 40 s; kept until", "How long they waited", "interrupted", "not heard", "End of turn 900 ms", "half of 4 replies"},
		"/interviews/itv_a2": {"Recording missing"},
		"/studies/stu_a0":    {"Hear it", `data-play href="/interviews/itv_a0/recording#t=`},
		"/themes":            {"Themes"},
	} {
		body := of(path)
		for _, words := range want {
			if !strings.Contains(body, words) {
				t.Errorf("%s does not say %q", path, words)
			}
		}
	}
	for _, path := range []string{"/interviews/itv_a1", "/interviews/itv_a2"} { // typed, and lost
		if body := of(path); strings.Contains(body, "<audio") || strings.Contains(body, `<a class="play"`) || strings.Contains(body, "How long they waited") {
			t.Errorf("%s has something to hear", path)
		}
	}
	if inline.MatchString(of("/interviews/itv_a0")) {
		t.Error("something is inline")
	}
}

// TestQuotesPlayTheirSeconds listens in a real browser.
func TestQuotesPlayTheirSeconds(t *testing.T) {
	s := newSite(t, "http://localhost:8080").signIn()
	s.fill(demo{tag: "a", studies: 1, interviews: 6, events: 9})
	s.speak("a", 0, 3)
	server := httptest.NewServer(s.handler)
	defer server.Close()
	ctx := browser(t)
	_, err := chromedp.Call(ctx, network.SetCookie, network.SetCookieParams{Name: s.cookie.Name, Value: s.cookie.Value, URL: server.URL})
	must(t, true, err)
	until := func(expression string) {
		t.Helper()
		deadline := time.Now().Add(20 * time.Second)
		for {
			got, err := chromedp.Run(ctx, chromedp.Evaluate[bool](expression))
			if err == nil && got {
				return
			}
			if time.Now().After(deadline) {
				t.Fatalf("%s is never true (%v)", expression, err)
			}
		}
	}
	must(t, true, chromedp.Do(ctx, chromedp.Navigate(server.URL+"/interviews/itv_a0")))
	must(t, true, chromedp.Do(ctx, chromedp.Click(`#t2 a.play`)))
	until(`(a => !a.paused && a.currentTime > 10.1 && a.currentTime < 14)(document.querySelector("audio"))`)
	until(`document.querySelectorAll(".turn.now").length === 1 && document.querySelector(".turn.now").id === "t2"`)
	must(t, true, chromedp.Do(ctx, chromedp.KeyEvent("p")))
	until(`document.querySelector("audio").paused && !document.querySelector("a.play[aria-current]")`)

	must(t, true, chromedp.Do(ctx, chromedp.Navigate(server.URL+"/studies/stu_a0")))
	must(t, true, chromedp.Do(ctx, chromedp.Evaluate[chromedp.Void](`{
		const play = HTMLMediaElement.prototype.play;
		HTMLMediaElement.prototype.play = function () { window.heard = this; window.begun = this.currentTime; return play.call(this); };
	}`)))
	must(t, true, chromedp.Do(ctx, chromedp.Click(`a.play[href*="itv_a0"]`)))
	until(`!!window.heard && window.heard.currentTime > window.begun`)
	until(`(([from, to]) => window.begun === from && window.heard.paused && window.heard.currentTime >= to && window.heard.currentTime < to + 1)(
		document.querySelector('a.play[href*="itv_a0"]').hash.slice(3).split(",").map(Number))`)
}
