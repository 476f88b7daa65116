package interview_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/usercall/usercall/internal/interview"
	"github.com/usercall/usercall/internal/research"
)

var answers = []string{
	"We could not get our invoices into the accounting system, so I gave up on it.",
	"The export stopped in the middle and nobody could tell us why.",
	"Now we do it by hand in a spreadsheet every Friday.",
	"My manager asked for one tool instead of two, that settled it.",
	"It would have saved me half a day a month.",
	"The bank feed was the reason we came in the first place.",
	"Nothing else comes to mind, the team was friendly.",
}

func TestWholeInterview(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		token, rec := w.begin(t)
		if rec.Turns[0].Question == "" || !strings.Contains(rec.Turns[0].Text, "AI") {
			t.Errorf("the first line is %q", rec.Turns[0].Text)
		}
		for i := 0; !rec.State.Final(); i++ {
			w.pass(12 * time.Second)
			var err error
			_, rec, err = w.Answer(t.Context(), rec.Key(), fmt.Sprint("a", i), answers[i%len(answers)])
			must(t, err)
		}
		if rec.State != research.Completed || rec.Reason != "complete" && rec.Reason != "time" {
			t.Errorf("it ended as %s, %s", rec.State, rec.Reason)
		}
		stored, err := w.db.LoadInterview(t.Context(), rec.Key())
		must(t, err)
		for i, turn := range stored.Turns {
			if turn.N != i+1 {
				t.Errorf("turn %d has number %d", i+1, turn.N)
			}
			if turn.Speaker == research.Participant && turn.Text != answers[(i-1)/2%len(answers)] {
				t.Errorf("turn %d is %q", turn.N, turn.Text)
			}
		}
		o, err := w.Find(t.Context(), token)
		must(t, err)
		if o.Standing(w.clock()) != interview.Over || o.Invite.ClosedAt.IsZero() || o.Invite.State != research.InviteAccepted {
			t.Errorf("the link is %s, its invite %s, closed at %s", o.Standing(w.clock()), o.Invite.State, o.Invite.ClosedAt)
		}
		if n := w.count(t, "SELECT count(*) FROM jobs WHERE kind = 'analyse.interview' AND payload = $1", rec.PublicID); n != 1 {
			t.Errorf("%d analyses wait", n)
		}
		if _, err := w.ticket(t.Context(), token); research.CodeOf(err) != research.Conflict {
			t.Errorf("a link of a final interview gives a ticket: %v", err)
		}
	})
}

func TestResume(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		token, rec := w.begin(t)
		_, _, err := w.Answer(t.Context(), rec.Key(), "a1", answers[0])
		must(t, err)
		rec, err = w.Pause(t.Context(), rec.Key())
		must(t, err)
		if rec.State != research.Paused {
			t.Errorf("paused, it is %s", rec.State)
		}
		w.pass(20 * time.Hour)
		o := w.enter(t, token)
		if o.Interview.State != research.Running || len(o.Interview.Turns) != 3 {
			t.Errorf("it came back as %s with %d turns", o.Interview.State, len(o.Interview.Turns))
		}
		again, err := w.Consent(t.Context(), o, nil, interview.Choice{})
		must(t, err)
		if again.ID != rec.ID {
			t.Error("consent made a second interview")
		}
		_, rec, err = w.Answer(t.Context(), rec.Key(), "a2", answers[1])
		must(t, err)
		if rec.State.Final() {
			t.Errorf("a break of 20 hours was charged: it ended, %s", rec.Reason)
		}
	})
}

func TestSameAnswerTwice(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		_, rec := w.begin(t)
		first, _, err := w.Answer(t.Context(), rec.Key(), "a1", answers[0])
		must(t, err)
		_, _, err = w.Answer(t.Context(), rec.Key(), "a2", answers[1])
		must(t, err)
		again, after, err := w.Answer(t.Context(), rec.Key(), "a1", "something else")
		must(t, err)
		if first != 2 || again != first || len(after.Turns) != 5 || after.Turns[1].Text != answers[0] {
			t.Errorf("turn %d, then %d; %d turns; %q", first, again, len(after.Turns), after.Turns[1].Text)
		}
	})
}

// TestLostAnswer is a crash between the commit and its acknowledgement: the
// store says that it failed, and did not.
func TestLostAnswer(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		_, rec := w.begin(t)
		w.Store = &deaf{Store: w.db}
		if _, _, err := w.Answer(t.Context(), rec.Key(), "a1", answers[0]); err == nil {
			t.Fatal("the store's failure was not told")
		}
		w.Store = w.db
		n, after, err := w.Answer(t.Context(), rec.Key(), "a1", answers[0])
		must(t, err)
		if n != 2 || len(after.Turns) != 3 {
			t.Errorf("turn %d of %d", n, len(after.Turns))
		}
	})
}

type deaf struct{ interview.Store }

func (d *deaf) MoveInterview(ctx context.Context, m interview.Move) error {
	return errors.Join(d.Store.MoveInterview(ctx, m), errors.New("the connection is gone"))
}

