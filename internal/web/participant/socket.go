package participant

import (
	"context"
	"encoding/json"
	"net/http"
	"time"

	"github.com/coder/websocket"

	"github.com/usercall/usercall/internal/interview"
	"github.com/usercall/usercall/internal/research"
)

const (
	helloWithin  = 10 * time.Second
	writeWithin  = 5 * time.Second
	largestFrame = 64 << 10
	// socketsAnAddress may be open at once.
	socketsAnAddress = 10
	closeReplaced    = websocket.StatusCode(4001) // the interview is open somewhere else
)

// socket takes a connection, and turns it into a session once its first frame
// has shown a ticket.
func (s *Surface) socket(w http.ResponseWriter, r *http.Request) {
	guard(w)
	if !s.ownOrigin(r) {
		s.refuse(w, research.Errorf(research.Forbidden, "The socket is for our own page only."))
		return
	}
	select {
	case s.slots <- struct{}{}:
		defer func() { <-s.slots }()
	default:
		w.Header().Set("Retry-After", "10")
		s.refuse(w, research.Errorf(research.Unavailable, "Every line is taken. Try again in a moment."))
		return
	}
	s.running.Add(1)
	defer s.running.Done()
	// The origin was compared above, exactly; the library's own check is looser.
	conn, err := websocket.Accept(w, r, &websocket.AcceptOptions{
		Subprotocols: []string{subprotocol}, InsecureSkipVerify: true, CompressionMode: websocket.CompressionDisabled,
	})
	if err != nil {
		return // Accept has answered
	}
	defer conn.CloseNow()
	conn.SetReadLimit(largestFrame)
	if conn.Subprotocol() != subprotocol {
		conn.Close(websocket.StatusPolicyViolation, "the subprotocol is "+subprotocol)
		return
	}
	s.serve(r, conn)
}

func (s *Surface) serve(r *http.Request, conn *websocket.Conn) {
	ctx, end := context.WithCancelCause(context.WithoutCancel(r.Context()))
	defer end(nil)
	offer, hello, err := s.hello(ctx, conn)
	if err == nil {
		var left func()
		left, err = s.sit(offer, s.Address(r))
		defer left()
	}
	if err != nil {
		code, _ := s.explain(err)
		_ = write(ctx, conn, failure(code, ""))
		conn.Close(websocket.StatusPolicyViolation, string(code))
		return
	}
	leave, ok := s.calls.enter(offer.Invite.ID, end)
	if !ok {
		conn.Close(websocket.StatusServiceRestart, "restarting")
		return
	}
	defer leave()
	v := &visit{Surface: s, conn: conn, offer: offer, hello: hello, sent: hello.After, languages: languages(r), address: s.Address(r)}
	v.run(ctx)
}

// sit counts a socket for its address. A project in development has no such limit.
func (s *Surface) sit(o *interview.Offer, address string) (leave func(), err error) {
	n, leave := s.sockets.enter(address)
	if n > socketsAnAddress && !o.Project.Open {
		err = research.Errorf(research.Quota, "Many interviews are open from your network. Close one of them and try again.")
	}
	return leave, err
}

// hello reads the first frame and redeems its ticket.
func (s *Surface) hello(ctx context.Context, conn *websocket.Conn) (*interview.Offer, request, error) {
	ctx, cancel := context.WithTimeout(ctx, helloWithin)
	defer cancel()
	var first request
	if err := read(ctx, conn, &first); err != nil || first.Type != "hello" {
		return nil, first, research.Errorf(research.Unauthenticated, "The first frame says hello, with a ticket.")
	}
	offer, err := s.Room.Enter(ctx, first.Ticket)
	return offer, first, err
}

// read takes one frame. A frame that is no JSON object is a request of no type,
// and sound is one that holds it.
func read(ctx context.Context, conn *websocket.Conn, into *request) error {
	kind, body, err := conn.Read(ctx)
	if err != nil {
		return err
	}
	if kind == websocket.MessageBinary {
		*into = request{Sound: body}
	} else if json.Unmarshal(body, into) != nil {
		*into = request{}
	}
	return nil
}

// write sends one frame; a reader that is too slow loses its connection.
func write(ctx context.Context, conn *websocket.Conn, frame any) error {
	body, err := json.Marshal(frame)
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, writeWithin)
	defer cancel()
	return conn.Write(ctx, websocket.MessageText, body)
}
