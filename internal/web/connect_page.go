package web

import (
	"encoding/json"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/usercall/usercall/internal/report"
	"github.com/usercall/usercall/internal/research"
)

// connectView is the page on which one sees whether Segment is connected.
type connectView struct {
	shell
	Cards    []card // browser, server, webhook
	More     []card // further ways
	Way      way    // the one that is shown
	Secret   string // of the webhook, where the way needs it
	Troubles []report.Trouble
	Notes    []report.Trouble // good to know, and nothing wrong
	Trust    report.Trust     // of the last days
	Asked    research.IdentityMode
	Rows     []arrivalRow // the latest events
	Refused  bool         // no origin is on the list, so browsers are refused
	Live     string       // URL of what is alive on this page
	Only     bool         // only that is asked for
}

// card is a way in and how it stands.
type card struct {
	way
	Here bool
	Last *report.Arrival // nil: nothing came by it yet
	Old  bool            // and not for a day
}

// arrivalRow is one of the latest events.
type arrivalRow struct {
	report.Event
	Library string
}

const (
	latest    = 20
	lookBack  = 24 * time.Hour
	trustBack = 7 * 24 * time.Hour
	isOld     = 24 * time.Hour
	hintChars = 8 // of a write key; the tally keeps as many
)

func (d *dashboard) connect(w http.ResponseWriter, r *request) error {
	v := connectView{shell: r.shell("Connect", "Connect"), Refused: len(r.project.Origins) == 0 && !r.project.Open,
		Only: r.query("part") == "live"}
	v.Way = wayOf(r.query("way"))
	v.Live = "/connect?part=live&way=" + v.Way.ID
	if err := d.arrivals(r, &v); err != nil {
		return err
	}
	if err := d.troubles(r, &v); err != nil {
		return err
	}
	if err := d.trust(r, &v); err != nil {
		return err
	}
	if !v.Only {
		url, secret := d.webhook(r.project)
		v.Way.Snips = d.filled(r, v.Way, url)
		if slices.ContainsFunc(v.Way.Snips, func(s snippet) bool { return s.ID == "hook" }) {
			v.Secret = secret
		}
	}
	return d.render(w, http.StatusOK, "connect", v)
}

func (d *dashboard) webhook(p *research.Project) (url, secret string) {
	if d.WebhookOf == nil {
		return "", ""
	}
	return d.WebhookOf(p)
}

func wayOf(id string) way {
	for _, w := range ways {
		if w.ID == id {
			return w
		}
	}
	return ways[0]
}

// arrivals reads what came last: the latest events, which are there at once, and
// the last of each way, which also knows duplicates and takes a moment.
func (d *dashboard) arrivals(r *request, v *connectView) error {
	events, err := d.Reports.Events(r.Context(), r.project.ID, report.EventFilter{}, report.Window{Limit: latest})
	if err != nil {
		return err
	}
	last, err := d.Reports.Arrivals(r.Context(), r.project.ID)
	if err != nil {
		return err
	}
	for _, e := range events.Rows {
		row := arrivalRow{e, library(&e)}
		v.Rows = append(v.Rows, row)
		last = append(last, report.Arrival{EventName: e.EventName(), Source: research.Arrived(e.Source, row.Library), Library: row.Library, At: e.ReceivedAt})
	}
	for i, w := range ways {
		c := card{way: w, Here: w.ID == v.Way.ID, Last: newest(last, w.ID)}
		c.Old = c.Last != nil && r.now.Sub(c.Last.At) > isOld
		if i < 3 {
			v.Cards = append(v.Cards, c)
		} else {
			v.More = append(v.More, c)
		}
	}
	return nil
}

var sourcesOf = map[string][]research.Source{"browser": {research.FromBrowser, research.FromCustom}, "server": {research.FromServer}, "webhook": {research.FromWebhook}}

// newest is the last arrival by a way.
func newest(all []report.Arrival, way string) (last *report.Arrival) {
	for i := range all {
		if slices.Contains(sourcesOf[way], all[i].Source) && (last == nil || all[i].At.After(last.At)) {
			last = &all[i]
		}
	}
	return last
}

func (d *dashboard) troubles(r *request, v *connectView) error {
	since := r.now.Add(-lookBack)
	counts, err := d.Reports.Counts(r.Context(), r.project.ID, since)
	if err != nil {
		return err
	}
	unknown, err := d.Reports.Counts(r.Context(), 0, since)
	if err != nil {
		return err
	}
	hints, err := d.hints(r, len(unknown) > 0)
	if err != nil {
		return err
	}
	for _, t := range report.Troubles(counts, unknown, hints, r.now) {
		if t.Info {
			v.Notes = append(v.Notes, t)
		} else {
			v.Troubles = append(v.Troubles, t)
		}
	}
	return nil
}

// trust says how many events could be believed.
func (d *dashboard) trust(r *request, v *connectView) error {
	named, err := d.Reports.Named(r.Context(), r.project.ID, r.now.Add(-trustBack))
	v.Trust, v.Asked = report.TrustOf(named), r.project.Settings.Identity
	return err
}

// hints is the beginnings of the keys that there are, where one has to be guessed.
func (d *dashboard) hints(r *request, needed bool) (all []report.KeyHint, err error) {
	if !needed {
		return nil, nil
	}
	for _, p := range r.projects {
		key := string(p.WriteKey)
		all = append(all, report.KeyHint{Kind: "write key", Prefix: key[:min(len(key), hintChars)], Project: p.Name})
	}
	keys, err := d.Reports.Keys(r.Context(), r.project.ID)
	for _, k := range keys {
		kind := "server key"
		if k.Kind == "api" {
			kind = "API key"
		}
		all = append(all, report.KeyHint{Kind: kind, Prefix: k.Prefix, Project: r.project.Name})
	}
	return all, err
}

// library is what the event says it was sent by.
func library(e *report.Event) string {
	if e == nil {
		return ""
	}
	var context struct {
		Library struct{ Name, Version string }
	}
	if json.Unmarshal(e.Context, &context) != nil { // a stranger's word; any shape may come
		return ""
	}
	if version, next := strings.CutPrefix(strings.TrimPrefix(context.Library.Version, "npm:"), "next-"); next {
		return "analytics-next " + version // its own name for itself is that of its predecessor
	}
	return strings.TrimSpace(context.Library.Name + " " + context.Library.Version)
}
