package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"time"
)

// batches packs events into the bodies of requests to /v1/batch, size in each.
func batches(events [][]byte, size int, sentAt time.Time) [][]byte {
	var bodies [][]byte
	for len(events) > 0 {
		n := min(size, len(events))
		b := append([]byte(`{"batch":[`), bytes.Join(events[:n], []byte{','})...)
		bodies = append(bodies, fmt.Appendf(b, `],"sentAt":%q}`, sentAt.Format(time.RFC3339Nano)))
		events = events[n:]
	}
	return bodies
}

// sender is one keep-alive connection. It speaks HTTP/1.1 itself: the client of
// net/http takes more CPU than the servers it would measure, on the same cores.
type sender struct {
	head string // of a request, up to the length of its body
	conn net.Conn
	in   *bufio.Reader
	buf  []byte
}

func dial(ctx context.Context, addr, key string) (*sender, error) {
	conn, err := (&net.Dialer{}).DialContext(ctx, "tcp", addr)
	if err != nil {
		return nil, err
	}
	head := "POST /v1/batch HTTP/1.1\r\nHost: " + addr +
		"\r\nAuthorization: Basic " + base64.StdEncoding.EncodeToString([]byte(key+":")) +
		"\r\nContent-Type: application/json\r\nUser-Agent: usercall-bench\r\nContent-Length: "
	return &sender{head: head, conn: conn, in: bufio.NewReader(conn)}, nil
}

func (s *sender) close() { _ = s.conn.Close() } // nothing is under way on it

// answerTime is how long a server may take for one answer.
const answerTime = 30 * time.Second

// send posts one body and reads the whole answer. What is not 2xx is an error.
func (s *sender) send(body []byte) error {
	s.buf = fmt.Appendf(s.buf[:0], "%s%d\r\n\r\n", s.head, len(body))
	s.buf = append(s.buf, body...)
	if err := s.conn.SetDeadline(time.Now().Add(answerTime)); err != nil {
		return err
	}
	if _, err := s.conn.Write(s.buf); err != nil {
		return err
	}
	res, err := http.ReadResponse(s.in, nil)
	if err != nil {
		return err
	}
	answer, err := io.ReadAll(res.Body)
	switch {
	case err != nil:
		return err
	case res.StatusCode/100 != 2:
		return fmt.Errorf("answered %s: %.200s", res.Status, answer)
	case res.Close:
		return errors.New("the server closed a keep-alive connection")
	}
	return res.Body.Close()
}
