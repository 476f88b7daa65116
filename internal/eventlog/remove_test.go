package eventlog_test

import (
	"bytes"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/usercall/usercall/internal/eventlog"
	"github.com/usercall/usercall/internal/research"
)

func packed(ids ...string) (eventlog.Pack, []eventlog.Head) {
	var events []research.Event
	var heads []eventlog.Head
	for _, id := range ids {
		e := research.Event{Project: 1, Type: research.Track, Name: "left", MessageID: "m-" + id, UserID: research.UserID(id), AnonymousID: "browser",
			Properties: []byte(`{"of":"` + id + `"}`), Timestamp: time.UnixMilli(5), ReceivedAt: time.UnixMilli(5), Source: research.FromServer, Signed: true}
		events, heads = append(events, e), append(heads, eventlog.HeadOf(&e))
	}
	return eventlog.NewPack(10, heads, events), heads
}

func TestARemovedEventLeavesItsMessage(t *testing.T) {
	p, heads := packed("ann", "bob", "eve")
	if err := p.Remove(func(place int) bool { return place == 1 }); err != nil {
		t.Fatal(err)
	}
	records, err := p.Records()
	if err != nil || len(records) != 3 || bytes.Contains(bytes.Join(records, nil), []byte("bob")) {
		t.Errorf("records %q, %v", records, err)
	}
	left, err := p.Events(func(int) bool { return true })
	if err != nil || len(left) != 2 || left[0].UserID != "ann" || left[1].UserID != "eve" || left[1].Seq != 12 {
		t.Errorf("left are %v, %v", left, err)
	}
	gone := p.Head(1)
	if gone != (eventlog.Head{Message: heads[1].Message, Project: 1, Flags: eventlog.Signed | eventlog.Removed}) {
		t.Errorf("its head is %+v", gone)
	}
	if p.Head(0) != heads[0] || gone.Holds(1) || !heads[0].Holds(1) || heads[0].Holds(2) {
		t.Error("another head changed, or the removed one still holds an event")
	}
	if !heads[1].Repeats(&gone) {
		t.Error("the message is not known any more")
	}
}

// TestARemovedEventIsKnownWhateverComes: an unsigned event of which only the
// message is left may have been the signed one that comes now.
func TestARemovedEventIsKnownWhateverComes(t *testing.T) {
	signed := eventlog.Head{Print: 1, Flags: eventlog.Signed}
	if !signed.Repeats(&eventlog.Head{Flags: eventlog.Removed}) || signed.Repeats(&eventlog.Head{}) {
		t.Error("a signed event is taken for the wrong thing")
	}
}

func TestAnIndexForgetsRemovedEvents(t *testing.T) {
	_, heads := packed("ann", "bob", "ann")
	run := eventlog.NewRun(10, heads)
	browser := heads[0].Anon
	at := slices.IndexFunc(run.Parts, func(p eventlog.Part) bool { return p.Number == eventlog.Tagged.Part(browser) })
	part := run.Parts[at].Entries
	rest := eventlog.Tagged.Without(part, 10, browser, func(seq int64) bool { return seq != 11 })
	if got := fmt.Sprint(eventlog.Tagged.Find(rest, 10, browser)); got != fmt.Sprint([]eventlog.Entry{{Hash: browser, At: 5, Seq: 11, User: heads[1].Tag()}}) {
		t.Errorf("left are %s", got)
	}
	if len(part)-len(rest) != 2*24 {
		t.Errorf("%d bytes went", len(part)-len(rest))
	}
}
