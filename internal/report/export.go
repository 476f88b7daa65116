package report

import (
	"encoding/json"
	"fmt"
	"time"
)

// Time is a moment as exports spell it: RFC 3339 UTC with milliseconds, and
// null for none.
type Time struct{ time.Time }

// MarshalJSON implements json.Marshaler.
func (t Time) MarshalJSON() ([]byte, error) {
	if t.IsZero() {
		return []byte("null"), nil
	}
	return fmt.Appendf(nil, "%q", t.UTC().Format("2006-01-02T15:04:05.000Z")), nil
}

// Export rows; contract.md §2. Persons are named by their userId or anonymousId,
// studies and triggers by their keys, a missing object is {}.
type (
	// EventRow is one stored event.
	EventRow struct {
		Project     string          `json:"project"`
		Type        string          `json:"type"`
		Event       string          `json:"event"` // of track
		Name        string          `json:"name"`  // of page and screen
		MessageID   string          `json:"message_id"`
		UserID      string          `json:"user_id"`
		AnonymousID string          `json:"anonymous_id"`
		Properties  json.RawMessage `json:"properties"`
		Traits      json.RawMessage `json:"traits"`
		Context     json.RawMessage `json:"context"`
		Timestamp   Time            `json:"timestamp"`
		ReceivedAt  Time            `json:"received_at"`
		Source      string          `json:"source"`
		Verified    bool            `json:"verified"` // its userId is proved
	}
	// InviteRow is one invite.
	InviteRow struct {
		ID         string `json:"id"`
		Project    string `json:"project"`
		Study      string `json:"study"`
		Trigger    string `json:"trigger"`
		Person     string `json:"person"`
		MessageID  string `json:"message_id"`
		State      string `json:"state"`
		ReservedAt Time   `json:"reserved_at"`
		ShownAt    Time   `json:"shown_at"`
		ExpiresAt  Time   `json:"expires_at"`
		Link       string `json:"link"`
		Test       bool   `json:"test"` // by a trigger in test mode: it is not counted
	}
	// PersonRow is somebody the project has events of.
	PersonRow struct {
		Person    string `json:"person"`
		Kind      string `json:"kind"`  // user or anonymous
		Email     string `json:"email"` // their trait
		FirstSeen Time   `json:"first_seen"`
		LastSeen  Time   `json:"last_seen"`
		OptedOut  bool   `json:"opted_out"` // for ever, on a card or in a mail too
	}
	// DecisionRow is one line of the decision log.
	DecisionRow struct {
		At        Time   `json:"at"`
		Study     string `json:"study"`
		Trigger   string `json:"trigger"`
		Person    string `json:"person"`
		MessageID string `json:"message_id"`
		Outcome   string `json:"outcome"`
		Gate      string `json:"gate"`
		Detail    string `json:"detail"`
		Remedy    string `json:"remedy"`
		Test      bool   `json:"test"`
	}
	// InterviewRow is one interview with what was said.
	InterviewRow struct {
		ID        string    `json:"id"`
		Study     string    `json:"study"`
		Trigger   string    `json:"trigger"`
		Person    string    `json:"person"`
		Invite    string    `json:"invite"`
		State     string    `json:"state"`
		Mode      string    `json:"mode"`
		Language  string    `json:"language"`
		Verified  bool      `json:"verified"` // the event behind the invite proved who it was about
		StartedAt Time      `json:"started_at"`
		EndedAt   Time      `json:"ended_at"`
		Test      bool      `json:"test"` // it is in no theme, and not counted
		Turns     []TurnRow `json:"turns"`
	}
	// TurnRow is one turn of an interview.
	TurnRow struct {
		N       int    `json:"n"`
		Speaker string `json:"speaker"`
		Text    string `json:"text"`
		At      Time   `json:"at"`
		StartMS *int64 `json:"start_ms"`
		EndMS   *int64 `json:"end_ms"`
	}
	// ThemeRow is one theme with its quotes.
	ThemeRow struct {
		ID         string     `json:"id"`
		Study      string     `json:"study"`
		Label      string     `json:"label"`
		Definition string     `json:"definition"`
		People     int        `json:"people"`
		Share      float64    `json:"share"`
		Interval   [2]float64 `json:"interval"`
		Quotes     []QuoteRow `json:"quotes"`
	}
	// QuoteRow is one quote: the runes [start, end) of a turn's text.
	QuoteRow struct {
		Text      string `json:"text"`
		Interview string `json:"interview"`
		Turn      int    `json:"turn"`
		Start     int    `json:"start"`
		End       int    `json:"end"`
		// In the recording, where there is one, in milliseconds.
		StartMS *int64 `json:"start_ms,omitempty"`
		EndMS   *int64 `json:"end_ms,omitempty"`
	}
	// ReportRow is the report of one study.
	ReportRow struct {
		Study      string   `json:"study"`
		Paragraph  string   `json:"paragraph"`
		Uncertain  []string `json:"uncertain"`
		Interviews int      `json:"interviews"`
		MadeAt     Time     `json:"made_at"`
	}
	// CatalogueRow is one event of the catalogue.
	CatalogueRow struct {
		Project    string         `json:"project"`
		Type       string         `json:"type"`
		Event      string         `json:"event"`
		Count      int            `json:"count"`
		Sources    map[string]int `json:"sources"`
		FirstSeen  Time           `json:"first_seen"`
		LastSeen   Time           `json:"last_seen"`
		Properties []PropertyRow  `json:"properties"`
	}
	// PropertyRow is one path of what an event carries.
	PropertyRow struct {
		Path   string            `json:"path"`
		Types  []string          `json:"types"`
		Count  int               `json:"count"`
		Values []json.RawMessage `json:"values"`
		Many   bool              `json:"many"`
	}
	// Query picks what is exported.
	Query struct {
		Since    time.Time // of receipt, reservation, decision or start; of people: when they were last seen
		Person   string    // its id, without the kind; "": everybody
		Study    string    // key; "": all
		OptedOut bool      // of people, only those who opted out
		Limit    int       // newest rows, newest first; 0: all, oldest first
	}
)
