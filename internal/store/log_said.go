package store

import (
	"context"

	"github.com/usercall/usercall/internal/eventlog"
)

// said is what the log says of whom a browser belongs to, and whether it stood in
// an event at all. The caller holds mu.
func (l *eventLog) said(ctx context.Context, q querier, browser eventlog.Hash) (last eventlog.Said, seen bool, err error) {
	recent := l.recent.Find(browser)
	last, seen = eventlog.Nothing.Later(recent), len(recent) > 0
	for i := len(l.runs) - 1; i >= 0; i-- {
		if !l.runs[i].mayAdd(last, browser) {
			continue
		}
		found, err := l.runs[i].find(ctx, q, browser)
		if err != nil {
			return last, seen, err
		}
		last, seen = last.Later(found), seen || len(found) > 0
	}
	return last, seen, nil
}

// mayAdd tells whether something later may stand in a run than what was said in
// the events after it.
func (r *run) mayAdd(last eventlog.Said, browser eventlog.Hash) bool {
	return r.latest > last.At && r.filter.May(browser)
}

// recall tells whether an event's browser stood in an earlier one, and reminds
// known of whom it stood with, where the event says that. The caller holds mu.
func (l *eventLog) recall(ctx context.Context, q querier, h *eventlog.Head) (seen bool, err error) {
	switch {
	case h.Anon == 0:
		return false, nil
	case l.known.Remembers(h.Anon):
		return true, nil
	case !h.Says():
		return l.saw(h.Anon), nil
	}
	last, seen, err := l.said(ctx, q, h.Anon)
	if seen {
		l.known.Recall(h.Anon, last)
	}
	return seen, err
}

// wanted is the parts of runs that will be looked into for some events: for a
// message that may be stored, and for what was said last of a browser.
func (l *eventLog) wanted(heads []eventlog.Head) (all []partOf) {
	for i := range heads {
		h := &heads[i]
		if !l.recent.Message(h, func(*eventlog.Head, int64) bool { return true }) {
			for i := range l.runs {
				if l.runs[i].filter.May(h.Key()) {
					all = append(all, l.runs[i].part(h.Key()))
				}
			}
		}
		if r := l.lastWith(h); r != nil {
			all = append(all, r.part(h.Anon))
		}
	}
	return all
}

// lastWith is the newest run that may tell whom an event's browser stood with.
func (l *eventLog) lastWith(h *eventlog.Head) *run {
	if !h.Says() || l.known.Remembers(h.Anon) {
		return nil
	}
	last := eventlog.Nothing.Later(l.recent.Find(h.Anon))
	for i := len(l.runs) - 1; i >= 0; i-- {
		if l.runs[i].mayAdd(last, h.Anon) {
			return &l.runs[i]
		}
	}
	return nil
}
