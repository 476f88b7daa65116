package sdk

import (
	"bufio"
	"context"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/usercall/usercall/internal/invite"
	"github.com/usercall/usercall/internal/research"
)

// ledger is a store of invites as streams watch it.
type ledger struct {
	mu     sync.Mutex
	made   []invite.Notice
	ended  []invite.Notice
	of     []invite.Notice // open ones of a trigger
	vouch  map[research.AnonymousID]bool
	looked int
}

func (l *ledger) Persons(_ context.Context, v invite.Visitor) (research.PersonKey, []research.PersonKey, error) {
	if v.Proved != "" {
		return research.UserKey(v.Proved), nil, nil
	}
	if v.Browser == "" {
		return "", nil, nil
	}
	maybe := []research.PersonKey{research.AnonymousKey(v.Browser)}
	if v.Claimed != "" {
		maybe = append(maybe, research.UserKey(v.Claimed))
	}
	return "", maybe, nil
}

func (l *ledger) Latest(context.Context) (int64, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return int64(len(l.made)), nil
}

func (l *ledger) Made(_ context.Context, after int64) (found []invite.Notice, _ error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.looked++
	for _, n := range l.made {
		if n.ID > after {
			found = append(found, n)
		}
	}
	return found, nil
}

func (l *ledger) Closed(context.Context, time.Time) ([]invite.Notice, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.ended, nil
}

func (l *ledger) OpenOf(context.Context, research.ProjectID, research.TriggerID) ([]invite.Notice, error) {
	return l.of, nil
}

func (l *ledger) Vouched(_ context.Context, b research.AnonymousID, _ invite.Notice) (bool, error) {
	return l.vouch[b], nil
}

func (l *ledger) make(person research.PersonKey, ticket string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.made = append(l.made, invite.Notice{ID: int64(len(l.made) + 1), Project: 1, Person: person, Ticket: invite.TicketHash(ticket)})
}

// page is the other end of a stream, and what it was told so far.
type page struct {
	mu   sync.Mutex
	asks int
	said int // bytes
	gone bool
}

func (p *page) told() (asks, said int, gone bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.asks, p.said, p.gone
}

// opens opens a page's stream without HTTP around it.
func opens(t *testing.T, s *Streams, v invite.Visitor) (*page, net.Conn) {
	t.Helper()
	v.Project = 1
	st, err := s.of(t.Context(), v)
	if err != nil {
		t.Fatal(err)
	}
	if err := s.expect(t.Context()); err != nil {
		t.Fatal(err)
	}
	ours, theirs := net.Pipe()
	st.conn = ours
	s.add(st)
	go s.follow(st)
	p := &page{}
	go func() {
		lines := bufio.NewScanner(theirs)
		for lines.Scan() {
			p.mu.Lock()
			p.said += len(lines.Bytes())
			if strings.HasPrefix(lines.Text(), "data:") {
				p.asks++
			}
			p.mu.Unlock()
		}
		p.mu.Lock()
		p.gone = true
		p.mu.Unlock()
	}()
	return p, theirs
}

// watching runs a test beside the loop that tells.
func watching(t *testing.T, test func(t *testing.T, s *Streams, l *ledger)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		l := &ledger{vouch: map[research.AnonymousID]bool{"signed": true}}
		s := NewStreams(l, time.Now, slog.New(slog.DiscardHandler))
		ctx, stop := context.WithCancel(t.Context())
		var loop sync.WaitGroup
		loop.Go(func() { s.Run(ctx) })
		test(t, s, l)
		stop()
		loop.Wait()
	})
}

func wantAsks(t *testing.T, what string, p *page, want int) {
	t.Helper()
	if asks, _, _ := p.told(); asks != want {
		t.Errorf("%s was told to ask %d times, want %d", what, asks, want)
	}
}

