package app

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"fmt"
	"math/rand/v2"
	"net/url"
	"time"

	"github.com/usercall/usercall/internal/deliver"
	"github.com/usercall/usercall/internal/invite"
	"github.com/usercall/usercall/internal/jobs"
	"github.com/usercall/usercall/internal/research"
	"github.com/usercall/usercall/internal/store"
	"github.com/usercall/usercall/internal/trigger"
)

// senders is how many deliveries are sent at a time.
const senders = 4

// buildSender makes what sends invites.
func (a *App) buildSender() error {
	mailer, err := a.mailer()
	if err != nil {
		return err
	}
	a.sender = &deliver.Service{Store: a.db, Client: deliver.NewClient(deliver.ClientOptions{Private: a.cfg.PrivateWebhooks}), Mailer: mailer,
		Sealer: deliver.NewSealer(a.key), Texts: a.inviteText, Link: a.link, Unsubscribe: a.unsubscribeLink, Secrets: a.deliverySecrets,
		Now: a.clock, Draw: rand.Float64}
	a.sending = jobs.NewQueue(a.db, jobs.Options{Queue: store.DeliverQueue, Now: a.clock, Log: a.log, SkipRow: a.db.SkipRow(), Due: a.db.DeliveriesDue, Workers: senders})
	a.sending.Handle(store.DeliverJob, func(ctx context.Context, j jobs.Job) error { return a.sender.Run(ctx, j.Payload) })
	return nil
}

// clock is the time as the program has it when it is asked.
func (a *App) clock() time.Time { return a.now() }

func (a *App) mailer() (*deliver.Mailer, error) {
	if a.cfg.Mail == nil {
		return nil, nil
	}
	public, err := url.Parse(a.cfg.URL())
	if err != nil {
		return nil, err
	}
	m := a.cfg.Mail
	return deliver.NewMailer(deliver.MailConfig{Host: m.Host, Port: m.Port, User: m.User, Password: string(m.Password), TLS: deliver.MailTLS(m.TLS),
		From: m.From, Domain: public.Hostname()})
}

// inviteText is what an invite of a trigger says, while the trigger is active.
func (a *App) inviteText(p research.ProjectID, t research.TriggerID, language string) (deliver.Text, bool) {
	r, active := a.engine.Offer(p, t)
	if !active {
		return deliver.Text{}, false
	}
	s := r.Say(language)
	return deliver.Text{Language: s.Language, Title: s.Title, Body: s.Body, Accept: s.Accept, Decline: s.Decline}, true
}

// unsubscribeLink ends all invites of whoever an invite was sent to. It has the
// token of the invite's own link: whoever holds one holds the mail.
func (a *App) unsubscribeLink(publicID string) string {
	return a.cfg.URL() + "/unsubscribe/" + invite.Token(a.key, publicID)
}

// bothSecrets is how long a webhook is signed with its former secret too.
const bothSecrets = 24 * time.Hour

// deliverySecrets is what signs a project's webhooks, the newest first.
func (a *App) deliverySecrets(project string, e deliver.Endpoint, now time.Time) []string {
	all := []string{a.deliverySecret(project, e.Generation)}
	if e.Generation > 0 && now.Sub(e.Rotated) < bothSecrets {
		all = append(all, a.deliverySecret(project, e.Generation-1))
	}
	return all
}

// deliverySecret follows from the instance key, so that it need not be stored.
func (a *App) deliverySecret(project string, generation int) string {
	mac := hmac.New(sha256.New, a.key)
	fmt.Fprintf(mac, "delivery-secret/%d:%s", generation, project)
	return deliver.NewSecret(mac.Sum(nil))
}

// checkChannels refuses a study whose triggers send where nothing can be sent to.
// Whether mail can be sent is known to the server alone: a command beside it may
// have been started without its settings.
func (a *App) checkChannels(ctx context.Context, p *research.Project, triggers []trigger.Spec) error {
	for _, t := range triggers {
		c := research.Channel(t.Invite.Delivery)
		if !c.Known() {
			continue
		}
		if c == research.ByEmail {
			if a.serving.Load() && a.sender.Mailer == nil {
				return research.Errorf(research.Invalid, "Trigger %q sends its invites by e-mail. %s", t.Key, deliver.NoMail)
			}
			continue
		}
		e, err := a.db.Endpoint(ctx, p.ID, c)
		if err != nil {
			return err
		}
		if e.Target == nil {
			return research.Errorf(research.Invalid, "Trigger %q has delivery: %s. %s", t.Key, c, deliver.NoEndpoint(c))
		}
	}
	return nil
}

// checkActivation is checkChannels for one trigger that is about to be activated.
func (a *App) checkActivation(ctx context.Context, p *research.Project, id string, active bool) error {
	if !active {
		return nil
	}
	studies, err := a.db.Studies(ctx, p.ID)
	if err != nil {
		return err
	}
	for _, s := range studies {
		for _, t := range s.Triggers {
			if t.PublicID == id {
				return a.checkSpec(ctx, p, s.File, t.Key)
			}
		}
	}
	return nil // unknown: whoever activates it says so
}

func (a *App) checkSpec(ctx context.Context, p *research.Project, file []byte, key string) error {
	f, err := trigger.Parse(file)
	if err != nil {
		return err
	}
	for _, t := range f.Triggers {
		if t.Key == key {
			return a.checkChannels(ctx, p, []trigger.Spec{t})
		}
	}
	return nil
}

// Undeliverable warns of triggers whose invites this process could not send by
// mail. The server may have other settings.
func (a *App) Undeliverable(f *trigger.File) (all []string) {
	for _, t := range f.Triggers {
		if t.Invite.Delivery == trigger.Email && a.sender.Mailer == nil {
			all = append(all, fmt.Sprintf("trigger %q sends by e-mail, and USERCALL_SMTP_URL is not set here; the server needs it", t.Key))
		}
	}
	return all
}

func (a *App) checkMail() Check {
	c := Check{Name: "e-mail", Detail: "not set up; USERCALL_SMTP_URL and USERCALL_SMTP_FROM do that"}
	if m := a.cfg.Mail; m != nil {
		c.Detail = fmt.Sprintf("by %s:%d, from %s", m.Host, m.Port, a.sender.Mailer.From())
	}
	return c
}
