package report

import (
	"context"
	"fmt"
	"time"

	"github.com/usercall/usercall/internal/research"
)

// DeliveryStore is what the pages about sending read.
type DeliveryStore interface {
	// Deliveries lists deliveries, newest first, with all of their attempts.
	Deliveries(ctx context.Context, p research.ProjectID, f DeliveryFilter, w Window) (Listing[Delivery], error)
	// OpenInvite is the public id of the invite that a person has and that may be
	// opened by its link; "" where there is none.
	OpenInvite(ctx context.Context, p research.ProjectID, key research.PersonKey) (string, error)
}

// DeliveryFilter says which deliveries are wanted; "" is any.
type DeliveryFilter struct {
	State   research.DeliveryState
	Channel research.Channel
}

// Delivery is how the sending of one invite went. One without an invite is a test.
type Delivery struct {
	Number    int64
	ID        string // dlv_…
	Channel   research.Channel
	State     research.DeliveryState
	Reason    string // why it failed or was cancelled
	Invite    string // public id; "": a test
	Person    research.PersonKey
	Study     string // public id
	StudyName string
	Trigger   string // name
	Created   time.Time
	Next      time.Time // when it is tried next; zero: not again, or when its endpoint is resumed
	Attempts  []DeliveryAttempt
	Trial     bool // its trigger was in test mode: it is not counted
}

// Place is the delivery's place in the listing.
func (d Delivery) Place() Cursor { return Cursor{d.Created, d.Number} }

// Test tells whether it was a test, sent by hand.
func (d Delivery) Test() bool { return d.Invite == "" }

// Lost tells whether it was given up, and can be sent again.
func (d Delivery) Lost() bool { return d.State == research.DeliveryFailed && !d.Test() }

// DeliveryAttempt is one try.
type DeliveryAttempt struct {
	N      int
	At     time.Time
	Took   time.Duration
	Status int    // of HTTP or SMTP; 0: nothing was answered
	Error  string // "": it was taken
	Open   bool   // under way, or lost with the program
}

// Endpoint is where deliveries of one channel go, by what may be shown of it.
type Endpoint struct {
	Channel  research.Channel
	Host     string // "": no address
	Failures int    // in a row
	Since    time.Time
	Paused   time.Time // zero: it is not
	Reason   string    // of the pause
	Waiting  int       // deliveries that wait
	Used     int       // active triggers; filled in by whoever reads study files
}

// channelNames is how sentences call a channel.
var channelNames = map[research.Channel]string{research.ByEmail: "E-mail", research.ByWebhook: "The webhook", research.BySlack: "Slack"}

// ChannelName is a channel at the beginning of a sentence.
func ChannelName(c research.Channel) string { return channelNames[c] }

// endpointNeeds is the endpoints that are paused, or about to be.
func endpointNeeds(all []Endpoint) (needs []Need) {
	for _, e := range all {
		switch {
		case !e.Paused.IsZero():
			needs = append(needs, Need{fmt.Sprintf("%s is paused, and %s for it. %s", ChannelName(e.Channel), waiting(e.Waiting), e.Reason), "See why and resume", "delivery", ""})
		case e.Failures >= 3:
			needs = append(needs, Need{fmt.Sprintf("%s has failed %d times in a row. It is tried again.", ChannelName(e.Channel), e.Failures), "See the attempts", "deliveries", ""})
		}
	}
	return needs
}

// sendingNeeds is what wants attention about sending.
func sendingNeeds(ctx context.Context, s HomeStore, p *research.Project, now time.Time) ([]Need, error) {
	endpoints, err := s.Endpoints(ctx, p.ID)
	if err != nil {
		return nil, err
	}
	needs := endpointNeeds(endpoints)
	failed, err := s.Undelivered(ctx, p.ID, now.Add(-24*time.Hour))
	if failed > 0 {
		words := fmt.Sprintf("%d invites could not be sent in the last 24 hours.", failed)
		if failed == 1 {
			words = "1 invite could not be sent in the last 24 hours."
		}
		needs = append(needs, Need{words, "See why", "undelivered", ""})
	}
	return needs, err
}

func waiting(n int) string {
	switch n {
	case 0:
		return "no invite waits"
	case 1:
		return "1 invite waits"
	}
	return fmt.Sprintf("%d invites wait", n)
}

// DeliveryRow is one delivery in an export.
type DeliveryRow struct {
	ID        string               `json:"id"`
	Project   string               `json:"project"`
	Study     string               `json:"study"`
	Trigger   string               `json:"trigger"`
	Person    string               `json:"person"`
	Invite    string               `json:"invite"`
	Channel   string               `json:"channel"`
	State     string               `json:"state"`
	Reason    string               `json:"reason"`
	CreatedAt Time                 `json:"created_at"`
	NextAt    Time                 `json:"next_at"`
	EndedAt   Time                 `json:"ended_at"`
	Attempts  []DeliveryAttemptRow `json:"attempts"`
	Test      bool                 `json:"test"` // sent by hand, or by a trigger in test mode
}

// DeliveryAttemptRow is one try in an export.
type DeliveryAttemptRow struct {
	At         Time   `json:"at"`
	DurationMS int64  `json:"duration_ms"`
	Status     int    `json:"status"`
	Error      string `json:"error"`
}
