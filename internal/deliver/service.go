package deliver

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"time"

	"github.com/usercall/usercall/internal/research"
)

// Service sends what a store says is to be sent.
type Service struct {
	Store  Store
	Client *Client
	Mailer *Mailer // nil: e-mail is not set up
	Sealer *Sealer
	// Texts is what an invite of a trigger says to whoever reads a language; false
	// while the trigger is not active.
	Texts       func(research.ProjectID, research.TriggerID, string) (Text, bool)
	Link        func(invite string) string // of the interview
	Unsubscribe func(invite string) string
	Secrets     func(project string, e Endpoint, now time.Time) []string // that sign, the newest first
	Now         func() time.Time
	Draw        func() float64 // in [0, 1)
}

// held is the time before which a delivery is not sent: everything is paused, it
// is a quiet hour where the person lives, or the endpoint is left alone. Zero:
// nothing holds it.
func (s *Service) held(d *Delivery, now time.Time) time.Time {
	if !d.Project.Paused.IsZero() {
		return now.Add(notActive)
	}
	if next := d.Project.Settings.Next(d.Invite.Zone, now); next.After(now) {
		return next
	}
	if d.Endpoint.Quiet.After(now) {
		return d.Endpoint.Quiet.Add(time.Duration(s.Draw() * float64(quietFirst)))
	}
	return time.Time{}
}

// notActive is how long a delivery waits when its trigger, or everything, is
// paused: then it looks again.
const notActive = 10 * time.Minute

// Run takes up a delivery. It may be run again at any time: a delivery keeps its
// id, and one that has ended is left alone.
func (s *Service) Run(ctx context.Context, id string) error {
	now := s.Now()
	d, err := s.Store.Load(ctx, id, now)
	if err != nil || d == nil {
		return err
	}
	if until := s.held(d, now); !until.IsZero() {
		return s.Store.PutOff(ctx, id, until, now)
	}
	t, active := s.Texts(d.Project.ID, d.Invite.Trigger, Locale(d.Locales))
	if !active {
		return s.Store.PutOff(ctx, id, now.Add(notActive), now)
	}
	send, why := s.prepare(d, t)
	if why != "" {
		return s.Store.Finish(ctx, id, Result{State: research.DeliveryFailed, Reason: why, Attempt: Attempt{Ended: now}})
	}
	began, why, err := s.Store.Begin(ctx, d, now)
	if err != nil || !began && why == "" {
		return err
	}
	if why != "" {
		return s.Store.Finish(ctx, id, Result{State: research.DeliveryFailed, Reason: why, Attempt: Attempt{Ended: now}})
	}
	return s.Store.Finish(ctx, id, s.result(d, now, send(ctx)))
}

// prepare makes all that is sent, or says in words why that cannot be.
func (s *Service) prepare(d *Delivery, t Text) (send func(context.Context) sending, why string) {
	link := s.Link(d.Invite.PublicID)
	switch d.Channel {
	case research.ByEmail:
		return s.prepareMail(d, t, link)
	case research.BySlack:
		return s.prepareCall(d, func() ([]byte, error) { return slackBody(d, t, link) })
	case research.ByWebhook:
		return s.prepareCall(d, func() ([]byte, error) { return webhookBody(d, t, link) })
	}
	return nil, fmt.Sprintf("Nothing can be sent by %q.", d.Channel)
}

// NoMail says what to do where e-mail is not set up.
const NoMail = "E-mail is not set up on this server. Whoever runs it sets USERCALL_SMTP_URL and USERCALL_SMTP_FROM."

// NoEndpoint says what to do where a project has no address for a channel.
func NoEndpoint(c research.Channel) string {
	if c == research.BySlack {
		return "There is no Slack webhook to send to. Add one under Settings, Delivery."
	}
	return "There is no webhook to send to. Add one under Settings, Delivery."
}

func (s *Service) prepareMail(d *Delivery, t Text, link string) (func(context.Context) sending, string) {
	switch {
	case s.Mailer == nil:
		return nil, NoMail
	case d.Email == "":
		return nil, "No e-mail address is known: the person has no trait email. Send one with identify from your server."
	case mailAddress(d.Email) == "":
		return nil, "The person's trait email is no single e-mail address."
	case !d.Invite.Verified:
		return nil, "The event came with the public write key only, so anybody may have sent it in this person's name. Send it from your server, with the server key, or with a signed identity."
	case !d.Vouched:
		return nil, "The e-mail address came with the public write key only, so anybody may have made it up. Send identify with email from your server, with the server key."
	}
	l, err := invitationLetter(d, t, link, s.Unsubscribe(d.Invite.PublicID), s.Now())
	if err != nil {
		return nil, "The mail could not be written: the invite's texts may be broken."
	}
	return func(ctx context.Context) sending { return s.Mailer.send(ctx, l) }, ""
}

