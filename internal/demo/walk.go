package demo

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/coder/websocket"
	"github.com/coder/websocket/wsjson"
)

// Doors is where the people come in.
type Doors struct {
	URL      string // of usercall
	Origin   string // of the product's pages
	Project  string
	WriteKey string
}

// Walk lets n people walk through, one after the other, and calls done after
// each. Somebody who has been here before is asked nothing again.
func Walk(ctx context.Context, d Doors, n int, done func(i int)) error {
	for i := range n {
		if err := d.walk(ctx, i); err != nil {
			return fmt.Errorf("scripted person %d: %w", i+1, err)
		}
		done(i + 1)
	}
	return nil
}

func (d Doors) walk(ctx context.Context, i int) error {
	ctx, cancel := context.WithTimeout(ctx, time.Minute)
	defer cancel()
	p := people[i%len(people)]
	v := &visit{Doors: d, person: p, user: userID(i), anonymous: random(), ticket: random()}
	if err := v.look(ctx); err != nil {
		return err
	}
	invite, err := v.leave(ctx)
	if err != nil || invite == nil {
		return err
	}
	if err := v.report(ctx, invite, "shown", ""); err != nil {
		return err
	}
	if p.answer == "decline" {
		return v.report(ctx, invite, "declined", "decline")
	}
	if err := v.report(ctx, invite, "accepted", ""); err != nil {
		return err
	}
	return v.talk(ctx, invite.Link)
}

// visit is one person on the product's page.
type visit struct {
	Doors
	person                  person
	user, anonymous, ticket string
}

type object = map[string]any

// message is a Segment message as analytics.js would send it.
func (v *visit) message(kind, name string, more object) object {
	m := object{"type": kind, "messageId": "sample-" + random(), "userId": v.user, "anonymousId": v.anonymous,
		"timestamp": time.Now().UTC().Format(time.RFC3339Nano)}
	if kind == "track" {
		m["event"] = name
	} else if name != "" {
		m["name"] = name
	}
	for k, x := range more {
		m[k] = x
	}
	return m
}

// look signs up and looks around, through Segment's door.
func (v *visit) look(ctx context.Context) error {
	first, _, _ := strings.Cut(v.person.name, " ")
	traits := object{"name": v.person.name, "plan": v.person.plan, "email": strings.ToLower(first) + "@example.com"}
	batch := []object{
		v.message("identify", "", object{"traits": traits}),
		v.message("page", "Inbox", object{"properties": object{"path": "/inbox"}}),
		v.message("track", "signup_completed", object{"properties": object{"plan": v.person.plan}}),
		v.message("track", "feature_opened", object{"properties": object{"feature": "reports"}}),
	}
	if v.person.leaves == abandoned {
		batch = append(batch, v.message("track", "onboarding_started", nil))
	}
	return v.post(ctx, "/v1/batch", object{"batch": batch, "writeKey": v.WriteKey, "sentAt": time.Now().UTC()}, nil)
}

// offer is an invite as the SDK receives it.
type offer struct {
	ID   string `json:"id"`
	Link string `json:"link"`
}

// leave sends the event that ends the visit, through the SDK's door, and
// returns the invite that answers it, if one does.
func (v *visit) leave(ctx context.Context) (*offer, error) {
	properties := object{"plan": v.person.plan, "months": v.person.months}
	if v.person.leaves == abandoned {
		properties = object{"step": "connect_mailbox"}
	}
	var answer struct {
		Invite *offer `json:"invite"`
	}
	err := v.post(ctx, "/sdk/v1/events", object{"project": v.Project, "ticket": v.ticket, "sentAt": time.Now().UTC(),
		"batch": []object{v.message("track", v.person.leaves, object{"properties": properties, "via": "bind"})}}, &answer)
	return answer.Invite, err
}

func (v *visit) report(ctx context.Context, i *offer, state, reason string) error {
	return v.post(ctx, "/sdk/v1/state", object{"project": v.Project, "ticket": v.ticket, "invite": i.ID, "state": state, "reason": reason}, nil)
}

// post sends JSON as a page does, and reads the answer into out.
func (v *visit) post(ctx context.Context, path string, body, out any) error {
	packed, err := json.Marshal(body)
	if err != nil {
		return err
	}
	return post(ctx, v.URL+path, v.Origin, packed, out)
}

func post(ctx context.Context, address, origin string, body []byte, out any) (err error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, address, bytes.NewReader(body))
	if err != nil {
		return err
	}
	req.Header.Set("Content-Type", "text/plain")
	req.Header.Set("Origin", origin)
	req.Header.Set("Sec-Fetch-Site", map[bool]string{true: "same-origin", false: "cross-site"}[strings.HasPrefix(address, origin)])
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, res.Body.Close()) }()
	answer, err := io.ReadAll(io.LimitReader(res.Body, 1<<20))
	if err != nil {
		return err
	}
	if res.StatusCode != http.StatusOK {
		return fmt.Errorf("%s answered %d", req.URL.Path[:min(len(req.URL.Path), 4)], res.StatusCode)
	}
	if out == nil {
		return nil
	}
	return json.Unmarshal(answer, out)
}

// frame is what the interview's socket carries, in both directions.
type frame struct {
	Type     string `json:"type"`
	Ticket   string `json:"ticket,omitempty"`
	After    int    `json:"after,omitempty"`
	Accepted *bool  `json:"accepted,omitempty"`
	ID       string `json:"id,omitempty"`
	Text     string `json:"text,omitempty"`
	Question string `json:"question,omitempty"`
	Turn     int    `json:"turn,omitempty"`
	Reason   string `json:"reason,omitempty"`
	Code     string `json:"code,omitempty"`
}

// talk opens the interview by its link, says yes, and answers until it is over.
func (v *visit) talk(ctx context.Context, link string) error {
	var ticket struct {
		Ticket string `json:"ticket"`
	}
	if err := post(ctx, link+"/ticket", v.URL, nil, &ticket); err != nil {
		return err
	}
	address, err := url.Parse(v.URL + "/i/socket")
	if err != nil {
		return err
	}
	address.Scheme = strings.Replace(address.Scheme, "http", "ws", 1)
	socket, _, err := websocket.Dial(ctx, address.String(), &websocket.DialOptions{
		Subprotocols: []string{"usercall.interview.v1"}, HTTPHeader: http.Header{"Origin": {v.URL}}})
	if err != nil {
		return err
	}
	defer func() { _ = socket.CloseNow() }() // the interview is over: nothing is lost
	if err := wsjson.Write(ctx, socket, frame{Type: "hello", Ticket: ticket.Ticket}); err != nil {
		return err
	}
	yes := true
	if err := wsjson.Write(ctx, socket, frame{Type: "consent", Accepted: &yes}); err != nil {
		return err
	}
	return v.converse(ctx, socket)
}

func (v *visit) converse(ctx context.Context, socket *websocket.Conn) error {
	s := &script{words: v.person.says, said: map[string]bool{}}
	for {
		var f frame
		if err := wsjson.Read(ctx, socket, &f); err != nil {
			return err
		}
		switch {
		case f.Type == "ended":
			return nil
		case f.Type == "error":
			return fmt.Errorf("the interview answered %s", f.Code)
		case f.Type == "agent_turn" && f.Question != "":
			if err := wsjson.Write(ctx, socket, frame{Type: "answer", ID: random(), Text: s.reply(f.Question)}); err != nil {
				return err
			}
		}
	}
}

// random is 128 bits in hex.
func random() string {
	var b [16]byte
	_, _ = rand.Read(b[:]) // never fails: it ends the program instead
	return hex.EncodeToString(b[:])
}
