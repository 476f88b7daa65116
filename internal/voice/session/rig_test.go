package session_test

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/usercall/usercall/internal/research"
	"github.com/usercall/usercall/internal/voice/provider"
	"github.com/usercall/usercall/internal/voice/session"
	"github.com/usercall/usercall/internal/voice/turn"
	"github.com/usercall/usercall/internal/voice/vad"
)

const ms = time.Millisecond

// The sound of these tests is made so that it can be read: a word is 320 ms of
// one value, which is its number above firstWord; noise is voice without words.
const (
	firstWord = 2000
	noiseAt   = 1500
	wordTime  = 320 * ms
	outRate   = 24000
)

var dictionary = struct {
	sync.Mutex
	words []string
}{}

func number(word string) int16 {
	dictionary.Lock()
	defer dictionary.Unlock()
	i := slices.Index(dictionary.words, word)
	if i < 0 {
		i = len(dictionary.words)
		dictionary.words = append(dictionary.words, word)
	}
	return int16(firstWord + i)
}

// read is the words of a sound; the last of one that is cut off is not known.
func read(pcm []byte) string {
	dictionary.Lock()
	defer dictionary.Unlock()
	var out []string
	last, n := int16(0), 0
	for i := 0; i+1 < len(pcm); i += 2 {
		v := int16(binary.LittleEndian.Uint16(pcm[i:]))
		if v != last {
			last, n = v, 0
		}
		if n++; v >= firstWord && n == 3000 && int(v-firstWord) < len(dictionary.words) {
			out = append(out, dictionary.words[v-firstWord])
		}
	}
	return strings.Join(out, " ")
}

// voice is a detector that takes what is loud for speech.
type voice struct {
	at   int64
	held []int16
}

func (v *voice) Reset(at int64) { v.at, v.held = at, nil }

func (v *voice) Next(samples []int16) ([]int16, vad.Frame, bool) {
	n := min(len(samples), vad.FrameSize-len(v.held))
	v.held = append(v.held, samples[:n]...)
	if len(v.held) < vad.FrameSize {
		return nil, vad.Frame{}, false
	}
	sum := 0
	for _, s := range v.held {
		sum += int(s)
	}
	f := vad.Frame{Start: v.at, Speech: 0.02}
	if sum/vad.FrameSize > 700 {
		f.Speech = 0.95
	}
	v.at, v.held = v.at+vad.FrameSize, nil
	return samples[n:], f, true
}

// recogniser reads the sound of the tests.
type recogniser struct {
	takes time.Duration
	mu    sync.Mutex
	calls int
	fails int // so many calls more
}

func (r *recogniser) Transcribe(ctx context.Context, rec provider.Recording) (provider.Transcript, error) {
	r.mu.Lock()
	r.calls++
	fails := r.fails > 0
	r.fails--
	r.mu.Unlock()
	if err := wait(ctx, r.takes); err != nil {
		return provider.Transcript{}, err
	}
	if fails {
		return provider.Transcript{}, research.Errorf(research.Unavailable, "The recogniser does not work.")
	}
	return provider.Transcript{Text: read(rec.PCM), NoSpeech: -1}, nil
}

