package sdk

import (
	"bytes"
	"context"
	"net/http"

	"github.com/usercall/usercall/internal/httpkit"
	"github.com/usercall/usercall/internal/invite"
	"github.com/usercall/usercall/internal/research"
)

// stream keeps the connection of an open page, to tell it when to ask: at once,
// since what was made before it came is not told again, and then whenever
// something became of an invite of its. It is a POST like all the others, so
// that neither ticket nor token stand in an address.
func (c Config) stream(w http.ResponseWriter, r *http.Request) {
	allowOrigin(w, r)
	if err := c.openStream(w, r); err != nil {
		httpkit.WriteProblem(w, err)
	}
}

func (c Config) openStream(w http.ResponseWriter, r *http.Request) error {
	v, _, err := c.visitor(w, r)
	if err != nil {
		return err
	}
	if err := c.admitPoll(v, c.Now()); err != nil {
		return err
	}
	if !c.Engine.Signed(v.project.ID) {
		return research.Errorf(research.NotFound, "No trigger of this project needs a stream.")
	}
	claims, _ := c.Identity.Prove(v.project, v.token, c.Now()) // a bad token proves nothing
	st, err := c.Streams.of(r.Context(), v.is(claims))
	if err != nil {
		return err
	}
	if err := c.Streams.expect(r.Context()); err != nil {
		return err
	}
	return c.Streams.begin(w, st)
}

// of is the stream of a visitor, without its connection.
func (s *Streams) of(ctx context.Context, v invite.Visitor) (*stream, error) {
	proved, maybe, err := s.watch.Persons(ctx, v)
	if err != nil {
		return nil, err
	}
	st := &stream{browser: v.Browser}
	if v.Ticket != nil {
		st.hears = append(st.hears, forTicket(v.Project, v.Ticket))
	}
	if proved != "" {
		st.hears = append(st.hears, listening{v.Project, 'p', string(proved)})
	}
	for _, person := range maybe {
		st.hears = append(st.hears, listening{v.Project, 'm', string(person)})
	}
	if len(st.hears) == 0 {
		return nil, research.Errorf(research.Invalid, "A stream is of a browser: with a ticket, an anonymousId or an identity token.")
	}
	return st, nil
}

// begin takes the connection over from the HTTP server, which would keep buffers
// and stacks for it: thousands of pages are open at a time and say nothing.
func (s *Streams) begin(w http.ResponseWriter, st *stream) error {
	h := w.Header()
	h.Set("Content-Type", "text/event-stream")
	h.Set("Cache-Control", "no-store")
	h.Set("Connection", "close")
	h.Set("X-Accel-Buffering", "no") // nginx passes it on at once
	conn, _, err := http.NewResponseController(w).Hijack()
	if err != nil {
		s.unexpect()
		return research.Errorf(research.Unavailable, "This connection carries no stream.")
	}
	st.conn = conn
	st.write.Lock() // nothing is said before the head
	s.add(st)
	head := bytes.NewBufferString("HTTP/1.1 200 OK\r\n")
	_ = h.Write(head) // a buffer takes everything
	head.WriteString("\r\n")
	head.Write(ask)
	st.put(head.Bytes())
	st.write.Unlock()
	go s.follow(st)
	return nil
}
