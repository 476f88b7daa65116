package sdk

import (
	"context"
	"log/slog"
	"net"
	"slices"
	"sync"
	"time"

	"github.com/usercall/usercall/internal/invite"
	"github.com/usercall/usercall/internal/research"
)

// Streams is the open pages that want to be told when to ask. What they are told
// is a hint: a page that is told for nothing gets the answer that there is
// nothing. It learns what became of invites from the store, whichever node
// brought it about, and does nothing while no page is open.
type Streams struct {
	watch invite.Watch
	now   func() time.Time
	log   *slog.Logger
	wake  chan struct{}

	mu      sync.Mutex
	closed  bool
	opening int // streams about to be taken up
	open    map[*stream]struct{}
	by      map[listening][]*stream // the oldest first
	paused  []pausedTrigger
	floor   int64 // every invite up to this number was looked at; below 0: not known

	// Of the loop alone.
	made  seen
	ended seen
	beats int
}

// stream is one open page.
type stream struct {
	conn    net.Conn
	browser research.AnonymousID
	hears   []listening
	slot    int        // second of heartbeatEvery at which it is told that we are here
	write   sync.Mutex // held while the head of the answer is written
}

// listening is what a page hears of. A person that it may be is one that it says
// it is: it hears of their invites where signed events vouch for it.
type listening struct {
	project research.ProjectID
	kind    byte // 't' ticket, 'p' person who is proved, 'm' person it may be
	key     string
}

type pausedTrigger struct {
	project research.ProjectID
	trigger research.TriggerID
}

const (
	heartbeatEvery = 25 // seconds; proxies cut what is silent for longer
	perOwner       = 3  // streams of one browser; the oldest goes
	atMost         = 20_000
	lookEvery      = time.Second
	overlap        = 10 * time.Second // how much later a lower number may be committed
	// patience is how long a page may take to take up a few bytes: they fit into
	// the socket's buffer, unless nobody reads.
	patience = 100 * time.Millisecond
)

var (
	ask  = []byte("data: ask\n\n")
	beat = []byte(":\n\n")
)

// NewStreams makes it; [Streams.Run] has to run.
func NewStreams(watch invite.Watch, now func() time.Time, log *slog.Logger) *Streams {
	return &Streams{watch: watch, now: now, log: log, wake: make(chan struct{}, 1), open: map[*stream]struct{}{},
		by: map[listening][]*stream{}, floor: -1, made: seen{}, ended: seen{}}
}

// Wake hints that an invite was made. Losing it costs a second.
func (s *Streams) Wake() {
	select {
	case s.wake <- struct{}{}:
	default:
	}
}

// Paused has the pages ask on which an invite of the trigger may stand.
func (s *Streams) Paused(p research.ProjectID, t research.TriggerID) {
	s.mu.Lock()
	s.paused = append(s.paused, pausedTrigger{p, t})
	s.mu.Unlock()
	s.Wake()
}

// Run tells the pages until ctx ends.
func (s *Streams) Run(ctx context.Context) {
	tick := time.NewTicker(lookEvery)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			s.Close()
			return
		case <-s.wake:
		case <-tick.C:
			s.heartbeat()
		}
		if err := s.look(ctx); err != nil && ctx.Err() == nil {
			s.log.Error("open pages could not be told to ask; they will be, when this passes", "err", err)
		}
	}
}

// Close ends every stream, and takes no more: the pages turn to another node.
func (s *Streams) Close() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.closed = true
	for st := range s.open {
		s.drop(st)
	}
}

// expect makes sure that whatever is made from now on will be told of, and that
// there is room.
func (s *Streams) expect(ctx context.Context) error {
	s.mu.Lock()
	full, known := s.closed || len(s.open)+s.opening >= atMost, s.floor >= 0
	if !full {
		s.opening++
	}
	s.mu.Unlock()
	if full {
		return research.Errorf(research.Unavailable, "This server takes no more open pages just now.")
	}
	if known {
		return nil
	}
	latest, err := s.watch.Latest(ctx)
	s.mu.Lock()
	defer s.mu.Unlock()
	if err != nil {
		s.opening--
		return err
	}
	if s.floor < 0 {
		s.floor = latest
	}
	return nil
}

func (s *Streams) unexpect() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.opening--
}

// add takes up a stream that was expected. Of one browser's, the newest stay.
func (s *Streams) add(st *stream) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.opening--
	if mine := s.by[st.hears[0]]; len(mine) >= perOwner {
		s.drop(mine[0])
	}
	st.slot = len(s.open) % heartbeatEvery
	s.open[st] = struct{}{}
	for _, l := range st.hears {
		s.by[l] = append(s.by[l], st)
	}
	if s.closed { // meanwhile
		s.drop(st)
	}
}

// follow waits until the page is gone: it says nothing on its stream.
func (s *Streams) follow(st *stream) {
	var b [1]byte
	_, _ = st.conn.Read(b[:]) // whatever it is, it ends it
	s.mu.Lock()
	defer s.mu.Unlock()
	s.drop(st)
}

// drop ends a stream. The caller holds mu.
func (s *Streams) drop(st *stream) {
	if _, have := s.open[st]; !have {
		return
	}
	delete(s.open, st)
	for _, l := range st.hears {
		rest := slices.DeleteFunc(s.by[l], func(o *stream) bool { return o == st })
		if s.by[l] = rest; len(rest) == 0 {
			delete(s.by, l)
		}
	}
	_ = st.conn.Close() // the page is gone, or learns it so
}

// say writes to one page without waiting for it: one that takes nothing up is
// dropped by its reader, whose connection this closes.
func (st *stream) say(words []byte) {
	st.write.Lock()
	defer st.write.Unlock()
	st.put(words)
}

// put is say for who holds the lock.
func (st *stream) put(words []byte) {
	_ = st.conn.SetWriteDeadline(time.Now().Add(patience)) // where this fails, so does the write
	if _, err := st.conn.Write(words); err != nil {
		_ = st.conn.Close()
	}
}

func (s *Streams) heartbeat() {
	s.beats = (s.beats + 1) % heartbeatEvery
	s.mu.Lock()
	var due []*stream
	for st := range s.open {
		if st.slot == s.beats {
			due = append(due, st)
		}
	}
	s.mu.Unlock()
	for _, st := range due {
		st.say(beat)
	}
}

// seen is what pages were told of already, and when.
type seen map[int64]time.Time

// forget drops what was told before a time, and returns the highest of it.
func (s seen) forget(before time.Time) (highest int64) {
	for id, at := range s {
		if at.Before(before) {
			highest = max(highest, id)
			delete(s, id)
		}
	}
	return highest
}

// listeners is the streams that hear of something.
func (s *Streams) listeners(l listening) []*stream {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.by[l])
}

// forTicket is what the browser with a ticket hears of.
func forTicket(p research.ProjectID, ticket []byte) listening {
	return listening{p, 't', string(ticket)}
}