func wait(ctx context.Context, d time.Duration) error {
	select {
	case <-time.After(d):
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// mouth says a line as 50 ms a letter of its length.
type mouth struct {
	mu    sync.Mutex
	fails int
	lines []string
}

func (m *mouth) Speak(ctx context.Context, l provider.Line) (*provider.Speech, error) {
	m.mu.Lock()
	m.lines = append(m.lines, l.Text)
	fails := m.fails > 0
	m.fails--
	m.mu.Unlock()
	if err := wait(ctx, 120*ms); err != nil {
		return nil, err
	}
	if fails {
		return nil, research.Errorf(research.Unavailable, "The voice does not work.")
	}
	pcm := bytes.Repeat([]byte{0x10, 0x10}, len(l.Text)*outRate/20)
	return &provider.Speech{Rate: outRate, ReadCloser: io.NopCloser(bytes.NewReader(pcm))}, nil
}

// mind is an interview that asks numbered questions.
type mind struct {
	mu      sync.Mutex
	takes   time.Duration
	slow    int // so many replies take for ever
	last    int // the question after which it ends; 0: never
	asked   []session.Ask
	turns   []string
	ids     map[string]int
	overs   []turn.Reason
	fails   int   // so many times storing fails
	refuses error // all storing
	long    bool  // lines are long
}

func (m *mind) Reply(ctx context.Context, a session.Ask) (*session.Reply, error) {
	m.mu.Lock()
	m.asked = append(m.asked, a)
	n := len(m.turns)
	slow := m.slow > 0 && !a.Plain
	if slow {
		m.slow--
	}
	m.mu.Unlock()
	if slow {
		<-ctx.Done()
		return nil, ctx.Err()
	}
	if err := wait(ctx, m.takes); err != nil {
		return nil, err
	}
	text := fmt.Sprintf("Line %d. What happened then?", n)
	if m.long {
		text = "This is a line that takes its time, since it has much to say about everything. " + text
	}
	return &session.Reply{Text: text, Question: "What happened then?", Open: true, Last: a.What == turn.Goodbye || m.last > 0 && n >= m.last}, nil
}

func (m *mind) Store(_ context.Context, s session.Said, r *session.Reply) (k session.Kept, err error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.fails > 0 {
		m.fails--
		return k, research.Errorf(research.Unavailable, "The database is away.")
	}
	if m.refuses != nil {
		return k, m.refuses
	}
	if s.Text != "" {
		if s.ID == "" {
			return k, errors.New("an answer without an id")
		}
		if m.ids == nil {
			m.ids = map[string]int{}
		}
		if m.ids[s.ID] == 0 {
			m.turns = append(m.turns, "P: "+s.Text)
			m.ids[s.ID] = len(m.turns)
		}
		k.Heard = &session.Stored{Turn: m.ids[s.ID], ID: s.ID, Text: s.Text, Start: s.From, End: s.To}
	}
	if r != nil {
		m.turns = append(m.turns, "I: "+r.Text)
		k.Says = &session.Stored{Turn: len(m.turns), Text: r.Text}
		k.Question = r.Question
		if r.Last {
			k.Reason = "complete"
		}
	}
	return k, nil
}

func (m *mind) Over(_ context.Context, why turn.Reason) (session.Kept, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.overs = append(m.overs, why)
	return session.Kept{}, nil
}

// answers is what was stored of the participant.
func (m *mind) answers() (out []string) {
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, t := range m.turns {
		if text, ok := strings.CutPrefix(t, "P: "); ok {
			out = append(out, text)
		}
	}
	return out
}

// page plays what it gets, in virtual time, and reports.
type page struct {
	s   *session.Session
	mu  sync.Mutex
	got []session.Message
	at  []time.Duration
	t0  time.Time

	gen            int
	buffer, played time.Duration
	over, flushed  bool
	silent         bool // it reports nothing
}

func (p *page) Send(m session.Message) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.got, p.at = append(p.got, m), append(p.at, time.Since(p.t0))
	switch m := m.(type) {
	case session.Flush:
		p.flushed = true
		p.buffer = p.played
	case session.Resume:
		p.gen, p.buffer, p.played, p.over, p.flushed = m.Gen, m.From, m.From, false, false
	}
}

func (p *page) Sound(gen int, _ uint32, pcm []byte) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if gen != p.gen {
		p.gen, p.buffer, p.played, p.flushed = gen, 0, 0, false
	}
	p.buffer += time.Duration(len(pcm)/2) * time.Second / outRate
	p.over = len(pcm) == 0
}

// tick is 20 ms.
func (p *page) tick(n int) {
	p.mu.Lock()
	step := min(20*ms, p.buffer-p.played)
	p.played += step
	gen, played := p.gen, p.played
	done := p.over && !p.flushed && p.played == p.buffer && gen > 0
	if done {
		p.over = false
	}
	report := n%12 == 0 && step > 0 && !p.silent
	p.mu.Unlock()
	switch {
	case done && !p.silent:
		p.s.Do(session.Command{Do: session.PlaybackDone, Gen: gen})
	case report:
		p.s.Do(session.Command{Do: session.Playback, Gen: gen, Played: played})
	}
}

