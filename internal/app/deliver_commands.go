package app

import (
	"context"

	"github.com/usercall/usercall/internal/deliver"
	"github.com/usercall/usercall/internal/report"
	"github.com/usercall/usercall/internal/research"
	"github.com/usercall/usercall/internal/trigger"
	"github.com/usercall/usercall/internal/web"
)

// DeliverySetup is whom mails come from, and how many active triggers send which
// way.
func (c commands) DeliverySetup(ctx context.Context, p *research.Project) (web.DeliverySetup, error) {
	setup := web.DeliverySetup{From: c.sender.Mailer.From(), Used: map[research.Channel]int{}}
	studies, err := c.db.Studies(ctx, p.ID)
	if err != nil {
		return setup, err
	}
	for _, s := range studies {
		if s.State != research.StudyOpen {
			continue
		}
		f, err := trigger.Parse(s.File)
		if err != nil {
			continue // the catalog says so, loudly
		}
		for _, t := range f.Triggers {
			if c := research.Channel(t.Invite.Delivery); c.Known() && active(s, t.Key) {
				setup.Used[c]++
			}
		}
	}
	return setup, nil
}

func active(s *research.Study, key string) bool {
	for _, t := range s.Triggers {
		if t.Key == key {
			return t.Active || t.Testing
		}
	}
	return false
}

// SaveEndpoint changes where a channel of a project goes.
func (a *App) SaveEndpoint(ctx context.Context, p *research.Project, channel research.Channel, address string) (secret string, err error) {
	if address == "" {
		return "", a.db.PutEndpoint(ctx, p.ID, channel, nil, "", a.now())
	}
	u, err := deliver.CheckURL(address, channel, a.cfg.PrivateWebhooks)
	if err != nil {
		return "", err
	}
	before, err := a.db.Endpoint(ctx, p.ID, channel)
	if err != nil {
		return "", err
	}
	if err := a.db.PutEndpoint(ctx, p.ID, channel, a.sender.Sealer.Seal(p.Key, channel, address), u.Host, a.now()); err != nil {
		return "", err
	}
	if channel == research.ByWebhook && before.Target == nil {
		secret = a.deliverySecret(p.Key, before.Generation)
	}
	return secret, a.takeUp(ctx)
}

// RotateDelivery makes a new secret for the webhook.
func (a *App) RotateDelivery(ctx context.Context, p *research.Project) (string, error) {
	generation, err := a.db.RotateEndpoint(ctx, p.ID, research.ByWebhook, a.now())
	if err != nil {
		return "", err
	}
	return a.deliverySecret(p.Key, generation), nil
}

// ResumeDelivery lets a paused channel send again.
func (a *App) ResumeDelivery(ctx context.Context, p *research.Project, channel research.Channel) error {
	if err := a.db.Resume(ctx, p.ID, channel, a.now()); err != nil {
		return err
	}
	return a.takeUp(ctx)
}

// SendAgain has a delivery that failed tried once more.
func (a *App) SendAgain(ctx context.Context, p *research.Project, id string) error {
	rule := func(t research.TriggerID) (*trigger.Rule, bool) { return a.engine.Offer(p.ID, t) }
	if err := a.db.SendAgain(ctx, p.ID, id, rule, a.now()); err != nil {
		return err
	}
	a.sending.Wake()
	return nil
}

// takeUp has a first part of what waited sent at once; the rest follows by itself.
func (a *App) takeUp(ctx context.Context) error {
	_, err := a.db.TidyDeliveries(ctx, a.now())
	a.sending.Wake()
	return err
}

// TestDelivery sends a test.
func (a *App) TestDelivery(ctx context.Context, p *research.Project, channel research.Channel, to string) (report.DeliveryAttempt, error) {
	t, err := a.sender.Test(ctx, p, channel, to)
	return report.DeliveryAttempt{N: t.N, At: t.Began, Took: t.Ended.Sub(t.Began), Status: t.Status, Error: t.Error}, err
}
