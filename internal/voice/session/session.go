package session

import (
	"context"
	"errors"
	"sync"
	"time"

	"github.com/usercall/usercall/internal/research"
	"github.com/usercall/usercall/internal/voice/provider"
	"github.com/usercall/usercall/internal/voice/record"
	"github.com/usercall/usercall/internal/voice/turn"
	"github.com/usercall/usercall/internal/voice/vad"
)

// Config is what a session works with.
type Config struct {
	Mind     Mind
	Watcher  Watcher // nil: nobody wants to know
	Params   turn.Params
	Language string // two letters
	Voice    string // by the name that the TTS knows; "" is its usual one

	STT      provider.STT      // nil, with no Listener either: answers are typed
	Listener provider.Listener // preferred; where it fails the STT is asked
	TTS      provider.TTS      // nil: captions only

	OutRate  int      // of the sound for the page, in samples a second; 0: 24000
	Detector Detector // nil: a [vad.Detector]

	Record Recorder      // nil: nothing is recorded
	Start  time.Duration // where in the recording the session begins: it goes on with one

	// Budget reserves voice time before a service is asked, at first all that the
	// interview may take; what it refuses with research.Quota ends the voice, and the
	// interview goes on typed. nil: there is no limit. Unspent is told at the end what was not used.
	Budget  func(ctx context.Context, seconds int) error
	Unspent func(seconds int)

	Resumed bool // the interview had begun before
}

// Detector says how likely it is that somebody speaks. See [vad.Detector].
type Detector interface {
	Reset(at int64)
	Next(samples []int16) (rest []int16, frame vad.Frame, ok bool)
}

var (
	_ Detector = (*vad.Detector)(nil)
	_ Recorder = (*record.Recorder)(nil)
)

// ErrRestarting as the cause of a context's end says that the program restarts:
// whoever is there is told that it goes on soon.
var ErrRestarting = errors.New("the server restarts; the interview goes on in a moment")

var errLate = research.Errorf(research.Unavailable, "The end of an interview could not be stored in time. What was acknowledged is stored.")

const (
	usualRate = 24000
	// What may wait for the actor: four seconds of sound, and more news than ever
	// come at once.
	mostFrames   = 64
	mostNews     = 64
	mostCommands = 64
	// mostEnding is how long the last answer may take to be understood and stored.
	mostEnding = 20 * time.Second
	// mostStopping is the same where the program stops.
	mostStopping = 8 * time.Second
)

// Session is one spoken interview. Its methods may be called by many goroutines.
type Session struct {
	c      Config
	news   chan func() // each is run by the actor
	frames chan frame
	orders chan Command
	done   chan struct{}
	purse  purse
	work   sync.WaitGroup // of all goroutines but the actor
	root   context.Context
	cancel context.CancelFunc

	// What follows is the actor's alone.
	begin time.Time
	turn  turn.State
	queue []turn.Event // to be stepped
	soon  []func()     // to be done after that
	busy  bool         // one of both is being done
	page  Page
	shown turn.Phase

	ears
	muted, pressed, typing bool // by the page's buttons
	quiet, spent           bool // voice is off: by a button, or by its budget
	noEars, noVoice        bool // a service does not work
	resting, boxed         bool // what the turn machine was told of the microphone and the box

	reply     *reply // the one that is looked for or heard
	before    *reply // the one before, whose last reports may be on their way
	lines     int    // that were begun
	lastLine  string
	parts     []part // said or typed, and in no reply yet
	keeps     []*keep
	after     []func() // when all is stored
	acked     map[string]int
	waiting   []part
	answering bool // a typed answer waits to be stored

	play  record.Playback
	track *track

	reason  string // the interview is over
	ending  bool   // and nothing follows but what is to be stored
	stopped bool   // the program restarts: the interview is not over
	why     turn.Reason
	last    *time.Timer // and it has to be done by then
	over    bool
	err     error
}

// New makes a session, which begins with [Session.Run].
func New(c Config) *Session {
	if c.OutRate == 0 {
		c.OutRate = usualRate
	}
	if c.Watcher == nil {
		c.Watcher = nobody{}
	}
	if c.Detector == nil && (c.STT != nil || c.Listener != nil) {
		c.Detector = vad.New()
	}
	s := &Session{
		c: c, turn: turn.New(c.Params), acked: map[string]int{}, done: make(chan struct{}),
		news: make(chan func(), mostNews), frames: make(chan frame, mostFrames), orders: make(chan Command, mostCommands),
	}
	s.shown = s.turn.Phase()
	s.purse.reserve, s.purse.whole = c.Budget, c.Params.Limit
	s.attempts = map[int]*attempt{}
	return s
}

// Run is the interview. It returns nil after it has ended, the cause of ctx
// where that ended first, and otherwise why nothing could be stored: a
// research.Conflict where the interview went on elsewhere. When it returns, no
// goroutine of the session is left, and its page is not called any more.
func (s *Session) Run(ctx context.Context) error {
	s.root, s.cancel = context.WithCancel(context.WithoutCancel(ctx))
	defer s.cancel()
	s.begin = time.Now()
	s.record()
	s.loop(ctx)
	close(s.done)
	s.cancel()
	if s.last != nil {
		s.last.Stop()
	}
	s.hangUp()
	s.track.close()
	s.work.Wait()
	if rest := s.purse.rest(); rest > 0 && s.c.Unspent != nil {
		s.c.Unspent(rest)
	}
	return s.err
}

// loop is the actor.
func (s *Session) loop(ctx context.Context) {
	timer := time.NewTimer(0)
	defer timer.Stop()
	stop := ctx.Done()
	for !s.over {
		timer.Reset(s.until(s.pump()))
		select {
		case f := <-s.news:
			f()
		case f := <-s.frames:
			s.hear(f)
		case c := <-s.orders:
			s.command(c)
		case <-timer.C:
			s.tick()
		case <-stop:
			stop = nil
			s.interrupted(context.Cause(ctx))
		case <-s.root.Done():
			s.fail(errLate)
		}
	}
}

// until is how long nothing has to be done, if nothing happens: to the next
// deadline, or to the next frame of a line.
func (s *Session) until(frame time.Duration) time.Duration {
	wait := time.Hour
	if _, at, ok := s.turn.Next(); ok {
		wait = max(at-s.now(), 0)
	}
	if frame > 0 {
		wait = min(wait, frame)
	}
	return wait
}

// tick is a deadline that may have come.
func (s *Session) tick() {
	if t, at, ok := s.turn.Next(); ok && at <= s.now() {
		s.step(turn.Event{Kind: turn.Expired, Timer: t})
	}
}

func (s *Session) now() time.Duration { return time.Since(s.begin) }

// tell has the actor run f, unless nobody waits for it any more.
func (s *Session) tell(ctx context.Context, f func()) {
	select {
	case s.news <- f:
	case <-ctx.Done():
	case <-s.done:
	}
}

// send tells the page, if one is there.
func (s *Session) send(m Message) {
	if s.page != nil {
		s.page.Send(m)
	}
}

type nobody struct{}

func (nobody) Exchanged(Exchange)   {}
func (nobody) Failed(string, error) {}
