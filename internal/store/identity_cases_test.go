package store_test

import (
	"errors"
	"fmt"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/usercall/usercall/internal/research"
	"github.com/usercall/usercall/internal/store/storetest"
	"github.com/usercall/usercall/internal/trigger"
)

// saying is one event of a case, as "user browser", with more behind it:
// "late=N" puts it N seconds and a half back, "alias=ID" makes it an alias, "signed" signs it,
// "verified" proves its userId. A dash is none.
func (w *nodes) saying(text string) research.Event {
	words := strings.Fields(text)
	for i := range 2 {
		words[i] = strings.TrimPrefix(words[i], "-")
	}
	e := w.next(research.Track, words[0], words[1])
	for _, word := range words[2:] {
		name, value, _ := strings.Cut(word, "=")
		switch name {
		case "late":
			var n int
			fmt.Sscan(value, &n)
			e.Timestamp = e.Timestamp.Add(-time.Duration(n)*time.Second - 500*time.Millisecond)
		case "alias":
			e.Type, e.Name, e.PreviousID = research.Alias, "", value
		case "signed":
			e.Signed, e.Verified = true, true
		case "verified":
			e.Verified = true
		}
	}
	return e
}

// identityCases say who has which events in the end; events are numbered from 1
// in the order of receipt, and listed in the order of their times.
var identityCases = []struct {
	name   string
	events []string
	want   string
}{
	{"an identify that comes late folds", []string{"- b", "- b", "ann b late=1"}, "u:ann=132"},
	{"anonymous events before the first link fold in", []string{"- b", "- b", "ann b", "- b"}, "u:ann=1234"},
	{"two users on one machine never mix", []string{"ann b", "- b", "bob b", "- b", "ann -", "- b"}, "u:ann=125 u:bob=346"},
	{"a second link moves later events only", []string{"- b", "ann b", "- b", "bob b", "- b", "ann b", "- b"}, "u:ann=12367 u:bob=45"},
	{"an alias of an anonymousId folds it", []string{"- b", "ann - alias=b", "- b"}, "u:ann=123"},
	{"an alias of an anonymousId that led elsewhere moves later events", []string{"ann b", "- b", "bob - alias=b", "- b", "ann b", "- b"}, "u:ann=1256 u:bob=34"},
	{"a signed alias folds a userId", []string{"old -", "ann - alias=old signed", "old -"}, "u:ann=123"},
	{"an unsigned alias of a userId does nothing", []string{"old -", "eve - alias=old", "old -"}, "u:eve=2 u:old=13"},
	{"a proved userId does not make an alias count", []string{"old -", "eve - alias=old verified", "old -"}, "u:eve=2 u:old=13"},
	{"an alias folds a browser of that string too", []string{"- same", "same -", "ann - alias=same signed", "- same", "same -"}, "u:ann=12345"},
	{"a user and a browser of one string are two", []string{"- same", "same -", "ann - alias=same", "- same", "same -"}, "u:ann=134 u:same=25"},
	{"an alias of oneself does nothing", []string{"ann -", "ann - alias=ann signed", "ann -"}, "u:ann=123"},
	{"a circle does nothing", []string{"a -", "b - alias=a signed", "a - alias=b signed", "b -", "a -"}, "u:b=12345"},
	{"a long circle does nothing", []string{"b - alias=a signed", "c - alias=b signed", "a - alias=c signed", "b -"}, "u:c=1234"},
	{"a chain leads to its end", []string{"a -", "b -", "b - alias=a signed", "c - alias=b signed", "a -", "b -", "c -"}, "u:c=1234567"},
	{"what led to an alias leads on", []string{"a x", "- x", "b - alias=a signed", "- x", "c - alias=b signed", "- x"}, "u:c=123456"},
	{"a second alias moves later events only", []string{"x -", "ann - alias=x signed", "x -", "bob - alias=x signed", "x -"}, "u:ann=123 u:bob=45"},
	{"a link that only the log knows", []string{"ann b", "ann b", "- b"}, "u:ann=123"},
	{"a late event of the other user leaves the link", []string{"ann b", "- b", "bob b", "ann b late=1", "- b", "bob b", "- b"}, "u:ann=124 u:bob=3567"},
	{"the next event after a late one moves the link", []string{"- b", "ann b", "bob b late=5", "bob b", "- b"}, "u:ann=12 u:bob=345"},
	{"a late anonymous event stays with whom the browser was", []string{"ann b", "- b", "bob b", "- b late=2", "- b"}, "u:ann=142 u:bob=35"},
	{"nobody joins two browsers of different people", []string{"- b", "- c", "ann b", "bob c", "- b", "- c"}, "u:ann=135 u:bob=246"},
	{"a browser of nobody stays one", []string{"- b", "- c", "ann c", "- b"}, "a:b=14 u:ann=23"},
	{"people who only sent tracks are known", []string{"ann -", "bob -", "ann -"}, "u:ann=13 u:bob=2"},
}

func TestWhoIsWhoByName(t *testing.T) {
	storetest.EachTarget(t, func(t *testing.T, target string) {
		all := false
		w := newNodes(t, target, 1, func(*research.Event) bool { return all })
		for _, how := range []string{"one by one", "at once", "evaluated in the end"} {
			all = how == "at once"
			for _, c := range identityCases {
				w.project, w.sent = project(t, w.db[0], fmt.Sprint(how, c.name)), 0
				w.play(how, c.events)
				if diff := cmp.Diff(c.want, w.short()); diff != "" {
					t.Errorf("%s, %s: %s", c.name, how, diff)
				}
			}
		}
	})
}

