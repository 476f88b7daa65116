package trigger

import (
	"slices"
	"strconv"
	"time"

	"github.com/usercall/usercall/internal/research"
)

// Marshal writes the file in its canonical form: YAML with the keys in the
// order of the specification, defaults left out, comments lost. Parse reads it
// back as the same file, and writing that gives the same bytes.
func (f *File) Marshal() []byte {
	top := &node{kind: object}
	top.put("usercall", numberNode(Format))
	top.put("study", f.Study.node())
	top.put("interview", f.Interview.node())
	if f.GuideID != "" {
		top.put("guide", textNode(f.GuideID))
	} else if f.Guide != nil {
		top.put("guide", guideNode(f.Guide))
	}
	top.put("triggers", listOf(f.Triggers, func(t Spec) *node { return t.node() }))
	return emit(top)
}

// put adds an entry, unless there is nothing to say.
func (n *node) put(key string, v *node) {
	if v == nil {
		return
	}
	n.names = append(n.names, name{text: key})
	n.items = append(n.items, v)
}

func textNode(s string) *node { return &node{kind: text, text: s} }
func numberNode(i int) *node  { return &node{kind: number, text: strconv.Itoa(i)} }
func (l Literal) node() *node { return &node{kind: l.kind, text: l.text} }
func textUnless[T ~string](s, unless T) *node {
	if s == unless {
		return nil
	}
	return textNode(string(s))
}

func numberUnless0(i int) *node {
	if i == 0 {
		return nil
	}
	return numberNode(i)
}

func durationUnless(d, unless time.Duration) *node {
	if d == unless {
		return nil
	}
	if d == 0 {
		return numberNode(0)
	}
	return textNode(formatDuration(d))
}

// listOf is nil where there is nothing to list.
func listOf[T any](of []T, one func(T) *node) *node {
	if len(of) == 0 {
		return nil
	}
	out := &node{kind: list}
	for _, o := range of {
		out.items = append(out.items, one(o))
	}
	return out
}

// orNil is an object, unless nothing was put in.
func (n *node) orNil() *node {
	if len(n.items) == 0 {
		return nil
	}
	return n
}

func (s *StudySpec) node() *node {
	n := &node{kind: object}
	n.put("key", textNode(s.Key))
	n.put("name", textUnless(s.Name, ""))
	n.put("goal", textUnless(s.Goal, ""))
	n.put("context", textUnless(s.Context, ""))
	n.put("interviews", numberUnless0(s.Interviews))
	n.put("quotas", listOf(s.Quotas, QuotaSpec.node))
	return n
}

func (q QuotaSpec) node() *node {
	n := &node{kind: object}
	n.put("name", textNode(q.Name))
	if q.Where != nil {
		n.put("where", q.Where.node())
	}
	n.put("interviews", numberNode(q.Interviews))
	return n
}

func (s *InterviewSpec) node() *node {
	n := &node{kind: object}
	n.put("mode", textUnless(s.Mode, ModeChoice))
	n.put("minutes", numberUnless0(s.Minutes))
	if !slices.Equal(s.Languages, []string{"en"}) {
		n.put("languages", listOf(s.Languages, textNode))
	}
	n.put("patience", textUnless(s.Patience, Normal))
	n.put("voice", textUnless(s.Voice, ""))
	if !s.Record {
		n.put("record", Bool(false).node())
	}
	return n.orNil()
}

func guideNode(g *research.Guide) *node {
	n := &node{kind: object}
	n.put("id", textUnless(g.ID, ""))
	n.put("title", textUnless(g.Title, ""))
	n.put("goal", textUnless(g.Goal, ""))
	n.put("target_seconds", numberUnless0(g.TargetSeconds))
	n.put("max_seconds", numberUnless0(g.MaxSeconds))
	n.put("context", textUnless(g.Context, ""))
	n.put("questions", listOf(g.Questions, questionNode))
	n.put("last", textUnless(g.Last, ""))
	if len(g.Texts) > 0 {
		n.put("texts", byKey(g.Texts, func(in map[string]research.Wording) *node { return byKey(in, wordingNode) }))
	}
	return n
}

func questionNode(q research.Question) *node {
	n := &node{kind: object}
	n.put("id", textNode(q.ID))
	n.put("topic", textUnless(q.Topic, ""))
	if q.Must {
		n.put("must", Bool(true).node())
	}
	n.put("ask", textNode(q.Ask))
	n.put("again", textUnless(q.Again, ""))
	n.put("max_probes", numberUnless0(q.MaxProbes))
	return n
}

func wordingNode(w research.Wording) *node {
	n := &node{kind: object}
	n.put("ask", textNode(w.Ask))
	n.put("again", textUnless(w.Again, ""))
	return n
}

// byKey is a map as an object, its keys sorted.
func byKey[T any](of map[string]T, one func(T) *node) *node {
	n := &node{kind: object}
	for _, key := range sortedKeys(of) {
		n.put(key, one(of[key]))
	}
	return n
}
