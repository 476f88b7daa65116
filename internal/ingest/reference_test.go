package ingest

import (
	"errors"
	"strings"
	"unicode/utf8"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"github.com/usercall/usercall/internal/research"
)

// What follows says the same as Decode with a general decoder, slowly: the
// scanner is compared with it.

type wire struct {
	Batch       jsontext.Value `json:"batch"`
	SentAt      jsontext.Value `json:"sentAt"`
	Type        jsontext.Value `json:"type"`
	Event       jsontext.Value `json:"event"`
	Name        jsontext.Value `json:"name"`
	MessageID   jsontext.Value `json:"messageId"`
	UserID      jsontext.Value `json:"userId"`
	AnonymousID jsontext.Value `json:"anonymousId"`
	PreviousID  jsontext.Value `json:"previousId"`
	GroupID     jsontext.Value `json:"groupId"`
	Properties  jsontext.Value `json:"properties"`
	Traits      jsontext.Value `json:"traits"`
	Context     jsontext.Value `json:"context"`
	Timestamp   jsontext.Value `json:"timestamp"`
	Original    jsontext.Value `json:"originalTimestamp"`
}

var options = json.JoinOptions(jsontext.AllowDuplicateNames(true), jsontext.AllowInvalidUTF8(true))

var errReference = errors.New("refused")

// reference decodes without integrations and consent.
func reference(body []byte, kind research.EventType, o Origin) ([]research.Event, error) {
	if !utf8.Valid(body) {
		body = []byte(strings.ToValidUTF8(string(body), "\uFFFD"))
	}
	if depth(body) > maxDepth {
		return nil, errReference
	}
	var w wire
	if json.Unmarshal(body, &w, options) != nil || jsontext.Value(body).Kind() != '{' {
		return nil, errReference
	}
	if kind != "" {
		body := strings.TrimSpace(string(body))
		if len(body) > MaxEvent {
			return nil, errReference
		}
		return referenceAdd(nil, w, kind, w.SentAt, o), nil
	}
	var batch []jsontext.Value
	if len(w.Batch) == 0 || w.Batch.Kind() != '[' || json.Unmarshal(w.Batch, &batch, options) != nil || len(batch) > MaxBatch {
		return nil, errReference
	}
	var events []research.Event
	for _, element := range batch {
		var own wire
		if element.Kind() != '{' || len(element) > MaxEvent || json.Unmarshal(element, &own, options) != nil {
			continue
		}
		own.Context = referenceUnder(own.Context, w.Context)
		sent := w.SentAt
		if _, ok := instant(sent); !ok {
			sent = own.SentAt
		}
		events = referenceAdd(events, own, research.EventType(text(own.Type)), sent, o)
	}
	return events, nil
}

func referenceAdd(to []research.Event, w wire, kind research.EventType, sentAt jsontext.Value, o Origin) []research.Event {
	e := research.Event{
		Project: o.Project, Type: kind, Name: clean(text(w.Name)),
		UserID: research.UserID(id(w.UserID)), AnonymousID: research.AnonymousID(id(w.AnonymousID)),
		PreviousID: id(w.PreviousID), GroupID: id(w.GroupID),
		Properties: object(w.Properties), Traits: object(w.Traits),
		ReceivedAt: o.ReceivedAt, Source: o.Source, Signed: o.Signed, TicketHash: o.TicketHash,
	}
	e.Context, e.Token = referenceContext(w.Context)
	if kind == research.Track {
		e.Name = clean(text(w.Event))
	}
	if unusable(&e) != "" {
		return to
	}
	m := message{}
	m.field[fOriginal], m.field[fTimestamp], m.field[fMessageID] = w.Original, w.Timestamp, w.MessageID
	sent, _ := instant(sentAt)
	e.Timestamp, e.MessageID = correct(m.claimed(&o), sent, o), messageID(&m, &o)
	return append(to, e)
}

func referenceUnder(own, batch jsontext.Value) jsontext.Value {
	if len(batch) == 0 || batch.Kind() != '{' {
		return own
	}
	if len(own) == 0 || own.Kind() != '{' {
		return batch
	}
	merged := map[string]jsontext.Value{}
	_ = json.Unmarshal(batch, &merged, options)
	_ = json.Unmarshal(own, &merged, options)
	out, _ := json.Marshal(merged, json.Deterministic(true), options)
	return out
}

// referenceContext is a context without what is not kept, its members sorted.
func referenceContext(v jsontext.Value) ([]byte, string) {
	if len(v) == 0 || v.Kind() != '{' {
		return nil, ""
	}
	fields := map[string]jsontext.Value{}
	_ = json.Unmarshal(v, &fields, options)
	token := identityToken(fields["usercallToken"])
	delete(fields, "ip")
	delete(fields, "usercallToken")
	out, _ := json.Marshal(fields, json.Deterministic(true), options)
	return out, token
}

func depth(body []byte) (deepest int) {
	depth, inString := 0, false
	for i := 0; i < len(body); i++ {
		switch c := body[i]; {
		case inString && c == '\\':
			i++
		case c == '"':
			inString = !inString
		case inString:
		case c == '{' || c == '[':
			depth++
			deepest = max(deepest, depth)
		case c == '}' || c == ']':
			depth--
		}
	}
	return deepest
}
