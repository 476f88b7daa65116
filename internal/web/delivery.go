package web

import (
	"cmp"
	"context"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/usercall/usercall/internal/report"
	"github.com/usercall/usercall/internal/research"
)

// DeliveryCommands is what one can change about the sending of invites.
type DeliveryCommands interface {
	// DeliverySetup is how the server and the project's studies stand to sending.
	DeliverySetup(ctx context.Context, p *research.Project) (DeliverySetup, error)
	// SaveEndpoint changes where a channel goes; "" ends it. The secret that signs
	// is returned where there was no address before; invalid, with the reason,
	// where nothing can be sent there.
	SaveEndpoint(ctx context.Context, p *research.Project, c research.Channel, address string) (secret string, err error)
	// RotateDelivery makes a new secret for the webhook; the old one signs too for
	// a day. conflict where there is no webhook.
	RotateDelivery(ctx context.Context, p *research.Project) (secret string, err error)
	// ResumeDelivery lets a paused channel send again.
	ResumeDelivery(ctx context.Context, p *research.Project, c research.Channel) error
	// SendAgain has a delivery that failed tried once more; asked twice, it is sent
	// once. conflict where its invite cannot stand any more, with the reason.
	SendAgain(ctx context.Context, p *research.Project, id string) error
	// TestDelivery sends a test, a mail to that address, and says how it went.
	TestDelivery(ctx context.Context, p *research.Project, c research.Channel, to string) (report.DeliveryAttempt, error)
}

// DeliverySetup is how the server and the studies stand to sending.
type DeliverySetup struct {
	From string                   // whom mails come from; "": e-mail is not set up
	Used map[research.Channel]int // active triggers that send this way
}

// deliveryView is the settings of what is sent.
type deliveryView struct {
	shell
	DeliverySetup
	Channels []channelView
	Wrong    string           // what could not be done, and why
	Of       research.Channel // the channel that is about, or that was tested
	Typed    string
	Done     string
	Tested   *report.DeliveryAttempt
}

// channelView is one section of the page.
type channelView struct {
	report.Endpoint
	Name, Hint, Placeholder string
}

// Ready tells whether something can be sent.
func (c channelView) Ready() bool { return c.Host != "" }

var channels = []channelView{
	{Endpoint: report.Endpoint{Channel: research.ByEmail}, Name: "E-mail",
		Hint: "One mail to the person's trait email, if a signed event said it. Nobody gets two within 30 days."},
	{Endpoint: report.Endpoint{Channel: research.ByWebhook}, Name: "Webhook", Placeholder: "https://example.com/usercall",
		Hint: "A signed POST to your server for each invite, so that your own mail, push or chat can carry the link."},
	{Endpoint: report.Endpoint{Channel: research.BySlack}, Name: "Slack", Placeholder: "https://hooks.slack.com/services/…",
		Hint: "A message to your team for each invite, to be passed on by whoever knows the person."},
}

var deliveryDone = map[string]string{
	"saved":   "The address is saved. It counts from now on.",
	"removed": "The address is removed. Nothing is sent there any more.",
	"resumed": "Sending goes on. What waited is tried within a minute.",
}

func (d *dashboard) deliverySettings(w http.ResponseWriter, r *request) error {
	return d.showDelivery(w, r, http.StatusOK, deliveryView{Done: deliveryDone[r.query("done")]})
}

func (d *dashboard) showDelivery(w http.ResponseWriter, r *request, status int, v deliveryView) error {
	v.shell = r.shell("Delivery", "Settings")
	var err error
	if v.DeliverySetup, err = d.Commands.DeliverySetup(r.Context(), r.project); err != nil {
		return err
	}
	known, err := d.Reports.Endpoints(r.Context(), r.project.ID)
	if err != nil {
		return err
	}
	for _, c := range channels {
		for _, e := range known {
			if e.Channel == c.Channel {
				c.Endpoint = e
			}
		}
		if c.Channel == research.ByEmail {
			c.Host = v.From
		}
		c.Used = v.DeliverySetup.Used[c.Channel]
		v.Channels = append(v.Channels, c)
	}
	return d.render(w, status, "delivery", v)
}

// channel is the one that the path names; false for any other word.
func (r *request) channel() (research.Channel, bool) {
	c := research.Channel(r.path("channel"))
	return c, c.Known()
}

// refusedDelivery shows the page anew with what is wrong, where somebody's entry is.
func (d *dashboard) refusedDelivery(w http.ResponseWriter, r *request, v deliveryView, err error) error {
	if !mistaken(err) && research.CodeOf(err) != research.Unavailable {
		return err
	}
	v.Wrong = message(err)
	return d.showDelivery(w, r, tell(w, err), v)
}

func (d *dashboard) saveEndpoint(w http.ResponseWriter, r *request) error {
	if err := r.parse(); err != nil {
		return err
	}
	c, ok := r.channel()
	if !ok || c == research.ByEmail {
		return d.nowhere(w, r)
	}
	address := strings.TrimSpace(r.form("address"))
	if address == "" && r.form("remove") == "" {
		return d.refusedDelivery(w, r, deliveryView{Of: c}, research.Errorf(research.Invalid, "There is no address yet. Paste one, and save again."))
	}
	secret, err := d.Commands.SaveEndpoint(r.Context(), r.project, c, address)
	switch {
	case err != nil:
		return d.refusedDelivery(w, r, deliveryView{Of: c, Typed: address}, err)
	case secret != "":
		return d.showSecret(w, r, secret, false)
	case address == "":
		return back(w, r, "/settings/delivery?done=removed")
	}
	return back(w, r, "/settings/delivery?done=saved")
}

