package ingest

import (
	"bytes"
	"time"
	"unicode/utf8"

	"github.com/usercall/usercall/internal/research"
)

// DecodeRecorded reads one line of recorded events: a Segment message whose
// timestamp is corrected, with receivedAt and source where they are known:
// triggers.md §8. An error says what is wrong with the line. Nothing of the line
// is kept, so its memory can be used again.
func DecodeRecorded(line []byte, p research.ProjectID) (*research.Event, error) {
	if line = bytes.Clone(line); !utf8.Valid(line) {
		line = bytes.ToValidUTF8(line, []byte("\uFFFD"))
	}
	s, m := scanner{b: line}, message{}
	s.message(&m, nil)
	switch {
	case s.deep:
		return nil, errDeep
	case !s.end():
		return nil, research.Errorf(research.Invalid, "this is not a JSON object")
	}
	o, err := m.recordedOrigin(p)
	if err != nil {
		return nil, err
	}
	r := &Request{}
	r.add(&m, eventType(m.field[fType]), &o)
	for why := range r.Dropped {
		return nil, research.Errorf(research.Invalid, "%s", whyNoMessage[why])
	}
	e := r.Events[0]
	claimed, _ := instant(m.field[fTimestamp])
	e.Timestamp, e.Verified = correct(claimed, time.Time{}, o), o.Signed
	return &e, nil
}

// recordedOrigin is where and when a recorded message says that it came in.
func (m *message) recordedOrigin(p research.ProjectID) (o Origin, err error) {
	o = Origin{Project: p, Final: true, Source: research.FromServer, NewID: func() string { return "" }}
	received, known := instant(m.field[fReceivedAt])
	if !known {
		received, known = instant(m.field[fTimestamp])
	}
	if !known {
		return o, research.Errorf(research.Invalid, "the message has neither a timestamp nor a receivedAt that is an RFC 3339 time")
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
	return o, err
}

var whyNoMessage = map[Reason]string{
	NoType:     "the type is none of track, identify, page, screen, group and alias",
	NoIdentity: "the message has neither a userId nor an anonymousId, or is an alias without a previousId",
	NoEvent:    "a track message needs the name of its event",
	BadID:      "an id or a name is longer than one can be",
}
