package participant

import (
	"bytes"
	"embed"
	"html/template"
	"net/http"
	"strconv"
	"strings"

	"github.com/usercall/usercall/internal/interview"
	"github.com/usercall/usercall/internal/research"
)

//go:embed templates/*.html
var templateFiles embed.FS

var templates = template.Must(template.ParseFS(templateFiles, "templates/*.html"))

// view is what the page says. Which part of it stands there follows from
// Standing; the script takes the other parts from <template> elements.
type view struct {
	Standing   interview.Standing
	Script     string
	Style      string
	Team       string // who asks
	Disclosure string
	Keep       string // how long answers are kept, as the end of a sentence
	Ending     ending
	Help       string // what the moderator said last to somebody in distress
	spoken
	tape
}

// ending is how the page says goodbye.
type ending struct{ Title, Text string }

func (s *Surface) page(w http.ResponseWriter, r *http.Request) {
	offer, err := s.Room.Find(r.Context(), r.PathValue("token"))
	if err != nil {
		s.unfound(w, err)
		return
	}
	v := view{Standing: offer.Standing(s.now()), Team: offer.Project.Name, Keep: s.keep(offer.Project.Name)}
	if v.Standing == interview.Gone {
		s.render(w, http.StatusGone, &offer.Project, v)
		return
	}
	setup, err := s.Room.Preview(offer, languages(r))
	if err != nil {
		s.unfound(w, err)
		return
	}
	v.Disclosure = interview.Disclosure(setup)
	v.Ending, v.Help = farewell(offer)
	if v.spoken, err = s.spoken(r.Context(), offer, setup); err != nil {
		s.unfound(w, err)
		return
	}
	if v.tape, err = s.tape(r, offer, v.Standing, v.Recordable); err != nil {
		s.unfound(w, err)
		return
	}
	s.render(w, http.StatusOK, &offer.Project, v)
}

// unfound answers for a link that leads nowhere. Unknown, foreign and malformed
// tokens look the same, to the byte.
func (s *Surface) unfound(w http.ResponseWriter, err error) {
	if research.CodeOf(err) == research.NotFound {
		s.render(w, http.StatusNotFound, nil, view{Standing: "unknown"})
		return
	}
	s.explain(err)
	s.render(w, http.StatusServiceUnavailable, nil, view{Standing: "trouble"})
}

func (s *Surface) render(w http.ResponseWriter, status int, p *research.Project, v view) {
	v.Script, v.Style = s.Asset("interview.js"), s.Asset("interview.css")
	var page bytes.Buffer
	if err := templates.ExecuteTemplate(&page, "page.html", v); err != nil {
		s.Log.Error("rendering the participant's page failed", "error", err)
		http.Error(w, "This page could not be made. Nothing was lost.", http.StatusInternalServerError)
		return
	}
	s.guardPage(w, p, v.Speaks(), v.Drop != "")
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.WriteHeader(status)
	_, _ = page.WriteTo(w) // a reader that is gone needs none
}

func (s *Surface) keep(team string) string {
	switch s.KeepDays {
	case 0:
		return "until the " + team + " team deletes it"
	case 1:
		return "one day"
	}
	return strconv.Itoa(s.KeepDays) + " days"
}

// farewell fits the way an interview ended. Whoever was in distress keeps the
// words that say where help is.
func farewell(o *interview.Offer) (ending, string) {
	team := o.Project.Name
	i := o.Interview
	switch {
	case i == nil || i.Reason == "" || i.Reason == "complete" || i.Reason == "time":
		return endings(team)["complete"], ""
	case i.Reason == "distress":
		return endings(team)["distress"], lastLine(i)
	}
	if e, ok := endings(team)[i.Reason]; ok {
		return e, ""
	}
	return endings(team)["stop"], ""
}

func lastLine(r *interview.Record) string {
	for n := len(r.Turns) - 1; n >= 0; n-- {
		if r.Turns[n].Speaker == research.Interviewer {
			return r.Turns[n].Text
		}
	}
	return ""
}

// Endings is every way to say goodbye, by the reason on the wire.
func (v view) Endings() map[string]ending { return endings(v.Team) }

func endings(team string) map[string]ending {
	kept := "What you said until then went to the " + team + " team."
	return map[string]ending{
		"complete":   {"Thank you.", "Your words went to the " + team + " team."},
		"stop":       {"Thank you.", "We stopped here. " + kept},
		"no_consent": {"That is fine.", "Nothing was asked and nothing was kept. You can close this page."},
		"distress":   {"Take care.", "We stopped here. You can close this page at any time."},
		"minor":      {"Thank you for telling us.", "This interview is for adults only. What you said was deleted."},
		"silence":    {"This interview is closed.", kept},
	}
}

// languages are those that the browser asks for, best first, without regions.
// Browsers send them in order, so the weights say nothing new.
func languages(r *http.Request) (all []string) {
	for _, part := range strings.Split(r.Header.Get("Accept-Language"), ",") {
		tag, _, _ := strings.Cut(strings.TrimSpace(part), ";")
		base, _, _ := strings.Cut(tag, "-")
		if base != "" && len(all) < 10 {
			all = append(all, strings.ToLower(base))
		}
	}
	return all
}
