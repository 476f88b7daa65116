package session_test

import (
	"testing"
	"time"

	"github.com/usercall/usercall/internal/voice/session"
	"github.com/usercall/usercall/internal/voice/turn"
)

// TestConversation is an interview of three answers, to its end.
func TestConversation(t *testing.T) {
	bubble(t, func(r *rig, c *session.Config) { r.mind.last = 5 }, func(r *rig) {
		for _, answer := range []string{
			"we moved all of our reports to the other tool last week",
			"nobody could find the export button in the menu any more",
			"so we gave up on it and that was it",
		} {
			r.phase(turn.Listening, 20*time.Second)
			time.Sleep(700 * ms)
			r.say(answer)
		}
		r.phase(turn.Ended, 30*time.Second)
		<-r.ended
		if r.err != nil {
			t.Errorf("ended with %v", r.err)
		}
		r.want("we moved all of our reports to the other tool last week", "nobody could find the export button in the menu any more", "so we gave up on it and that was it")
		if n := count[session.Says](r); n != 4 {
			t.Errorf("%d lines\n%s", n, r)
		}
		if all := r.all(); all[len(all)-1] != session.Message(session.Ended{Reason: "complete"}) {
			t.Errorf("the last message is %v", all[len(all)-1])
		}
	})
}