// rig is a session with a page and somebody in front of it.
type rig struct {
	t      *testing.T
	s      *session.Session
	mind   *mind
	stt    *recogniser
	tts    *mouth
	watch  *watcher
	page   *page
	pages  []*page // all that there were
	tape   tape
	err    error
	ended  chan struct{}
	cancel context.CancelCauseFunc
	quit   chan struct{}
	live   sync.WaitGroup

	mu     sync.Mutex
	spoken []word
	room   []int16 // what else the microphone hears, from the first page on
	off    bool    // no frames are sent
}

type word struct {
	at, to time.Duration
	value  int16
}

type watcher struct {
	mu     sync.Mutex
	all    []session.Exchange
	failed []string
}

func (w *watcher) Exchanged(e session.Exchange) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.all = append(w.all, e)
}

func (w *watcher) Failed(service string, _ error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.failed = append(w.failed, service)
}

// tape is a recorder in memory.
type tape struct {
	mu     sync.Mutex
	tracks [2][]int16
	closed time.Duration
	stuck  chan struct{} // writing waits for it
}

func (r *tape) put(track int, at int64, samples []int16) error {
	if r.stuck != nil {
		<-r.stuck
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if more := int(at) + len(samples) - len(r.tracks[track]); more > 0 {
		r.tracks[track] = append(r.tracks[track], make([]int16, more)...)
	}
	copy(r.tracks[track][at:], samples)
	return nil
}

func (r *tape) Participant(at int64, samples []int16) error { return r.put(0, at, samples) }
func (r *tape) Moderator(at int64, samples []int16) error   { return r.put(1, at, samples) }
func (r *tape) Close(lasted time.Duration) error            { r.closed = lasted; return nil }

// bubble runs a test in virtual time, with a session that begins with it.
func bubble(t *testing.T, change func(*rig, *session.Config), test func(*rig)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		r := &rig{t: t, mind: &mind{takes: 200 * ms}, stt: &recogniser{takes: 150 * ms}, tts: &mouth{}, watch: &watcher{}}
		c := session.Config{Mind: r.mind, Watcher: r.watch, Params: turn.Normal.Params(), Language: "en", STT: r.stt, TTS: r.tts,
			OutRate: outRate, Detector: &voice{}, Record: &r.tape}
		if change != nil {
			change(r, &c)
		}
		r.start(c)
		r.connect()
		test(r)
		r.stop()
	})
}

func (r *rig) start(c session.Config) {
	ctx, cancel := context.WithCancelCause(context.Background())
	r.s, r.cancel, r.ended, r.quit = session.New(c), cancel, make(chan struct{}), make(chan struct{})
	go func() {
		defer close(r.ended)
		r.err = r.s.Run(ctx)
	}()
}

// connect is a page with a microphone, numbered anew.
func (r *rig) connect() {
	p := &page{s: r.s, t0: time.Now()}
	if r.page != nil {
		p.t0 = r.page.t0
	}
	r.page = p
	r.pages = append(r.pages, p)
	quit := make(chan struct{})
	r.quit = quit
	r.s.Attach(p, 0)
	r.live.Go(func() {
		for n := 0; ; n++ {
			select {
			case <-quit:
				return
			case <-time.After(20 * ms):
			}
			p.tick(n)
		}
	})
	r.live.Go(func() { r.microphone(p, quit) })
}

// disconnect is a socket that is gone.
func (r *rig) disconnect() {
	close(r.quit)
	r.live.Wait()
	r.s.Detach(r.page)
}

