package ingest

import (
	"encoding/json"

	"github.com/usercall/usercall/internal/research"
)

// surround lays the batch's context and integrations under each event's own.
func (r *Request) surround(around *message, shared json.RawMessage) {
	r.consent = around.context.consent
	token := identityToken(around.context.token)
	for i := range r.Events {
		e := &r.Events[i]
		if e.Context = under(e.Context, shared); e.Token == "" {
			e.Token = token
		}
		r.notes[i].to = r.notes[i].to.under(around.to)
	}
}

// done gives the events their time, and settles them where the project is known.
func (r *Request) done(sentAt raw, o Origin) *Request {
	batchSent, ok := instant(sentAt)
	for i := range r.Events {
		n, sent := &r.notes[i], batchSent
		if !ok {
			sent, _ = instant(n.sent)
		}
		e := &r.Events[i]
		e.Timestamp = correct(n.claimed, sent, o)
		if !sent.IsZero() && !o.Final {
			e.Skew = sent.Sub(o.ReceivedAt)
		}
	}
	if o.Project != 0 {
		r.Settle(o)
	}
	return r
}

// Settle puts the events under o's project, source and signature, and drops
// those that were not meant for it. Decode does it where the project is known
// by then.
func (r *Request) Settle(o Origin) {
	kept := 0
	for i := range r.Events {
		if why := r.notes[i].unwanted(o, r.consent); why != "" {
			r.drop(why)
			continue
		}
		e := &r.Events[i]
		e.Project, e.Signed = o.Project, o.Signed
		if e.Source != research.FromCustom || o.Source != research.FromBrowser {
			e.Source = o.Source
		}
		if kept != i { // an event is large, and seldom is one left out
			r.Events[kept] = *e
		}
		kept++
	}
	r.Events, r.notes = r.Events[:kept], nil
}

func (n *note) unwanted(o Origin, shared raw) Reason {
	consent := n.consent
	if len(consent) == 0 {
		consent = shared
	}
	switch {
	case n.to.refuse(o.Source == research.FromWebhook):
		return Integrations
	case !consents(consent, o.Consent):
		return NoConsent
	}
	return ""
}
