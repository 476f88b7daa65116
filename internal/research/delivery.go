package research

import "strings"

// Channel is a way to send an invite to somebody who is not on the page.
type Channel string

const (
	ByEmail   Channel = "email"
	ByWebhook Channel = "webhook"
	BySlack   Channel = "slack"
)

// Channels is every channel, in the order in which they are listed.
var Channels = []Channel{ByEmail, ByWebhook, BySlack}

// Known tells whether c is one of the channels.
func (c Channel) Known() bool { return c == ByEmail || c == ByWebhook || c == BySlack }

// DeliveryState is how far the sending of an invite got. It only moves on from
// waiting.
type DeliveryState string

const (
	DeliveryWaiting   DeliveryState = "waiting"   // to be tried, now or later
	DeliverySent      DeliveryState = "sent"      // taken by whoever it was sent to
	DeliveryFailed    DeliveryState = "failed"    // given up, with the reason
	DeliveryCancelled DeliveryState = "cancelled" // its invite ended before it was sent
)

// DeliveryID is the id of the one delivery of an invite. It follows from the
// invite, so that whoever receives it twice can tell.
func DeliveryID(invite string) string {
	return PrefixDelivery + strings.TrimPrefix(invite, PrefixInvite)
}