func (s *Service) prepareCall(d *Delivery, body func() ([]byte, error)) (func(context.Context) sending, string) {
	if d.Endpoint.Target == nil {
		return nil, NoEndpoint(d.Channel)
	}
	to, err := s.Sealer.Open(d.Project.Key, d.Channel, d.Endpoint.Target)
	if err != nil {
		return nil, err.Error()
	}
	raw, err := body()
	if err != nil {
		return nil, "What is to be sent could not be written."
	}
	return func(ctx context.Context) sending {
		return s.post(ctx, &d.Project, d.Channel, to, d.ID, d.Endpoint, raw)
	}, ""
}

func (s *Service) post(ctx context.Context, p *research.Project, c research.Channel, to, id string, e Endpoint, body []byte) sending {
	now := s.Now()
	header := map[string][]string{"Content-Type": {"application/json"}, "User-Agent": {"usercall"}}
	if c == research.ByWebhook {
		header = signed(id, now, body, s.Secrets(p.Key, e, now))
	}
	return s.Client.call(ctx, c, to, header, body, now)
}

// result is what follows from an attempt.
func (s *Service) result(d *Delivery, began time.Time, got sending) Result {
	now := s.Now()
	r := Result{Attempt: Attempt{N: d.Attempts + 1, Began: began, Ended: now, Status: got.status, Error: got.why, Unclear: got.unclear},
		State: research.DeliverySent, Blames: got.blames, Gone: got.gone}
	if got.why == "" {
		r.Blames = false
		return r
	}
	pause, again := Pause(r.N, got.asked, s.Draw())
	if again && !got.final {
		r.State, r.RetryAt = research.DeliveryWaiting, now.Add(pause)
		return r
	}
	r.State, r.Reason = research.DeliveryFailed, "Given up after "+attempts(r.N)+". The last time, "+got.why+"."
	return r
}

func attempts(n int) string {
	if n == 1 {
		return "1 attempt"
	}
	return fmt.Sprintf("%d attempts", n)
}

// Test sends a test and says how it went. to is whom a mail goes to. It is no
// attempt of an invite and changes nothing about the endpoint's health.
func (s *Service) Test(ctx context.Context, p *research.Project, c research.Channel, to string) (Attempt, error) {
	id, err := research.NewID(research.PrefixDelivery, s.Now(), rand.Reader)
	if err != nil {
		return Attempt{}, err
	}
	send, err := s.prepareTest(ctx, p, c, to, id)
	if err != nil {
		return Attempt{}, err
	}
	began := s.Now()
	got := send(ctx)
	r := Result{State: research.DeliverySent, Attempt: Attempt{N: 1, Began: began, Ended: s.Now(), Status: got.status, Error: got.why, Unclear: got.unclear}}
	if got.why != "" {
		r.State, r.Reason = research.DeliveryFailed, "A test: "+got.why+"."
	}
	return r.Attempt, s.Store.Tested(ctx, p.ID, c, id, r)
}

func (s *Service) prepareTest(ctx context.Context, p *research.Project, c research.Channel, to, id string) (func(context.Context) sending, error) {
	if c == research.ByEmail {
		if s.Mailer == nil {
			return nil, research.Errorf(research.Conflict, NoMail)
		}
		l := testLetter(id, to, p.Name, s.Now())
		return func(ctx context.Context) sending { return s.Mailer.send(ctx, l) }, nil
	}
	e, err := s.Store.Endpoint(ctx, p.ID, c)
	if err != nil {
		return nil, err
	}
	if e.Target == nil {
		return nil, research.Errorf(research.Conflict, "%s", NoEndpoint(c))
	}
	address, err := s.Sealer.Open(p.Key, c, e.Target)
	if err != nil {
		return nil, err
	}
	body, err := slackTest(p.Name)
	if c == research.ByWebhook {
		body, err = testBody(p.Key, s.Now())
	}
	return func(ctx context.Context) sending { return s.post(ctx, p, c, address, id, e, body) }, errors.Join(err)
}
