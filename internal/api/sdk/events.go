package sdk

import (
	"cmp"
	"encoding/json"
	"net/http"
	"slices"
	"time"

	"github.com/usercall/usercall/internal/identity"
	"github.com/usercall/usercall/internal/ingest"
	"github.com/usercall/usercall/internal/invite"
	"github.com/usercall/usercall/internal/research"
	"github.com/usercall/usercall/internal/trigger"
)

// reply is all that a page ever learns.
type reply struct {
	Invite *card      `json:"invite"`
	AskAt  *time.Time `json:"ask_at"`
	Open   bool       `json:"open"` // something may still come of this ticket
	// Completed is invites whose interviews were completed lately: the page that
	// offered one can tell its own code.
	Completed []string `json:"completed,omitempty"`
}

// config says what to listen for: names and paths, never values.
func (c Config) config(_ *http.Request, v visitor, _ []byte) (any, error) {
	needs := c.Engine.Needs(v.project.ID)
	if needs == nil {
		needs = []trigger.EventNeed{}
	}
	set := v.project.Settings
	config := map[string]any{"events": needs, "signed": c.Engine.Signed(v.project.ID), "delivery": delivery(set),
		"per_session":     max(0, cmp.Or(set.CardsPerSession, research.DefaultCardsPerSession)), // 0: no limit
		"dialog_selector": cmp.Or(set.DialogSelector, research.DefaultDialogSelector)}
	if set.Pacing.PersonZone {
		config["timeZone"] = true // it is asked for where it is needed, and nowhere else
	}
	return config, nil
}

func delivery(s research.Settings) string {
	if s.InPage {
		return "iframe"
	}
	return "tab"
}

// events stores what the page saw and answers with what was decided of it.
func (c Config) events(r *http.Request, v visitor, body []byte) (any, error) {
	now := c.Now().UTC()
	decoded, err := ingest.Decode(body, "", ingest.Origin{Project: v.project.ID, Source: research.FromBrowser,
		ReceivedAt: now, NewID: c.NewID, TicketHash: v.ticket, Consent: v.project.Settings.ConsentCategory})
	if err != nil {
		return nil, err
	}
	if err := c.admit(v, decoded.Count, now); err != nil {
		return nil, err
	}
	events, claims, err := c.proved(v, decoded.Events, now)
	if err != nil {
		return nil, err
	}
	c.hush(r, v, events, now)
	fresh, err := c.Writer.Write(r.Context(), events)
	if err != nil {
		return nil, err
	}
	done, err := c.Engine.Decide(r.Context(), events)
	if err != nil {
		return nil, err
	}
	if err := c.claim(r, events, fresh, v.ticket); err != nil {
		return nil, err
	}
	out, err := c.answer(r, v, claims)
	if out.Invite != nil && slices.ContainsFunc(events, func(e research.Event) bool { return e.UserID == "" && e.MessageID == out.Invite.cause }) {
		c.limits.invited(c.Address(r), now)
	}
	if err == nil && !done { // another node holds these persons; the events are safe
		soon := c.Now().Add(time.Second).UTC()
		out.AskAt, out.Open = &soon, true
	}
	return out, err
}

// claim answers a duplicate like the original: Segment's own client may have
// brought the same message first, without this browser's ticket.
func (c Config) claim(r *http.Request, events []research.Event, fresh []bool, ticket []byte) error {
	for i, e := range events {
		if fresh[i] || ticket == nil {
			continue
		}
		if err := c.Invites.Claim(r.Context(), &e, ticket); err != nil {
			return err
		}
	}
	return nil
}

func (c Config) answer(r *http.Request, v visitor, claims *identity.Claims) (out reply, err error) {
	if v.ticket == nil {
		return reply{}, nil
	}
	p, now := v.project.ID, c.Now()
	if out.Completed, err = c.Invites.Completed(r.Context(), p, v.ticket, now.Add(-lately)); err != nil {
		return out, err
	}
	i, err := c.Invites.Offered(r.Context(), v.is(claims), now)
	if err != nil {
		return out, err
	}
	var held time.Time // until then
	if i != nil {
		out.Invite, held = c.offer(v, i, now)
	}
	open, askAt, err := c.Invites.Open(r.Context(), p, v.ticket, now)
	if askAt = sooner(askAt, held); !askAt.IsZero() {
		askAt = askAt.UTC()
		out.AskAt = &askAt
	}
	out.Open = open
	return out, err
}

// lately is how long a page may be told that an interview was completed.
const lately = 24 * time.Hour

// ask answers a page that holds a ticket from an earlier one.
func (c Config) ask(r *http.Request, v visitor, _ []byte) (any, error) {
	now := c.Now()
	if err := c.admitPoll(v, now); err != nil {
		return nil, err
	}
	claims, _ := c.Identity.Prove(v.project, v.token, now) // a bad token proves nothing
	return c.answer(r, v, claims)
}

// state takes what became of an invite on the page. Where the answer is no, it is
// answered or taken back already, and its card goes.
func (c Config) state(r *http.Request, v visitor, body []byte) (any, error) {
	var req struct {
		Invite string      `json:"invite"`
		State  invite.Step `json:"state"`
		Reason string      `json:"reason"`
	}
	if err := json.Unmarshal(body, &req); err != nil || !req.State.Known() || len(req.Reason) > 80 {
		return nil, research.Errorf(research.Invalid, "The body is not what the SDK reports of an invite.")
	}
	ok, err := c.Invites.Move(r.Context(), invite.Move{Project: v.project.ID, Invite: req.Invite, Ticket: v.ticket,
		To: req.State, Reason: req.Reason, Now: c.Now()})
	return map[string]bool{"ok": ok}, err
}

// optOut ends all invites of the persons this browser was used by. The SDK
// itself remembers it too, and then asks nothing any more. Nobody has to prove who
// they are to be left alone.
func (c Config) optOut(r *http.Request, v visitor, _ []byte) (any, error) {
	if v.ticket != nil {
		if err := c.Invites.OptOut(r.Context(), v.project.ID, v.ticket, c.Now()); err != nil {
			return nil, err
		}
	}
	return map[string]bool{"ok": true}, nil
}
