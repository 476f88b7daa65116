package builder

import (
	"net/url"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/usercall/usercall/internal/trigger"
)

// A field that the language gets has to get into the form: what the form does not
// know, saving would drop.
func TestTheFormKnowsEveryField(t *testing.T) {
	for _, c := range []struct {
		of    any
		known string
	}{
		{trigger.Spec{}, "Key Name On Then Absent Did DidNot Who People Delay Sample Cooldown PerDay Total Priority Expires Page Invite"},
		{trigger.MatchSpec{}, "Events Type Where Sources Times Within For"},
		{trigger.Term{}, "Join Path Tests Of"}, {trigger.Test{}, "Op Operands"},
		{trigger.PageSpec{}, "URL Dwell"}, {trigger.PartTest{}, "Part Tests"},
		{trigger.InviteSpec{}, "Title Body Accept Decline Delivery"},
	} {
		var have []string
		for i := range reflect.TypeOf(c.of).NumField() {
			if f := reflect.TypeOf(c.of).Field(i); f.IsExported() {
				have = append(have, f.Name)
			}
		}
		if got := strings.Join(have, " "); got != c.known {
			t.Errorf("%T has the fields\n%s\nand the form knows\n%s\nPut a new one into Form, its walk, Of and write, and into the page.", c.of, got, c.known)
		}
	}
}

func TestWhatIsTyped(t *testing.T) {
	for typed, want := range map[string]string{"7 days": "7d", "1 day 12 hours": "1d12h", "1 day and 12 hours": "1d12h", "2W": "2w", "90 min": "90m", "10 secs": "10s", "none": "0", "Never": "0",
		"0": "0", "": "", "7": "7", "3 fortnights": "3 fortnights", "days 7": "days 7", "1d12h": "1d12h", " 30 days ": "30d", "1 hour, 5 minutes": "1h5m"} {
		if got := inUnits(typed); got != want {
			t.Errorf("a length of %q is %q, want %q", typed, got, want)
		}
	}
	for typed, want := range map[string]string{"25": "25%", "25 %": "25%", "0.5": "0.5%", "": "", "a lot": "alot"} {
		if got := share(typed); got != want {
			t.Errorf("a share of %q is %q, want %q", typed, got, want)
		}
	}
	for _, c := range []struct {
		line Term
		want string // of who, or what is wrong
	}{
		{Term{Path: "plan", Value: "pro"}, `{"traits.plan":"pro"}`}, {Term{Path: "seats", Op: "gte", Value: "5"}, `{"traits.seats":{"gte":5}}`},
		{Term{Path: "seats", Value: "5", Kind: Text}, `{"traits.seats":"5"}`}, {Term{Path: "beta", Value: "true"}, `{"traits.beta":true}`},
		{Term{Path: "beta", Value: "yes"}, `{"traits.beta":"yes"}`}, {Term{Path: "beta", Value: "Yes", Kind: YesNo}, `{"traits.beta":true}`},
		{Term{Path: "email", Op: "starts_with", Value: "5"}, `{"email":{"starts_with":"5"}}`}, {Term{Path: "plan", Op: "in", Value: "a, b ,,5"}, `{"traits.plan":{"in":["a","b",5]}}`},
		{Term{Path: "plan", Op: "in", Value: `["a, b", 5]`, Kind: JSON}, `{"traits.plan":{"in":["a, b",5]}}`}, {Term{Path: "plan", Op: Unknown, Value: "x"}, `{"traits.plan":{"exists":false}}`},
		{Term{Path: "seats", Value: "05", Kind: Number}, "This is no number"}, {Term{Path: "seats", Value: "maybe", Kind: YesNo}, "neither yes nor no"}, {Term{Path: "a", Value: "{", Kind: JSON}, "no JSON"},
		{Term{Value: "x"}, "Which value is looked at?"}, {Term{Join: "any", Of: []Group{{[]Term{{}}}}}, "This condition is empty"}, {Term{}, ""},
	} {
		w := (&Form{}).write()
		got := string(w.condition("who", "who", []Term{c.line}, "traits"))
		for _, words := range w.wrong {
			got = strings.Join(words, " ")
		}
		if got != c.want && (c.want == "" || !strings.Contains(got, c.want)) {
			t.Errorf("%+v is %s, want %s", c.line, got, c.want)
		}
	}
}

// Lines about one path are one entry, wherever they stand.
func TestLinesAboutOnePath(t *testing.T) {
	f := New()
	f.Key, f.On.Events = "k", []string{"e"}
	f.Who = []Term{{Path: "seats", Op: "gte", Value: "1"}, {Path: "plan", Value: "pro"}, {Path: "traits.seats", Op: "lt", Value: "5"}}
	c := f.Check()
	if c.Spec == nil || len(c.Spec.Who.Terms) != 2 || len(c.Spec.Who.Terms[0].Tests) != 2 {
		t.Fatalf("%+v", c)
	}
	f.Who = append(f.Who, Term{Path: "seats", Op: "lt", Value: "9"})
	if c := f.Check(); c.Spec != nil || !strings.Contains(strings.Join(c.Wrong["who.3.value"], "")+strings.Join(c.Wrong["who.2.value"], ""), "stands twice") {
		t.Errorf("the same test twice: %+v", c.Wrong)
	}
}

