package interview

import (
	"cmp"
	"fmt"
	"slices"
	"time"

	"github.com/usercall/usercall/internal/research"
)

// languagesSpoken are those that the moderator has words for.
var languagesSpoken = []string{"en"}

// Preview is what the person would agree to: the setup that [Room.Consent] would
// start with, but for their own choice. It has no id yet, and Recorded says that
// they may be asked for the sound.
func (r *Room) Preview(o *Offer, wanted []string) (Setup, error) {
	if o.Interview != nil {
		return o.Interview.Setup, nil
	}
	plan, err := r.Plan(o.Study.File)
	if err != nil {
		return Setup{}, fmt.Errorf("read the study of an invite: %w", err)
	}
	now, guide := r.Now(), plan.guide(o.Event.Name)
	return Setup{
		Guide:        guide,
		Mode:         modeOf(plan.Mode, r.Voice),
		Offers:       cmp.Or(plan.Mode, "text"),
		Voice:        plan.Voice,
		Patience:     cmp.Or(plan.Patience, "normal"),
		Recorded:     plan.Record && r.Voice && r.Recordings,
		Language:     plan.language(wanted),
		Product:      o.Project.Name,
		LimitSeconds: plan.limit(guide),
		Buttons:      true,
		Slots:        Slots(guide, o.Project.Name, o.Event.Name, o.Event.Properties, o.Event.Timestamp, now),
	}, nil
}

// modeOf is how an interview is held where nobody has chosen.
func modeOf(offers string, voice bool) string {
	if offers == "voice" && voice {
		return "voice"
	}
	return "text"
}

// guide is the one written out, else the one named, else the one that fits the
// event.
func (p Plan) guide(event string) research.Guide {
	if p.Guide != nil {
		return *p.Guide
	}
	if g, ok := GuideByID(p.GuideID); ok {
		return g
	}
	return GuideForEvent(event)
}

// language is the first of the wanted ones that the study offers and the
// moderator speaks, else the study's first.
func (p Plan) language(wanted []string) string {
	offered := slices.DeleteFunc(slices.Clone(p.Languages), func(l string) bool { return !slices.Contains(languagesSpoken, l) })
	for _, w := range wanted {
		if slices.Contains(offered, w) {
			return w
		}
	}
	if len(offered) > 0 {
		return offered[0]
	}
	return languagesSpoken[0]
}

func (p Plan) limit(g research.Guide) int {
	if p.Minutes > 0 {
		return p.Minutes * 60
	}
	return g.MaxSeconds
}

// limit is the hard end that the Conductor keeps to, as a duration.
func (r *Record) limit() time.Duration { return time.Duration(r.Setup.limit()) * time.Second }
