package sdk

import (
	"cmp"
	"time"

	"github.com/usercall/usercall/internal/research"
	"github.com/usercall/usercall/internal/trigger"
)

// offer is the card of an invite, or when it may be asked for again; neither where
// its trigger or everything is paused.
func (c Config) offer(v visitor, i *research.Invite, now time.Time) (*card, time.Time) {
	if !v.project.Paused.IsZero() {
		return nil, time.Time{}
	}
	rule, ok := c.Engine.Offer(v.project.ID, i.Trigger)
	if !ok || rule.Delivery != trigger.Card {
		return nil, time.Time{}
	}
	// What the browser says of its clock decides about its own screen and no more.
	next := v.project.Settings.Next(cmp.Or(i.Zone, v.zone), now)
	switch {
	case !next.After(now):
		return c.card(i, rule, v.locale), time.Time{}
	case next.Before(i.ExpiresAt):
		return nil, next
	}
	return nil, time.Time{}
}

// sooner is the earlier of two times, of which zero is none.
func sooner(a, b time.Time) time.Time {
	if a.IsZero() || !b.IsZero() && b.Before(a) {
		return b
	}
	return a
}
