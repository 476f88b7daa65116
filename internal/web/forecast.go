package web

import (
	"context"
	"fmt"
	"net/http"
	"time"

	"github.com/usercall/usercall/internal/report"
	"github.com/usercall/usercall/internal/research"
)

// Forecaster looks what a trigger of a study would have done lately. file is the
// study as it would be; nil: as it is. tell is told how far it is, in order.
type Forecaster func(ctx context.Context, p *research.Project, s *research.Study, trigger string, file []byte, tell func(report.ForecastStep)) (*report.Forecast, error)

// forecastView is the page of a forecast, which is made while it is sent.
type forecastView struct {
	studyShell
	Trigger  research.Trigger
	Sentence string
	Days     int
	Planned  bool // it is of a file that is not saved
	look     func() foreseen
}

// Look makes the forecast. The template asks for it where its result stands: all
// above is sent by then.
func (v forecastView) Look() foreseen { return v.look() }

// foreseen is a forecast, or why there is none.
type foreseen struct {
	*report.Forecast
	Problem string
	Chart   dayChart
}

func (d *dashboard) forecast(w http.ResponseWriter, r *request) error { return d.foresee(w, r, nil) }

// forecastFile is the forecast of a file that is not saved.
func (d *dashboard) forecastFile(w http.ResponseWriter, r *request) error {
	if err := r.parse(); err != nil {
		return err
	}
	return d.foresee(w, r, []byte(r.form("file")))
}

func (d *dashboard) foresee(w http.ResponseWriter, r *request, file []byte) error {
	s, err := d.study(r, "Triggers")
	if err != nil {
		return err
	}
	t, err := triggerAt(s.Study, r.path("trigger"))
	if err != nil {
		return err
	}
	return d.foreseen(w, r, s, t, file)
}

// foreseen is the page of a forecast: of a file that is not saved, or of the study
// as it is.
func (d *dashboard) foreseen(w http.ResponseWriter, r *request, s studyShell, t research.Trigger, file []byte) error {
	v := forecastView{studyShell: s, Trigger: t, Days: report.ForecastDays, Planned: file != nil}
	if file == nil {
		file = s.Study.File
	}
	words, err := d.Describe(file)
	if err != nil {
		return err
	}
	v.Sentence = words.Sentences[t.Key]
	out := newStream(w)
	v.look = func() foreseen { return d.lookAhead(r, out, s.Study, t.Key, file) }
	err = pages["forecast"].ExecuteTemplate(out, "frame", v)
	out.send()
	return err
}

// triggerAt is a trigger of a study by its public id.
func triggerAt(s *research.Study, id string) (research.Trigger, error) {
	for _, t := range s.Triggers {
		if t.PublicID == id {
			return t, nil
		}
	}
	return research.Trigger{}, research.Errorf(research.NotFound, "There is no such trigger.")
}

// lookAhead sends what is there of the page, makes the forecast, and says meanwhile
// how far it is: the style sheet shows the last word only.
func (d *dashboard) lookAhead(r *request, out *stream, s *research.Study, key string, file []byte) foreseen {
	fmt.Fprint(out, `<div class="steps" role="status">`)
	out.send()
	f, err := d.Forecast(r.Context(), r.project, s, key, file, func(at report.ForecastStep) {
		if at.Done > 0 && at.Done < at.Total && !out.due() {
			return
		}
		fmt.Fprintf(out, "<p>%s%s</p>\n", stepWords(at), progressBar(at))
		out.send()
	})
	fmt.Fprint(out, `</div>`)
	switch {
	case err == nil:
		return foreseen{Forecast: f, Chart: chartOf(f.Days)}
	case r.Context().Err() != nil: // nobody reads this
		return foreseen{Problem: "The forecast was given up."}
	case research.CodeOf(err) == research.Internal:
		d.Log.Error("a forecast could not be made", "project", r.project.Key, "err", err)
		return foreseen{Problem: "The forecast could not be made. Nothing was lost; the server's log has the reason. Load this page again in a moment."}
	}
	return foreseen{Problem: err.Error()}
}

func stepWords(at report.ForecastStep) string {
	switch {
	case at.Stage == report.ForecastWaits:
		return "Another forecast is being made; this one is next."
	case at.Total == 0:
		return "Looking for stored events…"
	case at.Stage == report.ForecastReads:
		return "Reading stored events: " + partOf(at.Done, at.Total)
	}
	return "Deciding about them: " + partOf(at.Done, at.Total)
}

func progressBar(at report.ForecastStep) string {
	if at.Total == 0 {
		return ""
	}
	return fmt.Sprintf(` <progress aria-hidden="true" max="%d" value="%d"></progress>`, at.Total, at.Done)
}

// dayChart is a chart by day in a box of 640 by 120, drawn as numbers.
type dayChart struct {
	Columns     []dayColumn
	Top         int
	First, Last string // days
	Words       string
}