func (r *rig) microphone(p *page, quit chan struct{}) {
	const frame = 60 * ms
	for seq := uint32(0); ; seq++ {
		select {
		case <-quit:
			return
		case <-time.After(frame):
		}
		now := time.Since(p.t0)
		pcm := make([]byte, 0, 1920)
		r.mu.Lock()
		off := r.off
		var near []word
		for _, w := range r.spoken {
			if w.to > now-frame && w.at < now {
				near = append(near, w)
			}
		}
		if len(near) == 0 {
			pcm = pcm[:1920] // silence
		}
		for i := range 960 * min(len(near), 1) {
			at := now - frame + time.Duration(i)*time.Second/16000
			v := int16(0)
			for _, w := range near {
				if at >= w.at && at < w.to {
					v = w.value
				}
			}
			pcm = binary.LittleEndian.AppendUint16(pcm, uint16(v))
		}
		if r.room != nil {
			pcm = r.around(pcm[:0], now-frame)
		}
		r.mu.Unlock()
		if !off && !r.s.Mic(seq, pcm) {
			r.t.Error("a frame was refused")
		}
	}
}

func (r *rig) now() time.Duration { return time.Since(r.page.t0) }

// say is words from now on; it returns when they were said.
func (r *rig) say(text string) {
	r.mu.Lock()
	at := r.now()
	for _, w := range strings.Fields(text) {
		r.spoken = append(r.spoken, word{at, at + wordTime, number(w)})
		at += wordTime
	}
	r.mu.Unlock()
	time.Sleep(at - r.now())
}

// noise is voice without words.
func (r *rig) noise(d time.Duration) {
	r.mu.Lock()
	r.spoken = append(r.spoken, word{r.now(), r.now() + d, noiseAt})
	r.mu.Unlock()
	time.Sleep(d)
}

// until waits for something to be told from now on.
func (r *rig) until(what string, most time.Duration, is func(session.Message) bool) time.Duration {
	r.t.Helper()
	return r.after(len(r.all()), what, most, is)
}

// after waits for something to be told to the page after its first messages.
func (r *rig) after(from int, what string, most time.Duration, is func(session.Message) bool) time.Duration {
	r.t.Helper()
	for end := time.Now().Add(most); time.Now().Before(end); time.Sleep(10 * ms) {
		for i, m := range r.all()[from:] {
			if is(m) {
				r.page.mu.Lock()
				defer r.page.mu.Unlock()
				return r.page.at[from+i]
			}
		}
	}
	r.t.Fatalf("%s did not happen within %v\n%s", what, most, r)
	return 0
}

func (r *rig) all() []session.Message {
	r.page.mu.Lock()
	defer r.page.mu.Unlock()
	return slices.Clone(r.page.got)
}

// phase waits until the page shows a phase.
func (r *rig) phase(p turn.Phase, most time.Duration) {
	r.t.Helper()
	for end := time.Now().Add(most); time.Now().Before(end); time.Sleep(10 * ms) {
		if r.shown() == p {
			return
		}
	}
	r.t.Fatalf("not %s after %v but %s\n%s", p, most, r.shown(), r)
}

func (r *rig) shown() (p turn.Phase) {
	for _, m := range r.all() {
		if x, ok := m.(session.Phase); ok {
			p = x.Name
		}
	}
	return p
}

func count[T session.Message](r *rig) (n int) {
	for _, m := range r.all() {
		if _, ok := m.(T); ok {
			n++
		}
	}
	return n
}

func (r *rig) noticed(code string) bool {
	return slices.Contains(r.all(), session.Message(session.Notice{Code: code}))
}

func (r *rig) want(answers ...string) {
	r.t.Helper()
	synctest.Wait()
	if got := r.mind.answers(); !slices.Equal(got, answers) {
		r.t.Errorf("stored %q, want %q\n%s", got, answers, r)
	}
}

// stop ends what still runs. The bubble fails if a goroutine is left.
func (r *rig) stop() {
	r.cancel(nil)
	<-r.ended
	select {
	case <-r.quit:
	default:
		close(r.quit)
	}
	r.live.Wait()
}

func (r *rig) String() string {
	r.page.mu.Lock()
	defer r.page.mu.Unlock()
	var b strings.Builder
	for i, m := range r.page.got {
		fmt.Fprintf(&b, "%7.3f %T %+v\n", r.page.at[i].Seconds(), m, m)
	}
	return b.String()
}
