package trigger

import (
	"regexp"

	"github.com/usercall/usercall/internal/research"
)

// Limits of a guide that is written out.
const (
	maxQuestions = 200
	maxAsk       = 500
	maxProbes    = 10
	maxSeconds   = maxMinutes * 60
)

var guideIDForm = regexp.MustCompile(`^[a-z0-9_-]{1,64}$`)

// guide reads the id of a guide, or a guide.
func (r *reader) guide(f field) (string, *research.Guide) {
	if f.kind == object {
		return "", r.writtenGuide(f)
	}
	return r.guideID(f), nil
}

func (r *reader) guideID(f field) string {
	if f.kind != text || !guideIDForm.MatchString(f.text) {
		r.wrong(f, "needs the id of a guide, or a map with questions, not %s", f.shown())
	}
	return f.node.text
}

func (r *reader) writtenGuide(f field) *research.Guide {
	g := &research.Guide{}
	in := r.fields(f, " in guide", guideKeys...)
	if v, ok := in["id"]; ok {
		g.ID = r.guideID(v)
	}
	for key, to := range map[string]*string{"title": &g.Title, "goal": &g.Goal, "context": &g.Context, "last": &g.Last} {
		if v, ok := in[key]; ok {
			*to = r.prose(v, maxGoal)
		}
	}
	for key, to := range map[string]*int{"target_seconds": &g.TargetSeconds, "max_seconds": &g.MaxSeconds} {
		if v, ok := in[key]; ok {
			*to = r.whole(v, 30, maxSeconds)
		}
	}
	if v, ok := r.required(f, in, "questions", " in guide"); ok {
		g.Questions = r.questions(v)
	}
	if v, ok := in["texts"]; ok {
		g.Texts = r.wordings(v, g.Questions)
	}
	return g
}

func (r *reader) questions(f field) (out []research.Question) {
	seen := map[string]bool{}
	r.each(f, maxQuestions, func(q field) {
		one := r.question(q)
		if one.ID != "" && seen[one.ID] {
			r.wrong(q, "two questions have the id %q", one.ID)
		}
		seen[one.ID] = true
		out = append(out, one)
	})
	if f.kind == list && len(f.items) == 0 {
		r.wrong(f, "is an empty list; a guide asks at least one question")
	}
	return out
}

func (r *reader) question(f field) (q research.Question) {
	place := " in " + f.called + " of the guide"
	in := r.fields(f, place, questionKeys...)
	if v, ok := r.required(f, in, "id", place); ok {
		q.ID = r.guideID(v)
	}
	if v, ok := in["topic"]; ok {
		q.Topic = r.oneLine(v, maxName)
	}
	if v, ok := in["must"]; ok {
		q.Must = r.truth(v)
	}
	if v, ok := r.required(f, in, "ask", place); ok {
		q.Ask = r.prose(v, maxAsk)
	}
	if v, ok := in["again"]; ok {
		q.Again = r.prose(v, maxAsk)
	}
	if v, ok := in["max_probes"]; ok {
		q.MaxProbes = r.whole(v, 0, maxProbes)
	}
	return q
}

// wordings reads the questions in other languages: language, id, wording.
func (r *reader) wordings(f field, questions []research.Question) map[string]map[string]research.Wording {
	ids := make([]string, len(questions))
	for i, q := range questions {
		ids[i] = q.ID
	}
	out := map[string]map[string]research.Wording{}
	for lang, v := range r.languages(f) {
		out[lang] = map[string]research.Wording{}
		place := " in " + v.called
		for id, w := range r.fields(v, place, ids...) {
			out[lang][id] = r.wording(w)
		}
	}
	return out
}

// languages is the entries of a map by language.
func (r *reader) languages(f field) map[string]field {
	if f.kind != object || len(f.items) == 0 {
		r.wrong(f, "needs a map by language")
		return nil
	}
	out := map[string]field{}
	for i, n := range f.names {
		v := field{f.items[i], f.below(n.text), f.called + "." + n.text, f.place}
		if _, twice := out[n.text]; twice || !languageForm.MatchString(n.text) {
			r.problem(n.line, v.key, "%s: %s is no language, or stands twice", f.called, quoted(n.text))
		}
		out[n.text] = v
	}
	return out
}

func (r *reader) wording(f field) (w research.Wording) {
	place := " in " + f.key
	in := r.fields(f, place, wordingKeys...)
	if v, ok := r.required(f, in, "ask", place); ok {
		w.Ask = r.prose(v, maxAsk)
	}
	if v, ok := in["again"]; ok {
		w.Again = r.prose(v, maxAsk)
	}
	return w
}
