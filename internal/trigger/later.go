package trigger

import "fmt"

// Check refuses what the format knows and this version cannot do yet: a trigger
// that ignored a part of its file would invite the wrong people. Its error is a
// *FileError.
func (f *File) Check() error {
	r := &reader{}
	for i := range f.Triggers {
		f.Triggers[i].check(r, fmt.Sprintf("triggers[%d]", i))
	}
	if len(r.problems) > 0 {
		return r.err()
	}
	return nil
}

func (t *Spec) check(r *reader, at string) {
	for _, later := range []struct {
		used               bool
		key, does, instead string
	}{
		{len(t.Then) > 0, "then", "a sequence of events", ownEvent},
		{t.Absent != nil, "absent", "waiting for an event that does not come", ownEvent},
		{len(t.Did) > 0, "did", "looking back at what somebody did", "use a trait in who"},
		{len(t.DidNot) > 0, "did_not", "looking back at what somebody did not do", "use a trait in who"},
		{t.Delay > 0, "delay", "deciding later", "send the event later"},
		{t.On.Times > 1, "on.times", "counting events", ownEvent},
		{t.On.Within > 0, "on.within", "counting events", ownEvent},
		{t.Invite.Delivery != Card && t.Invite.Delivery != "", "invite.delivery", fmt.Sprintf("delivery %q", string(t.Invite.Delivery)), "use card"},
	} {
		if later.used {
			r.problem(t.line(later.key), at+"."+later.key, "%s in trigger %q is not possible yet: this version does not know %s; until then, %s",
				later.key, t.Key, later.does, later.instead)
		}
	}
}

const ownEvent = "send an event of your own when it has happened"
