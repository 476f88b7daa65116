package participant_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
)

// TestInAFrameOfAnotherSite: a page of the project's own lends its microphone to
// the interview in a frame; what is said is heard there, and the page around is
// told of the end and of nothing else.
func TestInAFrameOfAnotherSite(t *testing.T) {
	s := newScript(t, "voice", server)
	around := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "text/html")
		fmt.Fprintf(w, `<iframe allow="microphone; on-device-speech-recognition" width="700" height="1200" src="%s"></iframe>`, r.URL.RawQuery)
	}))
	t.Cleanup(around.Close)
	_, err := s.raw.ExecContext(t.Context(), `update projects set origins = ?`, `["`+around.URL+`"]`)
	must(t, err)
	p, _ := talker(t, chromedp.WindowSize(900, 1400))
	p.prepare(`if (top === window) { window.told = []; window.place = null;
			addEventListener('message', e => e.data.place ? place = e.data.place : told.push([e.origin, e.source === frames[0], JSON.stringify(e.data)])) }
		else setInterval(() => { const b = document.querySelector('[data-uc=consent]:enabled')?.getBoundingClientRect();
			if (b) parent.postMessage({ place: [b.x + b.width / 2, b.y + b.height / 2] }, '*') }, 50)`)
	p.open(around.URL + "/?" + s.url + "/i/" + s.invite(t))
	p.until(`place`)
	at, err := chromedp.Run(p.ctx, chromedp.Evaluate[[]float64](`(f => [place[0] + f.x, place[1] + f.y])(document.querySelector('iframe').getBoundingClientRect())`))
	must(t, err)
	p.do(chromedp.MouseClickXY(at[0], at[1]))
	if c := s.until("consent"); c.Mode != "voice" {
		t.Errorf("the consent is %+v", c)
	}
	s.say(1, 1, "What made you cancel?", time.Second)
	s.until("playback_done")
	s.state("listening")
	s.wait(func() bool { return len(s.frames()) > 5 })
	s.send(map[string]any{"type": "ended", "reason": "complete"})
	p.until(`told.length > 0`)
	told, err := chromedp.Run(p.ctx, chromedp.Evaluate[string](`JSON.stringify(told)`))
	must(t, err)
	if want := `[["` + s.url + `",true,"{\"usercall\":\"completed\"}"]]`; strings.TrimSpace(told) != want {
		t.Errorf("the page around is told %s, not %s", told, want)
	}
}
