package participant

import (
	"context"
	"encoding/json"
	"errors"
	"slices"
	"sync"
	"time"

	"github.com/coder/websocket"

	"github.com/usercall/usercall/internal/voice/session"
	"github.com/usercall/usercall/internal/voice/turn"
)

const (
	// What may wait to be sent: a page that is so far behind is gone.
	mostWords  = 256
	mostSounds = 64 // five seconds
)

var errSlow = errors.New("the page takes nothing any more")

// socketWriter is what an outlet needs of a socket.
type socketWriter interface {
	Write(ctx context.Context, kind websocket.MessageType, b []byte) error
}

// outlet is the page as a spoken interview sees it, a [session.Page]: a bounded
// queue, of which one goroutine writes to the socket. What is said in frames goes
// ahead of sound, or a long line would hold up the word that ends it.
type outlet struct {
	conn  socketWriter
	fail  func(error) // called where the page is gone; it may be called twice
	final func() bool // whether the interview is over, or only its session

	mu     sync.Mutex
	words  []any
	sounds []sound
	held   bool // until the page has the turns that are stored
	known  int  // the last turn that the page has
	ending bool // no more is taken, what there is goes out

	wake     chan struct{}
	done     chan struct{} // nothing is written any more
	attached chan struct{} // the session has begun to talk to it
	first    sync.Once
	phases   chan turn.Phase // the newest, for whoever wants to know
}

// newOutlet holds what comes until it is released.
func newOutlet(conn socketWriter, fail func(error), final func() bool) *outlet {
	return &outlet{conn: conn, fail: fail, final: final, held: true, wake: make(chan struct{}, 1),
		done: make(chan struct{}), attached: make(chan struct{}), phases: make(chan turn.Phase, 1)}
}

// Send implements [session.Page].
func (o *outlet) Send(m session.Message) {
	switch m := m.(type) {
	case session.Flush:
		o.forget(m.Gen)
	case session.Phase:
		o.stands(m.Name)
		if m.Name == turn.Ended && !o.final() {
			return
		}
	case session.Ended:
		if !o.final() { // they can come back: the socket closes, and that is all
			return
		}
	}
	o.first.Do(func() { close(o.attached) })
	if frame := spokenFrame(m); frame != nil {
		o.say(frame)
	}
}

// Sound implements [session.Page]. A frame without samples says that nothing
// follows of its line.
func (o *outlet) Sound(gen int, seq uint32, pcm []byte) {
	f := sound{kind: kindAgent, gen: uint16(gen), seq: seq, pcm: pcm}
	if len(pcm) == 0 {
		f.flags = lastOf
	}
	o.put(func() { o.sounds = append(o.sounds, f) })
}

// stands tells where the conversation stands. Only the newest counts.
func (o *outlet) stands(p turn.Phase) {
	for {
		select {
		case o.phases <- p:
			return
		default:
		}
		select {
		case <-o.phases:
		default:
		}
	}
}

// say sends a frame of the socket's own.
func (o *outlet) say(frame any) {
	o.put(func() { o.words = append(o.words, frame) })
}

// forget drops the sound of a line that is not to be heard any more: it would
// come after the word that says so.
func (o *outlet) forget(gen int) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.sounds = slices.DeleteFunc(o.sounds, func(s sound) bool { return s.gen == uint16(gen) })
}

func (o *outlet) put(add func()) {
	o.mu.Lock()
	full := len(o.words) >= mostWords || len(o.sounds) >= mostSounds
	if !full && !o.ending {
		add()
	}
	o.mu.Unlock()
	if full {
		o.fail(errSlow)
	}
	o.stir()
}

func (o *outlet) stir() {
	select {
	case o.wake <- struct{}{}:
	default: // it will look anyway
	}
}

// release lets go what was held: after the turns that the page lacks, and
// without those of them that the session said meanwhile.
func (o *outlet) release(first []any, known int) {
	o.mu.Lock()
	o.words = slices.DeleteFunc(o.words, func(f any) bool {
		u, ok := f.(spokenUserFrame)
		return ok && u.Turn <= known
	})
	o.words = append(slices.Clip(first), o.words...)
	o.held = false
	o.mu.Unlock()
	o.stir()
}

// run writes until a frame cannot be written, or until all are after finish.
func (o *outlet) run(ctx context.Context) {
	defer close(o.done)
	for {
		frame, over := o.next()
		switch {
		case over:
			return
		case frame == nil:
			<-o.wake
		default:
			if err := o.write(ctx, frame); err != nil {
				o.fail(err)
				return
			}
		}
	}
}

// next is what goes out first; over where nothing will.
func (o *outlet) next() (frame any, over bool) {
	o.mu.Lock()
	defer o.mu.Unlock()
	switch {
	case o.held:
		return nil, o.ending
	case len(o.words) > 0:
		frame, o.words = o.words[0], o.words[1:]
		return frame, false
	case len(o.sounds) > 0 && !o.ending:
		frame, o.sounds = o.sounds[0], o.sounds[1:]
		return frame, false
	}
	return nil, o.ending
}

func (o *outlet) write(ctx context.Context, frame any) error {
	ctx, cancel := context.WithTimeout(ctx, writeWithin)
	defer cancel()
	if s, ok := frame.(sound); ok {
		return o.conn.Write(ctx, websocket.MessageBinary, s.bytes())
	}
	b, err := json.Marshal(frame)
	if err != nil {
		return err
	}
	return o.conn.Write(ctx, websocket.MessageText, b)
}

// finish takes nothing more, and waits for a while until what there is to say is
// written.
func (o *outlet) finish() {
	o.mu.Lock()
	o.ending = true
	o.mu.Unlock()
	o.stir()
	select {
	case <-o.done:
	case <-time.After(2 * writeWithin):
	}
}

var _ session.Page = (*outlet)(nil)