// Whoever only says whose browser it is hears nothing of their invites.
func TestWhomAnInviteIsToldTo(t *testing.T) {
	watching(t, func(t *testing.T, s *Streams, l *ledger) {
		pages := map[string]*page{}
		for name, v := range map[string]invite.Visitor{
			"ticket": {Ticket: invite.TicketHash("t1")}, "proved": {Ticket: invite.TicketHash("t2"), Proved: "ann"},
			"vouched": {Browser: "signed", Claimed: "ann"}, "rumour": {Browser: "b", Claimed: "ann"},
			"other": {Ticket: invite.TicketHash("t3"), Proved: "bob"},
		} {
			pages[name], _ = opens(t, s, v)
		}
		l.make("u:ann", "t1")
		s.Wake()
		synctest.Wait()
		for name, want := range map[string]int{"ticket": 1, "proved": 1, "vouched": 1, "rumour": 0, "other": 0} {
			wantAsks(t, name, pages[name], want)
		}
		time.Sleep(time.Minute)
		wantAsks(t, "a minute later, the ticket", pages["ticket"], 1)
	})
}

// A hint that is lost, or an invite of another node, costs a second.
func TestAnInviteIsToldOfWithoutAHint(t *testing.T) {
	watching(t, func(t *testing.T, s *Streams, l *ledger) {
		l.make("u:ann", "t1") // before: the page asks by itself
		p, _ := opens(t, s, invite.Visitor{Ticket: invite.TicketHash("t1")})
		time.Sleep(5 * time.Second)
		wantAsks(t, "the page", p, 0)
		l.make("u:ann", "t1")
		time.Sleep(lookEvery + time.Millisecond)
		synctest.Wait()
		wantAsks(t, "the page", p, 1)
	})
}

func TestALowerNumberMayBeCommittedLater(t *testing.T) {
	watching(t, func(t *testing.T, s *Streams, l *ledger) {
		p, _ := opens(t, s, invite.Visitor{Ticket: invite.TicketHash("t")})
		for _, id := range []int64{2, 1} {
			l.mu.Lock()
			l.made = append(l.made, invite.Notice{ID: id, Project: 1, Ticket: invite.TicketHash("t")})
			l.mu.Unlock()
			time.Sleep(overlap / 2)
		}
		synctest.Wait()
		wantAsks(t, "the page", p, 2)
	})
}

func TestWhatEndsOrIsPausedIsTold(t *testing.T) {
	watching(t, func(t *testing.T, s *Streams, l *ledger) {
		phone, _ := opens(t, s, invite.Visitor{Ticket: invite.TicketHash("phone")})
		laptop, _ := opens(t, s, invite.Visitor{Ticket: invite.TicketHash("laptop")})
		notices := []invite.Notice{{ID: 1, Project: 1, Ticket: invite.TicketHash("phone")}, {ID: 1, Project: 1, Ticket: invite.TicketHash("laptop")}}
		l.mu.Lock()
		l.ended, l.of = notices, notices
		l.mu.Unlock()
		time.Sleep(5 * time.Second)
		synctest.Wait()
		wantAsks(t, "the phone", phone, 1)
		wantAsks(t, "the laptop", laptop, 1)
		s.Paused(1, 7)
		synctest.Wait()
		wantAsks(t, "after the pause, the phone", phone, 2)
	})
}

func TestAStreamLivesAndEnds(t *testing.T) {
	watching(t, func(t *testing.T, s *Streams, l *ledger) {
		time.Sleep(time.Minute)
		if l.looked != 0 {
			t.Errorf("looked %d times for nobody", l.looked)
		}
		first, _ := opens(t, s, invite.Visitor{Ticket: invite.TicketHash("t")})
		time.Sleep(heartbeatEvery*time.Second + time.Millisecond)
		synctest.Wait()
		if _, said, _ := first.told(); said == 0 {
			t.Error("no heartbeat")
		}
		for range perOwner {
			_, conn := opens(t, s, invite.Visitor{Ticket: invite.TicketHash("t")})
			defer func() { _ = conn.Close() }()
		}
		synctest.Wait()
		if _, _, gone := first.told(); !gone || len(s.open) != perOwner {
			t.Errorf("the oldest went: %v; %d are open, want %d", gone, len(s.open), perOwner)
		}
		_, conn := opens(t, s, invite.Visitor{Ticket: invite.TicketHash("u")})
		_ = conn.Close()
		synctest.Wait()
		if len(s.open) != perOwner {
			t.Errorf("a page that went is still counted: %d open", len(s.open))
		}
		s.Close()
		synctest.Wait()
		if len(s.open) != 0 || len(s.by) != 0 || s.expect(t.Context()) == nil {
			t.Errorf("after the end: %d open, %d heard of, or one more is let in", len(s.open), len(s.by))
		}
	})
}

