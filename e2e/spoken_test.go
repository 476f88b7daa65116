package e2e

import (
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"syscall"
	"testing"
	"time"

	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"
	"github.com/mewkiz/flac"

	"github.com/usercall/usercall/internal/voice/pcm"
	"github.com/usercall/usercall/internal/voice/pcm/pcmtest"
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
	window.lines = [] // each with what it carried, and how many frames of sound left
	window.WebSocket = class extends WebSocket {
		constructor(...a) {
			super(...a)
			lines.push(Object.assign(this, { frames: [], sound: 0 }))
			this.addEventListener("message", e => typeof e.data === "string" && this.frames.push(e.data))
		}
		send(data) {
			typeof data === "string" ? this.frames.push("> " + data) : this.sound++
			super.send(data)
		}
	}
	window.asked = 0
	navigator.mediaDevices.getUserMedia = async wanted => {
		window.asked++
		context ??= new AudioContext()
		out ??= room(context)
		return out.stream.clone()
	}
	// A room is never silent: a whisper of noise.
	const room = context => {
		const noise = context.createBuffer(1, 2 * context.sampleRate, context.sampleRate)
		noise.getChannelData(0).forEach((_, i, all) => all[i] = (Math.random() - 0.5) / 500)
		const source = context.createBufferSource(), to = context.createMediaStreamDestination()
		Object.assign(source, { buffer: noise, loop: true }).connect(to)
		source.start()
		return to
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
	t.Parallel()
	said := utterances(t, aloud...)
	server := newSpeech(t, said)
	p := newProgram(t)
	p.env = server.settings()
	p.demo("--people", "12")
	room := p.accept(t)
	t.Cleanup(func() { t.Logf("the recogniser heard %q", server.all()) })
	for i := 0; room.question(); i++ {
		t.Logf("%d: %s", i, room.asked)
		switch i {
		case 1: // the recogniser fails, and comes back
			server.breakDown(1)
		case 2: // the network is cut in the middle of an answer
			room.cutOff = true
		case 4: // the program is killed, and is there again
			room.killed(p)
		case len(said):
			t.Fatal("the interview does not end")
		}
		room.say(said[i])
	}
	room.settle()
	room.picture("spoken-thanks")
	p.checkSpoken(t, server, said)
}

// loud lets a page make sound though nobody touched it.
var loud = chromedp.Flag("autoplay-policy", "no-user-gesture-required")

// spoken is the tab of a spoken interview.
type spoken struct {
	*tab
	asked  string // the last question
	cutOff bool   // cut the network in the next answer
}

// accept gets the card on the product's page and begins a spoken interview.
func (p *program) accept(t *testing.T) *spoken {
	t.Helper()
	visitor := browser(t, loud)
	visitor.open("http://" + p.product + "/app/billing")
	visitor.click(".danger")
	visitor.until(card + `?.querySelector("[data-uc=accept]")`)
	visitor.expectTab()
	visitor.clickIn(card, "[data-uc=accept]")
	return visitor.newTab().agree()
}

// agree loads the interview anew with a microphone of ours, and consents to talking
// and to being recorded.
func (p *tab) agree() *spoken {
	p.t.Helper()
	if _, err := chromedp.Call(p.ctx, page.AddScriptToEvaluateOnNewDocument, page.AddScriptToEvaluateOnNewDocumentParams{Source: microphone}); err != nil {
		p.t.Fatal(err)
	}
	p.do(chromedp.Reload())
	p.click("#record")
	p.picture("spoken-consent")
	p.click("[data-uc=consent]")
	return &spoken{tab: p}
}

// question waits until the interviewer has asked something new and listens;
// false where the interview is over.
func (r *spoken) question() bool {
	r.t.Helper()
	const text = `document.querySelector("[data-uc=question]")?.innerText.trim()`
	r.slowly(fmt.Sprintf(`document.querySelector("[data-uc=end]") || %s && %s != %q && document.querySelector("[data-state=listening]")`, text, text, r.asked))
	if eval[bool](r.tab, `!!document.querySelector("[data-uc=end]")`) {
		return false
	}
	r.asked = eval[string](r.tab, text)
	return true
}

// slowly waits for what takes as long as a line takes to be said.
func (r *spoken) slowly(expression string) {
	r.t.Helper()
	for deadline := time.Now().Add(time.Minute); time.Now().Before(deadline); time.Sleep(50 * time.Millisecond) {
		if eval[bool](r.tab, "!!("+expression+")") {
			return
		}
	}
	r.t.Log("the last frames of each line:", eval[string](r.tab, `JSON.stringify(lines.map(l => [l.readyState, l.sound, l.frames.slice(-12)]), null, 1)`))
	r.until(expression)
}

// say speaks into the microphone.
func (r *spoken) say(u utterance) {
	r.t.Helper()
	wav := pcm.AppendWAV(nil, pcm.Format{Rate: micRate, Channels: 1}, u.sound)
	if r.cutOff {
		r.cutOff = false
		r.cutInside(wav)
	}
	eval[bool](r.tab, fmt.Sprintf(`sayAloud(%q)`, base64.StdEncoding.EncodeToString(wav)))
}

// cutInside begins to say something, loses the connection in the middle of it, and
// is asked where they were.
func (r *spoken) cutInside(wav []byte) {
	r.t.Helper()
	lines := eval[int](r.tab, "lines.length")
	eval[bool](r.tab, fmt.Sprintf(`setTimeout(() => lines.at(-1).close(), 900), sayAloud(%q)`, base64.StdEncoding.EncodeToString(wav)))
	r.back(lines)
}

// killed ends the program without a warning, and begins it anew.
func (r *spoken) killed(p *program) {
	r.t.Helper()
	lines := eval[int](r.tab, "lines.length")
	p.stop(syscall.SIGKILL)
	p.demo("--people", "12")
	r.back(lines)
}

// back waits until the page has another line than it had, and is listened to.
func (r *spoken) back(lines int) {
	r.t.Helper()
	r.slowly(fmt.Sprintf(`lines.length > %d && document.querySelector("[data-state=listening]")`, lines))
}

type spokenRow struct {
	ID    string `json:"id"`
	State string `json:"state"`
	Mode  string `json:"mode"`
	Turns []struct {
		N       int    `json:"n"`
		Speaker string `json:"speaker"`
		Text    string `json:"text"`
		StartMS *int64 `json:"start_ms"`
		EndMS   *int64 `json:"end_ms"`
	} `json:"turns"`
}

// checkSpoken compares what is kept with what was said: the words, the seconds at
// which they were said, and the sound at those seconds.
func (p *program) checkSpoken(t *testing.T, s *speech, said []utterance) {
	t.Helper()
	project := p.project(true)
	all := export[spokenRow](p, "interviews", project)
	i := all[len(all)-1]
	if i.Mode != "voice" || i.State != "completed" {
		t.Fatalf("the last interview is %s by %s", i.State, i.Mode)
	}
	voice := p.recording(t, i.ID)
	n := 0
	for _, turn := range i.Turns {
		if turn.Speaker != "participant" {
			continue
		}
		if n == len(said) || turn.Text != said[n].text {
			t.Fatalf("answer %d stands as %q", n, turn.Text)
		}
		if turn.StartMS == nil || turn.EndMS == nil {
			t.Fatalf("nobody knows when %q was said", turn.Text)
		}
		soundsThere(t, voice, *turn.StartMS, *turn.EndMS, said[n])
		n++
	}
	t.Logf("%d answers; the recogniser was sent sound at least %.2f like them, %d requests failed", n, s.least, s.failed)
	p.checkQuotes(t, project, i.ID, voice, said)
}

// soundsThere checks that a sound is in the recording between two moments, within
// a tenth of a second.
func soundsThere(t *testing.T, voice []int16, start, end int64, u utterance) {
	t.Helper()
	const slack = 600 // before and after, in milliseconds
	from := max(start-slack, 0) * micRate / 1000
	to := min((end+slack)*micRate/1000, int64(len(voice)))
	if from >= to {
		t.Fatalf("the recording of %d ms does not reach to %d ms", len(voice)*1000/micRate, start)
	}
	if _, like := pcmtest.Find(u.sound, voice[from:to]); like < 0.8 {
		t.Errorf("from %d to %d ms the recording is %.2f like %q", start, end, like, u.text)
	}
}

// checkQuotes plays the quotes of an interview.
func (p *program) checkQuotes(t *testing.T, project, interview string, voice []int16, said []utterance) {
	t.Helper()
	type themes struct {
		People int `json:"people"`
		Quotes []struct {
			Text      string `json:"text"`
			Interview string `json:"interview"`
			StartMS   *int64 `json:"start_ms"`
			EndMS     *int64 `json:"end_ms"`
		} `json:"quotes"`
	}
	played := 0
	eventually(t, "a sentence of the visitor's stands under a theme that others share", func() bool {
		for _, theme := range export[themes](p, "themes", project) {
			for _, q := range theme.Quotes {
				if q.Interview != interview || theme.People < 3 {
					continue
				}
				at := slices.IndexFunc(said, func(u utterance) bool { return u.text == q.Text })
				if at < 0 || q.StartMS == nil || q.EndMS == nil {
					t.Fatalf("the quote %q was not said so, or nobody knows when", q.Text)
				}
				soundsThere(t, voice, *q.StartMS, *q.EndMS, said[at])
				played++
			}
		}
		return played > 0
	})
}

// recording is the participant's track of an interview's recording, once it has
// the form in which it stays.
func (p *program) recording(t *testing.T, interview string) (track []int16) {
	t.Helper()
	file := filepath.Join(p.dir, "recordings", interview, "audio.flac")
	eventually(t, "the recording is settled", func() bool { _, err := os.Stat(file); return err == nil })
	stream, err := flac.ParseFile(file)
	if err != nil {
		t.Fatal(err)
	}
	defer stream.Close()
	for {
		block, err := stream.ParseNext()
		if errors.Is(err, io.EOF) {
			return track
		}
		if err != nil {
			t.Fatal(err)
		}
		for _, sample := range block.Subframes[0].Samples {
			track = append(track, int16(sample))
		}
	}
}
