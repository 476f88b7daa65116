package web

import (
	"fmt"

	"github.com/usercall/usercall/internal/research"
	"github.com/usercall/usercall/internal/trigger"
)

// What saving does to people who are in the middle of an active trigger.
const (
	goesOn = "What people have done so far goes on counting, since at most texts and limits change."
	begins = "Saving begins its version %d: steps, counts and waits that people are in the middle of are dropped and begin anew."
)

// effects says what another file of a study does to its triggers, those that nothing
// happens to left out. A file that cannot be read does nothing.
func effects(s *research.Study, next []byte) (all []string) {
	was, err := trigger.Parse(s.File)
	if err != nil {
		return nil
	}
	will, err := trigger.Parse(next)
	if err != nil {
		return nil
	}
	before, after := byKey(was), byKey(will)
	for _, t := range s.Triggers {
		old, now := before[t.Key], after[t.Key]
		switch {
		case now == nil:
			all = append(all, fmt.Sprintf("%q is deleted. Its interviews stay, and an earlier version of the study brings it back.", t.Name))
		case old == nil || !alive(&t) || yamlOf(*old) == yamlOf(*now):
		case old.Fingerprint() == now.Fingerprint():
			all = append(all, fmt.Sprintf("%q %s%s", t.Name, stands(&t), goesOn))
		default:
			all = append(all, fmt.Sprintf("%q %s%s", t.Name, stands(&t), fmt.Sprintf(begins, t.Version+1)))
		}
	}
	for i := range will.Triggers {
		if t := &will.Triggers[i]; before[t.Key] == nil {
			all = append(all, fmt.Sprintf("%q is new. It begins paused, and asks nobody before you activate it.", orKey(t)))
		}
	}
	return all
}

// alive tells whether a trigger looks at events at all.
func alive(t *research.Trigger) bool { return t.Active || t.Testing }

func stands(t *research.Trigger) string {
	if t.Testing {
		return "is in test mode. "
	}
	return "is active. "
}

func orKey(t *trigger.Spec) string {
	if t.Name == "" {
		return t.Key
	}
	return t.Name
}

func byKey(f *trigger.File) map[string]*trigger.Spec {
	all := map[string]*trigger.Spec{}
	for i := range f.Triggers {
		all[f.Triggers[i].Key] = &f.Triggers[i]
	}
	return all
}