// secretView is the only page that ever holds the secret.
type secretView struct {
	shell
	Secret  string
	Rotated bool
}

func (d *dashboard) showSecret(w http.ResponseWriter, r *request, secret string, rotated bool) error {
	return d.render(w, http.StatusOK, "deliverysecret", secretView{r.shell("The webhook's secret", "Settings"), secret, rotated})
}

func (d *dashboard) rotateDelivery(w http.ResponseWriter, r *request) error {
	if c, _ := r.channel(); c != research.ByWebhook {
		return d.nowhere(w, r)
	}
	secret, err := d.Commands.RotateDelivery(r.Context(), r.project)
	if err != nil {
		return d.refusedDelivery(w, r, deliveryView{Of: research.ByWebhook}, err)
	}
	return d.showSecret(w, r, secret, true)
}

func (d *dashboard) resumeDelivery(w http.ResponseWriter, r *request) error {
	c, ok := r.channel()
	if !ok {
		return d.nowhere(w, r)
	}
	if err := d.Commands.ResumeDelivery(r.Context(), r.project, c); err != nil {
		return err
	}
	return back(w, r, "/settings/delivery?done=resumed")
}

// testDelivery sends a test. A mail goes to whoever asks for it and to nobody else.
func (d *dashboard) testDelivery(w http.ResponseWriter, r *request) error {
	c, ok := r.channel()
	if !ok {
		return d.nowhere(w, r)
	}
	tested, err := d.Commands.TestDelivery(r.Context(), r.project, c, r.who.email)
	if err != nil {
		return d.refusedDelivery(w, r, deliveryView{Of: c}, err)
	}
	return d.showDelivery(w, r, http.StatusOK, deliveryView{Of: c, Tested: &tested})
}

// channelWords is a channel inside a sentence, deliveryWords how a delivery stands.
var (
	channelWords  = map[research.Channel]string{research.ByEmail: "e-mail", research.ByWebhook: "webhook", research.BySlack: "Slack"}
	deliveryWords = map[research.DeliveryState]string{research.DeliveryWaiting: "waiting", research.DeliverySent: "sent",
		research.DeliveryFailed: "failed", research.DeliveryCancelled: "cancelled"}
	deliveryMeaning = map[research.DeliveryState]string{research.DeliveryWaiting: "waiting", research.DeliverySent: "completed", research.DeliveryFailed: "stopped"}
)

// deliveryWhy says why a delivery stands as it does; "" where its state says it all.
func deliveryWhy(d report.Delivery, now time.Time) string {
	if d.State != research.DeliveryWaiting {
		return d.Reason
	}
	last := ""
	if n := len(d.Attempts); n > 0 {
		last = "the last time, " + cmp.Or(d.Attempts[n-1].Error, "nothing was answered yet") + "; "
	}
	switch {
	case d.Next.IsZero():
		return last + "its channel is paused"
	case d.Next.After(now):
		return last + "tried " + cmp.Or(in(d.Next.Sub(now)), "next") + ", at " + d.Next.UTC().Format("15:04 UTC")
	}
	return last + "tried in a moment"
}

func in(d time.Duration) string {
	if d < time.Minute {
		return "within a minute"
	}
	if d < time.Hour {
		return fmt.Sprintf("in %d min", int(d/time.Minute))
	}
	return fmt.Sprintf("in %d h", int(d/time.Hour))
}

// attemptWords is how one try went.
func attemptWords(a report.DeliveryAttempt) string {
	switch {
	case a.Open:
		return "under way"
	case a.Error != "":
		return fmt.Sprintf("%s, after %d ms", a.Error, a.Took.Milliseconds())
	case a.Status != 0:
		return fmt.Sprintf("taken with %d, after %d ms", a.Status, a.Took.Milliseconds())
	}
	return fmt.Sprintf("taken, after %d ms", a.Took.Milliseconds())
}

func (d *dashboard) deliveriesCSV(w http.ResponseWriter, r *request, f report.DeliveryFilter) error {
	return all(func(page report.Window) (report.Listing[report.Delivery], error) {
		return d.Reports.Deliveries(r.Context(), r.project.ID, f, page)
	}, func() *table {
		return newTable(w, "deliveries", "created_at", "id", "study", "trigger", "person", "channel", "state", "reason", "attempts")
	}, func(t *table, x report.Delivery) {
		t.row(stamp(x.Created), x.ID, x.StudyName, x.Trigger, x.Person.ID(), string(x.Channel), string(x.State), x.Reason, strconv.Itoa(len(x.Attempts)))
	})
}

// openLink is the link of the invite that somebody has, or "".
func (d *dashboard) openLink(r *request, key research.PersonKey) (string, error) {
	if d.Link == nil {
		return "", nil
	}
	id, err := d.Reports.OpenInvite(r.Context(), r.project.ID, key)
	if err != nil || id == "" {
		return "", err
	}
	return d.Link(id), nil
}