// play sends the events of a case.
func (w *nodes) play(how string, events []string) {
	w.t.Helper()
	var all []research.Event
	for _, text := range events {
		all = append(all, w.saying(text))
	}
	if how == "at once" {
		w.append(0, all...)
	}
	for i := range all {
		if how != "at once" {
			w.append(0, all[i])
		}
		if how == "one by one" {
			w.settle()
		}
	}
	w.settle()
}

// short is everybody with the numbers of their events, oldest first.
func (w *nodes) short() string {
	known := w.known()
	var out []string
	for key, p := range known {
		line := string(key) + "="
		for i := range p.Events {
			line += strings.TrimLeft(p.Events[len(p.Events)-1-i], "m0")
		}
		out = append(out, line)
	}
	slices.Sort(out)
	return strings.Join(out, " ")
}

func TestSightingsSurviveAKill(t *testing.T) {
	storetest.EachTarget(t, func(t *testing.T, target string) {
		w := newNodes(t, target, 1, func(*research.Event) bool { return false })
		w.append(0, w.saying("ann -"), w.saying("bob b"), w.saying("old -"), w.saying("ann - alias=old signed"))
		if due, err := w.db[0].DueShards(t.Context(), noon); err != nil || len(due) != 1 {
			t.Fatalf("shards %v wait, %v; only the alias should", due, err)
		}
		w.db[0] = openLog(t, target) // whoever had the sightings is gone
		w.settle()
		if err := w.db[0].RecoverSightings(t.Context()); err != nil {
			t.Fatal(err)
		}
		if got, want := w.short(), "u:ann=134 u:bob=2"; got != want {
			t.Errorf("known are %s, want %s", got, want)
		}
	})
}

// TestAGroupHeardOfTwiceAtOnceKeepsBoth lets a second shard hear of a group while
// the first one's transaction is still open, as only PostgreSQL does.
func TestAGroupHeardOfTwiceAtOnceKeepsBoth(t *testing.T) {
	w := newNodes(t, storetest.Postgres(t), 2, func(*research.Event) bool { return false })
	var shards [2]int
	for i, traits := range []string{`{"first":1}`, `{"second":2}`} {
		e := w.next(research.Group, fmt.Sprint("u", i), "")
		e.GroupID, e.Traits = "acme", []byte(traits)
		shards[i] = e.Person().Shard(e.Project)
		w.append(i, e)
	}
	second := make(chan error, 1)
	_, err := w.db[0].InShards(t.Context(), shards[:1], true, func(s trigger.Shard) error {
		return evaluate(t, s, func() {
			go func() {
				_, err := w.db[1].InShards(t.Context(), shards[1:], true, func(s trigger.Shard) error { return evaluate(t, s, func() {}) })
				second <- err
			}()
			for waiting := 0; waiting == 0; runtime.Gosched() {
				var err error
				if waiting, err = w.db[0].Count(t.Context(), "SELECT count(*) FROM pg_locks WHERE NOT granted"); err != nil {
					t.Error(err)
					return
				}
			}
		})
	})
	if err := errors.Join(err, <-second); err != nil {
		t.Fatal(err)
	}
	w.settle() // where the second one waited too long
	n, err := w.db[0].Count(t.Context(), `SELECT count(*) FROM group_traits WHERE traits LIKE '%"first"%' AND traits LIKE '%"second"%'`)
	if err != nil || n != 1 {
		t.Errorf("of the groups, %d has the traits of both, %v", n, err)
	}
}

// evaluate evaluates the inbox of a shard and does something before the end.
func evaluate(t *testing.T, s trigger.Shard, before func()) error {
	inbox, err := s.Inbox(t.Context(), 10)
	if err != nil {
		return err
	}
	for i := range inbox {
		if _, err := s.Identify(t.Context(), &inbox[i]); err != nil {
			return err
		}
	}
	before()
	return s.Done(t.Context(), inbox)
}

// TestWhatABrowserSaysComesAfterALinkThatWaitsElsewhere evaluates what a browser
// said before the event that gave it to another user, which was received first and
// waits in that user's shard.
func TestWhatABrowserSaysComesAfterALinkThatWaitsElsewhere(t *testing.T) {
	w := newNodes(t, storetest.Postgres(t), 1, func(*research.Event) bool { return false })
	w.append(0, w.saying("ann b"), w.saying("- b"))
	w.settle()
	w.append(0, w.saying("bob b"))
	said := w.next(research.Identify, "", "b")
	said.Traits = []byte(`{"plan":"pro"}`)
	w.append(0, said)
	shard := said.Person().Shard(said.Project)
	if shard == research.UserKey("bob").Shard(said.Project) {
		t.Fatal("both wait in one shard; take another name")
	}
	_, err := w.db[0].InShards(t.Context(), []int{shard}, true, func(s trigger.Shard) error { return evaluate(t, s, func() {}) })
	if err != nil {
		t.Fatal(err)
	}
	w.settle()
	for key, p := range w.known() {
		if got := len(p.Traits) > 0; got != (key == research.UserKey("bob")) {
			t.Errorf("%s has the traits %v", key, p.Traits)
		}
	}
}