// A page that reads nothing is dropped, and holds nobody up.
func TestAPageThatReadsNothing(t *testing.T) {
	watching(t, func(t *testing.T, s *Streams, l *ledger) {
		st, err := s.of(t.Context(), invite.Visitor{Project: 1, Ticket: invite.TicketHash("t")})
		if err != nil || s.expect(t.Context()) != nil {
			t.Fatal(err)
		}
		ours, theirs := net.Pipe() // no buffer, and nobody reads
		st.conn = ours
		s.add(st)
		go s.follow(st)
		reader, _ := opens(t, s, invite.Visitor{Ticket: invite.TicketHash("t")})
		l.make("u:ann", "t")
		began := time.Now()
		s.Wake()
		time.Sleep(2 * patience)
		synctest.Wait()
		wantAsks(t, "the one behind it", reader, 1)
		if len(s.open) != 1 || time.Since(began) > time.Second {
			t.Errorf("%d open after %v", len(s.open), time.Since(began))
		}
		_ = theirs.Close()
	})
}

// The whole way: over HTTP, as a page opens it.
func TestAStreamOverHTTP(t *testing.T) {
	l := &ledger{}
	s := NewStreams(l, time.Now, slog.New(slog.DiscardHandler))
	ctx, stop := context.WithCancel(t.Context())
	var loop sync.WaitGroup
	loop.Go(func() { s.Run(ctx) })
	defer func() { stop(); loop.Wait() }()
	of := &stub{}
	server := httptest.NewServer(New(Config{Projects: of, Engine: of, Identity: of, Streams: s, Now: time.Now, Assets: http.NotFoundHandler()}))
	defer server.Close()
	request, err := http.NewRequestWithContext(t.Context(), http.MethodPost, server.URL+"/sdk/v1/stream", strings.NewReader(`{"project":"prj_1","ticket":"t"}`))
	if err != nil {
		t.Fatal(err)
	}
	request.Header.Set("Origin", "https://app.example.com")
	answer, err := server.Client().Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = answer.Body.Close() }()
	if answer.StatusCode != http.StatusOK || answer.Header.Get("Access-Control-Allow-Origin") != "https://app.example.com" || answer.Header.Get("Content-Type") != "text/event-stream" {
		t.Fatalf("%d %v", answer.StatusCode, answer.Header)
	}
	lines := bufio.NewScanner(answer.Body)
	asked := func() bool { return lines.Scan() && lines.Text() == "data: ask" && lines.Scan() && lines.Text() == "" }
	if !asked() {
		t.Fatalf("it does not begin with a question, but with %q", lines.Text())
	}
	l.make("u:ann", "t")
	s.Wake()
	if !asked() {
		t.Errorf("told %q", lines.Text())
	}
	s.Close()
	if lines.Scan() {
		t.Errorf("after the end came %q", lines.Text())
	}
}

func TestAStreamNeedsABrowser(t *testing.T) {
	s := &stub{}
	surface := New(Config{Projects: s, Engine: s, Identity: s, Streams: NewStreams(&ledger{}, time.Now, nil), Now: time.Now, Assets: http.NotFoundHandler()})
	w := httptest.NewRecorder()
	surface.ServeHTTP(w, httptest.NewRequest(http.MethodPost, "/sdk/v1/stream", strings.NewReader(`{"project":"prj_1","userId":"ann"}`)))
	if w.Code != http.StatusBadRequest {
		t.Errorf("%d %s", w.Code, w.Body)
	}
}