func TestTwoSocketsAtOnce(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		_, rec := w.begin(t)
		var all sync.WaitGroup
		for i := range 4 {
			all.Go(func() {
				if _, _, err := w.Answer(t.Context(), rec.Key(), fmt.Sprint("a", i%2), answers[i%2]); err != nil {
					t.Error(err)
				}
			})
		}
		all.Wait()
		stored, err := w.db.LoadInterview(t.Context(), rec.Key())
		must(t, err)
		if len(stored.Turns) != 5 || stored.Answers() != 2 {
			t.Errorf("%d turns, %d answers", len(stored.Turns), stored.Answers())
		}
	})
}

func TestButtons(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		_, rec := w.begin(t)
		first := rec.Turns[0]
		rec, err := w.Press(t.Context(), rec.Key(), interview.Repeat, 1)
		must(t, err)
		if len(rec.Turns) != 2 || !strings.Contains(first.Text, rec.Turns[1].Question) {
			t.Errorf("repeat said %q", rec.Turns[len(rec.Turns)-1].Text)
		}
		for range 2 { // a double click
			rec, err = w.Press(t.Context(), rec.Key(), interview.Skip, 2)
			must(t, err)
		}
		if len(rec.Turns) != 3 || rec.Turns[2].Question == first.Question {
			t.Errorf("skip said %d turns, the last %q", len(rec.Turns), rec.Turns[len(rec.Turns)-1].Text)
		}
		rec, err = w.Press(t.Context(), rec.Key(), interview.Silence, 0)
		must(t, err)
		nudged := len(rec.Turns)
		rec, err = w.Press(t.Context(), rec.Key(), interview.Leave, 0)
		must(t, err)
		if rec.State != research.Stopped || rec.Reason != "stop" || len(rec.Turns) != nudged+1 || rec.EndedAt.IsZero() {
			t.Errorf("leaving: %s, %s, %d turns", rec.State, rec.Reason, len(rec.Turns))
		}
		if _, _, err := w.Answer(t.Context(), rec.Key(), "late", "One more thing"); research.CodeOf(err) != research.Conflict {
			t.Errorf("an answer after the end: %v", err)
		}
	})
}

func TestDistress(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		_, rec := w.begin(t)
		_, _, err := w.Answer(t.Context(), rec.Key(), "a1", answers[0])
		must(t, err)
		_, rec, err = w.Answer(t.Context(), rec.Key(), "a2", "I want to kill myself.")
		must(t, err)
		if rec.State != research.Stopped || rec.Reason != "distress" || rec.Countable() {
			t.Errorf("%s, %s", rec.State, rec.Reason)
		}
		if n := w.count(t, "SELECT count(*) FROM turns WHERE speaker = 'participant' AND excluded = 0"); n != 0 {
			t.Errorf("%d answers could still be quoted", n)
		}
		if !strings.Contains(w.log.String(), "stopped for safety") || strings.Contains(w.log.String(), "kill") {
			t.Errorf("the log says %s", w.log)
		}
	})
}

func TestMinor(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		token, rec := w.begin(t)
		_, _, err := w.Answer(t.Context(), rec.Key(), "a1", "canary-7f3a broke the export")
		must(t, err)
		n, rec, err := w.Answer(t.Context(), rec.Key(), "a2", "I'm 15 and canary-7f3a is mine.")
		must(t, err)
		if n != 4 || rec.Reason != "minor" || len(rec.Turns) != 1 || rec.Turns[0].N != 5 {
			t.Errorf("turn %d; %s with %d turns", n, rec.Reason, len(rec.Turns))
		}
		if n := w.count(t, "SELECT count(*) FROM turns"); n != 0 {
			t.Errorf("%d turns are left", n)
		}
		if n := w.count(t, "SELECT count(*) FROM interviews WHERE conductor <> '{}'"); n != 0 {
			t.Error("the conductor remembers")
		}
		if n := w.count(t, "SELECT count(*) FROM jobs"); n != 0 {
			t.Errorf("%d jobs", n)
		}
		if o, err := w.Find(t.Context(), token); err != nil || o.Standing(w.clock()) != interview.Over {
			t.Errorf("%v, %v", o, err)
		}
	})
}

func TestNoConsent(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		token := w.invite(t)
		rec, err := w.Refuse(t.Context(), w.enter(t, token))
		must(t, err)
		if rec.State != research.Declined || w.count(t, "SELECT count(*) FROM turns") != 0 || w.count(t, "SELECT count(*) FROM jobs") != 0 {
			t.Errorf("%s, with traces", rec.State)
		}
		o, err := w.Find(t.Context(), token)
		must(t, err)
		if o.Invite.State != research.InviteDeclined || o.Invite.ClosedAt.IsZero() || o.Standing(w.clock()) != interview.Over {
			t.Errorf("the invite is %s, the link %s", o.Invite.State, o.Standing(w.clock()))
		}
	})
}

