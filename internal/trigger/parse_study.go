package trigger

import (
	"fmt"
	"regexp"
	"slices"

	"github.com/usercall/usercall/internal/research"
)

// Limits of what a study may say, in characters where not said otherwise.
const (
	maxName     = 200
	maxGoal     = 2000
	maxContext  = 4000
	maxTarget   = 100_000 // interviews
	maxQuotas   = 50
	maxTriggers = 100
	maxMinutes  = 15
)

func (r *reader) file(root *node) *File {
	f := &File{Interview: DefaultInterview()}
	top := field{node: root, called: "the file"}
	in := r.fields(top, "", fileKeys...)
	if v, ok := r.required(top, in, "usercall", ""); ok {
		f.Usercall = r.version(v)
	}
	if v, ok := r.required(top, in, "study", ""); ok {
		f.Study = r.study(v)
	}
	if v, ok := in["interview"]; ok {
		r.interview(v, &f.Interview)
	}
	if v, ok := in["guide"]; ok {
		f.GuideID, f.Guide = r.guide(v)
	}
	if v, ok := in["triggers"]; ok {
		r.each(v, maxTriggers, func(t field) { f.Triggers = append(f.Triggers, r.trigger(t)) })
		r.uniqueKeys(v, f.Triggers)
	}
	return f
}

func (r *reader) version(f field) int {
	if f.kind != number || f.node.text != "1" {
		r.wrong(f, "this program reads version 1 of the format, not %s", f.shown())
	}
	return Format
}

func (r *reader) uniqueKeys(f field, triggers []Spec) {
	seen := map[string]bool{}
	for i, t := range triggers {
		if t.Key != "" && seen[t.Key] {
			r.problem(t.line("key"), fmt.Sprintf("%s[%d].key", f.key, i), "two triggers have the key %q", t.Key)
		}
		seen[t.Key] = true
	}
}

func (r *reader) study(f field) StudySpec {
	const place = " in study"
	var s StudySpec
	in := r.fields(f, place, studyKeys...)
	if v, ok := r.required(f, in, "key", place); ok {
		s.Key = r.identifier(v)
	}
	if v, ok := in["name"]; ok {
		s.Name = r.oneLine(v, maxName)
	}
	if v, ok := in["goal"]; ok {
		s.Goal = r.prose(v, maxGoal)
	}
	if v, ok := in["context"]; ok {
		s.Context = r.prose(v, maxContext)
	}
	if v, ok := in["interviews"]; ok {
		s.Interviews = r.whole(v, 1, maxTarget)
	}
	if v, ok := in["quotas"]; ok {
		s.Quotas = r.quotas(v)
	}
	return s
}

func (r *reader) quotas(f field) (out []QuotaSpec) {
	r.each(f, maxQuotas, func(q field) {
		one := r.quota(q)
		if slices.ContainsFunc(out, func(o QuotaSpec) bool { return o.Name == one.Name && one.Name != "" }) {
			r.wrong(q, "two quotas have the name %s", quoted(one.Name))
		}
		out = append(out, one)
	})
	return out
}

func (r *reader) quota(f field) (q QuotaSpec) {
	place := " in " + f.called
	in := r.fields(f, place, quotaKeys...)
	if v, ok := r.required(f, in, "name", place); ok {
		q.Name = r.oneLine(v, 64)
	}
	if v, ok := r.required(f, in, "where", place); ok {
		q.Where = r.condition(v, WhoRoots)
	}
	if v, ok := r.required(f, in, "interviews", place); ok {
		q.Interviews = r.whole(v, 1, maxTarget)
	}
	return q
}

func (r *reader) interview(f field, s *InterviewSpec) {
	in := r.fields(f, " in interview", interviewKeys...)
	if v, ok := in["mode"]; ok {
		s.Mode = choice(r, v, ModeVoice, ModeText, ModeChoice)
	}
	if v, ok := in["minutes"]; ok {
		s.Minutes = r.whole(v, 1, maxMinutes)
	}
	if v, ok := in["languages"]; ok {
		s.Languages = nil
		r.each(v, 50, func(l field) { s.Languages = append(s.Languages, r.language(l)) })
		r.distinct(v, s.Languages)
	}
	if v, ok := in["patience"]; ok {
		s.Patience = choice(r, v, Quick, Normal, Patient)
	}
	if v, ok := in["voice"]; ok {
		s.Voice = r.oneLine(v, maxVoice)
	}
	if v, ok := in["record"]; ok {
		s.Record = r.truth(v)
	}
}

// maxVoice is the longest name of a voice, in characters.
const maxVoice = 100

// DefaultInterview is how interviews are held of which a file says nothing.
func DefaultInterview() InterviewSpec {
	return InterviewSpec{Mode: ModeChoice, Languages: []string{"en"}, Patience: Normal, Record: true}
}

// distinct reports a list that is empty or names something twice.
func (r *reader) distinct(f field, words []string) {
	if f.kind == list && len(words) == 0 {
		r.wrong(f, "is an empty list; leave it out instead")
	}
	seen := map[string]bool{}
	for _, w := range words {
		if w != "" && seen[w] {
			r.wrong(f, "%s stands twice", quoted(w))
			return
		}
		seen[w] = true
	}
}

var languageForm = regexp.MustCompile(`^[a-z]{2,3}(-[A-Za-z0-9]{2,8}){0,3}$`)

func (r *reader) language(f field) string {
	if f.kind != text || !languageForm.MatchString(f.text) {
		r.wrong(f, "%s is no language; write en, de or pt-BR", f.shown())
	}
	return f.node.text
}

// localized reads a text, or a map of texts by language.
func (r *reader) localized(f field, read func(field, int) string, most int) research.Text {
	if f.kind != object {
		return research.Text{"": read(f, most)}
	}
	if len(f.items) == 0 {
		r.wrong(f, "is an empty map; leave it out instead")
	}
	out := research.Text{}
	for i, n := range f.names {
		v := field{f.items[i], f.below(n.text), f.called + "." + n.text, f.place}
		if !languageForm.MatchString(n.text) {
			r.problem(n.line, v.key, "%s%s: %s is no language; write en, de or pt-BR", f.called, f.place, quoted(n.text))
			continue
		}
		if _, twice := out[n.text]; twice {
			r.problem(n.line, v.key, "%s%s: %s stands twice", f.called, f.place, quoted(n.text))
		}
		out[n.text] = read(v, most)
	}
	return out
}
