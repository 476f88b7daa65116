package app

import (
	"bytes"
	"encoding/base64"
	"io"
	"net"
	"net/http"
	"net/mail"
	"strings"
	"testing"
	"time"

	"github.com/emersion/go-smtp"

	"github.com/usercall/usercall/internal/config"
	"github.com/usercall/usercall/internal/research"
)

// postbox is a mail server without passwords that hands on what it is given.
type postbox struct{ arrived chan []byte }

func (p postbox) NewSession(*smtp.Conn) (smtp.Session, error) { return p, nil }
func (postbox) Mail(string, *smtp.MailOptions) error          { return nil }
func (postbox) Rcpt(string, *smtp.RcptOptions) error          { return nil }
func (postbox) Reset()                                        {}
func (postbox) Logout() error                                 { return nil }
func (p postbox) Data(r io.Reader) error {
	raw, err := io.ReadAll(r)
	p.arrived <- raw
	return err
}

func newPostbox(t *testing.T) (postbox, *config.Mail) {
	t.Helper()
	box := postbox{make(chan []byte, 10)}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	server := smtp.NewServer(box)
	go server.Serve(listener)
	t.Cleanup(func() { server.Close() })
	return box, &config.Mail{Host: "127.0.0.1", Port: listener.Addr().(*net.TCPAddr).Port, TLS: "none", From: "hello@northdesk.example"}
}

func (b postbox) next(t *testing.T) *mail.Message {
	t.Helper()
	select {
	case raw := <-b.arrived:
		m, err := mail.ReadMessage(bytes.NewReader(raw))
		if err != nil {
			t.Fatal(err)
		}
		return m
	case <-time.After(20 * time.Second):
		t.Fatal("no mail arrived")
		return nil
	}
}

func TestAnInviteByMailFromEventToOneClick(t *testing.T) {
	box, server := newPostbox(t)
	s := startWith(t, "", func(c *config.Config) { c.Mail = server })
	s.study(s.keys, sentBy("email"))
	signed := map[string]string{"Authorization": "Basic " + base64.StdEncoding.EncodeToString([]byte(s.keys.ServerKey+":"))}
	public := map[string]string{"Authorization": "Basic " + base64.StdEncoding.EncodeToString([]byte(s.keys.WriteKey+":"))}
	tell := func(header map[string]string, path string, body object) {
		t.Helper()
		if status, _ := s.ask(http.MethodPost, path, header, body); status != http.StatusOK {
			t.Fatalf("%s is answered %d", path, status)
		}
	}
	tell(signed, "/v1/identify", object{"userId": "bob", "traits": object{"email": "bob@example.com"}})
	tell(public, "/v1/track", object{"userId": "bob", "event": "left"}) // anybody may have sent that
	tell(signed, "/v1/identify", object{"userId": "ann", "traits": object{"email": "ann@example.com", "locale": "de_AT"}})
	tell(signed, "/v1/track", object{"userId": "ann", "event": "left"})
	m := box.next(t)
	leave := strings.Trim(m.Header.Get("List-Unsubscribe"), "<>")
	if m.Header.Get("To") != "<ann@example.com>" || !strings.HasPrefix(leave, s.url+"/unsubscribe/") || m.Header.Get("List-Unsubscribe-Post") != "List-Unsubscribe=One-Click" ||
		!strings.HasPrefix(m.Header.Get("Message-Id"), "<dlv_") {
		t.Errorf("%v", m.Header)
	}
	p, err := s.app.Project(t.Context(), s.keys.Project)
	if err != nil {
		t.Fatal(err)
	}
	s.unsubscribes(p, strings.Replace(leave, "/unsubscribe/", "/i/", 1))
	if a, err := (commands{s.app}).TestDelivery(t.Context(), p, research.ByEmail, "ada@example.com"); err != nil || a.Error != "" {
		t.Errorf("%+v %v", a, err)
	}
	if test := box.next(t); test.Header.Get("To") != "<ada@example.com>" || test.Header.Get("Subject") != "A test of usercall" {
		t.Errorf("after ann's comes %v", test.Header)
	}
	if log := s.log.String(); strings.Contains(log, "@example.com") {
		t.Error("the log has an address")
	}
}