func TestAbandoned(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		_, gone := w.begin(t)
		late, _ := w.begin(t)
		w.pass(23 * time.Hour)
		_, back := w.begin(t)
		if n, err := w.AbandonStale(t.Context()); n != 0 || err != nil {
			t.Errorf("%d abandoned early, %v", n, err)
		}
		w.pass(90 * time.Minute)
		_, err := w.ticket(t.Context(), late)
		if research.CodeOf(err) != research.Conflict {
			t.Errorf("a ticket after a day: %v", err)
		}
		n, err := w.AbandonStale(t.Context())
		must(t, err)
		if n != 2 {
			t.Errorf("%d were abandoned", n)
		}
		for key, want := range map[interview.Key]research.InterviewState{gone.Key(): research.Abandoned, back.Key(): research.Running} {
			rec, err := w.db.LoadInterview(t.Context(), key)
			must(t, err)
			if rec.State != want {
				t.Errorf("%s is %s", rec.PublicID, rec.State)
			}
		}
	})
}

func TestTickets(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		token := w.invite(t)
		used, err := w.ticket(t.Context(), token)
		must(t, err)
		_, err = w.Enter(t.Context(), used)
		must(t, err)
		slow, err := w.ticket(t.Context(), token)
		must(t, err)
		w.pass(interview.TicketLife)
		for name, ticket := range map[string]string{"used": used, "slow": slow, "none": "", "unknown": "x", "long": strings.Repeat("x", 1000)} {
			if _, err := w.Enter(t.Context(), ticket); research.CodeOf(err) != research.Unauthenticated {
				t.Errorf("%s: %v", name, err)
			}
		}
		for _, token := range []string{"", "unknown", strings.Repeat("x", 1000)} {
			if _, err := w.ticket(t.Context(), token); research.CodeOf(err) != research.NotFound {
				t.Errorf("%.20q: %v", token, err)
			}
		}
	})
}

func TestOfferEnds(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		old, revoked := w.invite(t), w.invite(t)
		w.exec(t, "UPDATE invitations SET state = 'revoked', closed_at = 1 WHERE event_seq = 2")
		w.pass(8 * 24 * time.Hour)
		for _, token := range []string{old, revoked} {
			o, err := w.Find(t.Context(), token)
			must(t, err)
			if o.Standing(w.clock()) != interview.Gone {
				t.Errorf("it is %s", o.Standing(w.clock()))
			}
			if _, err := w.ticket(t.Context(), token); research.CodeOf(err) != research.Conflict {
				t.Error(err)
			}
		}
	})
}

// TestStrangeTexts: what a database cannot hold is replaced, all else stands.
func TestStrangeTexts(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		for said, want := range map[string]string{
			"It broke\x00 on Monday morning.":               "It broke\uFFFD on Monday morning.",
			"It broke \xff\xfe on Monday morning.":          "It broke \uFFFD on Monday morning.",
			"  <script>alert(1)</script> broke it\r\n\tok ": "  <script>alert(1)</script> broke it\r\n\tok ",
			"It was \u202eesrever\u202c for the whole team": "It was \u202eesrever\u202c for the whole team",
			"Es ging nicht 👩‍👧 مرحبا, sagte das Team.":      "Es ging nicht 👩‍👧 مرحبا, sagte das Team.",
		} {
			_, rec := w.begin(t)
			_, _, err := w.Answer(t.Context(), rec.Key(), "a1", said)
			must(t, err)
			stored, err := w.db.LoadInterview(t.Context(), rec.Key())
			must(t, err)
			if stored.Turns[1].Text != want {
				t.Errorf("%q was stored as %q", said, stored.Turns[1].Text)
			}
		}
		_, rec := w.begin(t)
		for name, text := range map[string]string{"too_large": strings.Repeat("ä", interview.LongestAnswer+1), "invalid": " \n "} {
			if _, _, err := w.Answer(t.Context(), rec.Key(), "a1", text); string(research.CodeOf(err)) != name {
				t.Errorf("%s: %v", name, err)
			}
		}
		if _, _, err := w.Answer(t.Context(), rec.Key(), "a1", strings.Repeat("ä", interview.LongestAnswer)); err != nil {
			t.Error(err)
		}
	})
}

// TestSlowPeople: thinking is not charged for ever, and still it ends.
func TestSlowPeople(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		_, rec := w.begin(t)
		w.pass(10 * time.Minute)
		_, rec, err := w.Answer(t.Context(), rec.Key(), "a0", answers[0])
		must(t, err)
		if rec.State.Final() {
			t.Fatalf("ten minutes away ended it: %s", rec.Reason)
		}
		connected := 5 * time.Minute // what of those ten minutes can have been connected
		for i := 1; !rec.State.Final(); i++ {
			w.pass(2 * time.Minute)
			connected += 2 * time.Minute
			_, rec, err = w.Answer(t.Context(), rec.Key(), fmt.Sprint("a", i), answers[i%len(answers)])
			must(t, err)
		}
		if connected > 14*time.Minute {
			t.Errorf("it took %s of connected time", connected)
		}
	})
}