func TestStepsChangePlaces(t *testing.T) {
	for do, want := range map[string]string{"up:then.1": "on b a c", "down:then.0": "on b a c", "down:then.1": "on a c b", "down:then.2": "on a b c", "up:then.9": "on a b c",
		"up:then.-1": "on a b c", "down:then.-2": "on a b c", "up:then": "on a b c", "up:then.x": "on a b c", "up:": "on a b c", "down:did.0": "on a b c", "down:did.-1": "on a b c",
		"drop:then.-1": "on a b c", "up:then.99999999999999999999": "on a b c"} {
		f := New()
		f.On.Events = []string{"on"}
		for _, name := range []string{"a", "b", "c"} {
			f.Then = append(f.Then, Match{Events: []string{name}, Within: name + "d"})
		}
		if added := f.Do(ParseAction(do)); added != "" {
			t.Errorf("%s added %q", do, added)
		}
		got := f.On.Events[0]
		for _, m := range f.Then {
			got += " " + m.Events[0]
			if m.Within != m.Events[0]+"d" {
				t.Errorf("%s: %s within %s", do, m.Events[0], m.Within)
			}
		}
		if got != want {
			t.Errorf("%s: %q, want %s", do, got, want)
		}
	}
}

// What begins a trigger changes places with the next step: how soon one follows the
// other stays between them, and what is counted does not move.
func TestAnotherStepBeginsTheTrigger(t *testing.T) {
	for _, do := range []string{"up:then.0", "down:then.-1"} {
		for times, moves := range map[string]bool{"": true, "1": true, " ": true, "2": false, "many": false} {
			f := New()
			f.On = Match{Events: []string{"a", "A"}, Type: "page", Times: times, Where: []Term{{Path: "plan", Value: "pro"}}, Sources: []string{"server"}}
			f.Then = []Match{{Events: []string{"b"}, Type: "screen", Within: "1h"}, {Events: []string{"c"}, Within: "2h"}}
			want := New()
			want.On = Match{Events: []string{"b"}, Type: "screen", Times: times}
			want.Then = []Match{{Events: []string{"a", "A"}, Type: "page", Where: f.On.Where, Sources: f.On.Sources, Within: "1h"}, f.Then[1]}
			if !moves {
				*want = *f
				want.Then = slices.Clone(f.Then)
			}
			field, why := f.Stays(ParseAction(do))
			f.Do(ParseAction(do))
			if (why == "") != moves || (field == "on.times") == moves || !reflect.DeepEqual(f, want) {
				t.Errorf("%s, %q times: %q %q\n%+v", do, times, field, why, f)
			}
		}
	}
	alone := New()
	alone.On = Match{Events: []string{"a"}, Times: "2"}
	if _, why := alone.Stays(ParseAction("down:then.-1")); why != "" {
		t.Errorf("there is no step to change places with: %s", why)
	}
	if alone.Do(ParseAction("down:then.-1")); alone.On.Events[0] != "a" {
		t.Errorf("%+v", alone)
	}
}

// FuzzForm: nothing that a browser could send makes it panic or run away, and what
// it accepts it gives back.
func FuzzForm(f *testing.F) {
	f.Add("key=k&on.event.n=1&on.event.0=e&people=identified&who.n=1&who.0.join=any&who.0.n=2&who.0.0.n=1&who.0.0.0.path=traits.a&who.0.0.0.value=1", "add:who.0")
	f.Add("key=k&on.event.n=1&on.event.0=e&then.n=2&then.0.event.n=1&then.0.event.0=a&then.1.event.n=1&then.1.event.0=b", "up:then.1")
	f.Add("key=k&on.event.n=1&on.event.0=e&on.times=2&then.n=1&then.0.event.n=1&then.0.event.0=a", "up:then.0")
	f.Add("then.n=99999&absent.n=-1&who.n=2&who.0.join=not&who.1.join=no", "drop:then.0")
	f.Add("key=k&on.event.n=2&on.event.0=a&on.event.1=b&on.source=server&name=%5Cu202e&name~=1&invite.texts.n=2&invite.texts.0.title=x&invite.texts.1.language=de&invite.texts.1.title=y&page.url.n=1&page.url.0.path=host&page.url.0.value=x", "any:on.where")
	f.Fuzz(func(t *testing.T, sent, do string) {
		values, err := url.ParseQuery(sent)
		if err != nil {
			return
		}
		form, err := Read(values)
		if err != nil {
			return
		}
		form.Do(ParseAction(do))
		form.Pad()
		first := form.Check()
		if first.Spec == nil {
			if len(first.Wrong) == 0 {
				t.Fatal("refused, and nobody says why")
			}
			return
		}
		back, err := Read(Of(first.Spec).Values())
		if err != nil {
			t.Fatal(err)
		}
		second := back.Check()
		if second.Spec == nil || yaml(*second.Spec) != yaml(*first.Spec) {
			t.Fatalf("%q\n%s", second.Wrong, yaml(*first.Spec))
		}
	})
}

func yaml(t trigger.Spec) string {
	f := trigger.File{Usercall: trigger.Format, Study: trigger.StudySpec{Key: "s"}, Triggers: []trigger.Spec{t}}
	return string(f.Marshal())
}
