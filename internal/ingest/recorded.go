package ingest

import (
	"bytes"
	"time"
	"unicode/utf8"

	"github.com/usercall/usercall/internal/research"
)

// Recorded reads recorded events, a line after the other: Segment messages whose
// timestamps are corrected, with receivedAt and source where they are known;
// triggers.md §8.
type Recorded struct {
	project research.ProjectID
	message message
	event   research.Event
}

// NewRecorded makes a reader of events that are to count as a project's.
func NewRecorded(p research.ProjectID) *Recorded { return &Recorded{project: p} }

// Decode reads one line. The event shares the line's memory, and is good until
// the next one is read. An error says what is wrong with the line.
func (r *Recorded) Decode(line []byte) (*research.Event, error) {
	s := scanner{b: line}
	r.message = message{}
	s.message(&r.message, nil)
	switch {
	case s.deep:
		return nil, errDeep
	case !s.end():
		return nil, research.Errorf(research.Invalid, "this is not a JSON object")
	case s.wide && !utf8.Valid(line):
		return r.Decode(bytes.ToValidUTF8(line, []byte("\uFFFD")))
	}
	o, claimed, err := r.message.recordedOrigin(r.project)
	if err != nil {
		return nil, err
	}
	r.event = r.message.event(eventType(r.message.field[fType]), &o)
	if why := unusable(&r.event); why != "" {
		return nil, research.Errorf(research.Invalid, "%s", whyNoMessage[why])
	}
	r.event.MessageID = messageID(&r.message, &o)
	r.event.Timestamp, r.event.Verified = correct(claimed, time.Time{}, o), o.Signed
	return &r.event, nil
}

// recordedOrigin is where and when a recorded message says that it came in, and
// when it happened.
func (m *message) recordedOrigin(p research.ProjectID) (o Origin, claimed time.Time, err error) {
	o = Origin{Project: p, Final: true, Source: research.FromServer, NewID: func() string { return "" }}
	claimed, said := instant(m.field[fTimestamp])
	received, known := claimed, said
	if v := m.field[fReceivedAt]; v != nil {
		if at, ok := instant(v); ok {
			received, known = at, true
		}
	}
	if !known {
		return o, claimed, research.Errorf(research.Invalid, "the message has neither a timestamp nor a receivedAt that is an RFC 3339 time")
	}
	o.ReceivedAt = received.UTC()
	if said := text(m.field[fSource]); said != "" {
		o.Source = research.Source(said)
	}
	switch o.Source {
	case research.FromServer, research.FromWebhook:
		o.Signed = true
	case research.FromBrowser, research.FromCustom:
	default:
		err = research.Errorf(research.Invalid, "the source %.40q is none of browser, server, webhook and custom", o.Source)
	}
	return o, claimed, err
}

var whyNoMessage = map[Reason]string{
	NoType:     "the type is none of track, identify, page, screen, group and alias",
	NoIdentity: "the message has neither a userId nor an anonymousId, or is an alias without a previousId",
	NoEvent:    "a track message needs the name of its event",
	BadID:      "an id or a name is longer than one can be",
}
