package report

import (
	"fmt"
	"time"

	"github.com/usercall/usercall/internal/research"
)

// Need is one thing that wants somebody's attention: what is the case, and
// where one does something about it.
type Need struct {
	Words string
	Do    string // what the link says
	Where string // what it is about: "origins", "voice", "triggers", "report" or "events"
	ID    string // of the study, or of the trigger for "events"
}

// Quiet is how long an active trigger may decide nothing before that is news.
const Quiet = 3 * 24 * time.Hour

// maxNeeds keeps the first page readable; the list is in order of weight.
const maxNeeds = 5

// Needs finds what wants attention, the gravest first.
func Needs(p *research.Project, studies []StudyLine, firing []Firing, now time.Time) []Need {
	var all []Need
	if len(p.Origins) == 0 && !p.Open {
		all = append(all, Need{"No site may ask yet: the list of origins is empty, so every browser is refused.", "Add your site", "origins", ""})
	}
	all = append(all, silent(firing, now)...)
	for _, s := range studies {
		all = append(all, ofStudy(s)...)
	}
	return all[:min(len(all), maxNeeds)]
}

func silent(firing []Firing, now time.Time) (all []Need) {
	for _, f := range firing {
		last := f.Last
		if last.Before(f.Since) {
			last = f.Since
		}
		if !f.Active || now.Sub(last) < Quiet {
			continue
		}
		days := int(now.Sub(last) / (24 * time.Hour))
		words := fmt.Sprintf("“%s” has not fired in %d days. Was its event renamed?", f.TriggerName, days)
		if f.Last.IsZero() {
			words = fmt.Sprintf("“%s” was made %d days ago and has never fired. Does its event arrive under that name?", f.TriggerName, days)
		}
		all = append(all, Need{words, "See the events", "events", f.Trigger})
	}
	return all
}

func ofStudy(s StudyLine) []Need {
	switch {
	case s.State == research.StudyClosed && s.Target > 0 && s.Completed >= s.Target:
		return []Need{{fmt.Sprintf("“%s” has its %d interviews and asks nobody any more.", s.Name, s.Completed), "Read the report", "report", s.ID}}
	case s.State == research.StudyOpen && s.Triggers > 0 && s.Active == 0:
		return []Need{{fmt.Sprintf("“%s” asks nobody: its triggers are paused.", s.Name), "Activate one", "triggers", s.ID}}
	}
	return nil
}