// dayColumn is a day: all of its matches, and the invites among them.
type dayColumn struct {
	X, W, Y, H, InvitedY, InvitedH string
	Title                          string
}

func chartOf(days []report.ForecastDay) dayChart {
	c := dayChart{Words: "Matches and invites a day; the table below has the numbers."}
	for _, d := range days {
		c.Top = max(c.Top, d.Matched)
	}
	if c.Top == 0 {
		return c
	}
	const width, height = 640, 120
	step := float64(width) / float64(len(days))
	for i, d := range days {
		h, invited := float64(d.Matched)/float64(c.Top)*height, float64(d.Invited)/float64(c.Top)*height
		c.Columns = append(c.Columns, dayColumn{X: unit(float64(i) * step), W: unit(step - 3), Y: unit(height - h), H: unit(h),
			InvitedY: unit(height - invited), InvitedH: unit(invited),
			Title: shortDay(d.Day) + ": " + count(d.Matched, "match", "matches") + ", " + number(d.Invited) + " invited"})
	}
	c.First, c.Last = shortDay(days[0].Day), shortDay(days[len(days)-1].Day)
	return c
}

// shortDay is "23 Nov" of "2026-11-23".
func shortDay(day string) string {
	t, err := time.Parse(time.DateOnly, day)
	if err != nil {
		return day
	}
	return t.Format("2 Jan")
}

// aDay is how many invites a day a forecast comes to.
func (f foreseen) aDay() string {
	switch n := float64(f.Invited) / float64(max(1, f.Observed())); {
	case f.Invited == 0:
		return ""
	case n < 1:
		return "less than one a day"
	default:
		return "about " + number(int(n+0.5)) + " a day"
	}
}

// PaceWords is how long it takes to the target, and how sure that is.
func (f foreseen) PaceWords() string {
	p := f.Pace
	switch {
	case p.Target == 0:
		return "The study has no target: it asks until you close it."
	case p.Missing() == 0:
		return fmt.Sprintf("The study has its %s, so nobody more is asked.", count(p.Target, "interview", "interviews"))
	case f.Invited == 0:
		return fmt.Sprintf("%s to go to the target of %d. As nobody would have been invited, this trigger would not bring it nearer.", count(p.Missing(), "interview", "interviews"), p.Target)
	case p.Soonest == 0:
		return fmt.Sprintf("%s to go to the target of %d. At this pace that takes more than ten years.", count(p.Missing(), "interview", "interviews"), p.Target)
	}
	takes := fmt.Sprintf("%s at the soonest; how long at most cannot be told from so little", count(p.Soonest, "day", "days"))
	if p.Latest == p.Soonest {
		takes = "about " + count(p.Soonest, "day", "days")
	} else if p.Latest > 0 {
		takes = fmt.Sprintf("%d to %s", p.Soonest, count(p.Latest, "day", "days"))
	}
	return fmt.Sprintf("%s to go to the target of %d: %s.", count(p.Missing(), "interview", "interviews"), p.Target, takes)
}

// RateWords is what the pace goes by.
func (f foreseen) RateWords() string {
	p := f.Pace
	if p.Assumed {
		return fmt.Sprintf("This takes %.0f to %.0f of 100 invites to become an interview. That is a guess and not a measurement: %s of this project ended so far, and from %d on its own rate is used.",
			100*p.Low, 100*p.High, count(p.Invites, "invite", "invites"), report.EnoughInvites)
	}
	return fmt.Sprintf("Of the project's invites of the last 90 days, %s became an interview; the true rate is likely between %.0f and %.0f of 100.", partOf(p.Interviews, p.Invites), 100*p.Low, 100*p.High)
}

// Headline is the forecast in a sentence.
func (f foreseen) Headline() string {
	switch {
	case f.Since.IsZero():
		return "No events are stored yet"
	case f.Matched == 0:
		return f.looked() + " nothing would have matched"
	case f.Invited == 0:
		return f.looked() + " it would have invited nobody"
	}
	return fmt.Sprintf("%s it would have invited %s, %s", f.looked(), times(f.Invited), f.aDay())
}

// looked is the time that was looked at.
func (f foreseen) looked() string {
	if f.Observed() == 1 {
		return "In the last day"
	}
	return fmt.Sprintf("In the last %d days", f.Observed())
}

func times(n int) string {
	if n == 1 {
		return "once"
	}
	return number(n) + " times"
}

// mostCollisions is how many other triggers a forecast lists.
const mostCollisions = 10

// TopCollisions is the triggers that were in the way most often.
func (f foreseen) TopCollisions() []report.Collision {
	return f.Collisions[:min(len(f.Collisions), mostCollisions)]
}

// MoreCollisions is how many are not listed.
func (f foreseen) MoreCollisions() int { return max(0, len(f.Collisions)-mostCollisions) }

func sumOf(gates []report.GateCount) (n int) {
	for _, g := range gates {
		n += g.N
	}
	return n
}
