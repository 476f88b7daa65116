package session_test

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/usercall/usercall/internal/voice/session"
	"github.com/usercall/usercall/internal/voice/turn"
)

// TestWhateverHappens lets somebody do anything at any time, with services that
// fail now and then. The session ends when it is told to, every typed answer is
// stored once and acknowledged as stored, and no goroutine is left.
func TestWhateverHappens(t *testing.T) {
	seeds := 15
	if testing.Short() {
		seeds = 5
	}
	phases, typed := map[turn.Phase]int{}, 0
	for seed := range uint64(seeds) {
		rnd := rand.New(rand.NewPCG(seed, 11))
		bubble(t, func(r *rig, c *session.Config) {
			r.mind.long = rnd.IntN(2) == 0
			c.Params = []turn.Patience{turn.Quick, turn.Normal, turn.Patient}[rnd.IntN(3)].Params()
			if rnd.IntN(2) == 0 {
				c.Listener = &listener{breaks: rnd.IntN(4) == 0, hangs: rnd.IntN(4) == 0}
			}
		}, func(r *rig) {
			ids := r.lives(rnd, phases)
			r.s.Do(session.Command{Do: session.End})
			select {
			case <-r.ended:
			case <-time.After(2 * time.Minute):
				t.Fatalf("seed %d: it does not end\n%s", seed, r)
			}
			typed += len(ids)
			r.once(seed, ids)
		})
	}
	t.Log(phases, typed)
	for _, p := range []turn.Phase{turn.Speaking, turn.Listening, turn.UserSpeaking, turn.Endpointing, turn.Thinking, turn.Paused} {
		if phases[p] < seeds/5 {
			t.Errorf("%s was seen %d times: this proves nothing about it", p, phases[p])
		}
	}
	if typed < seeds {
		t.Errorf("%d answers were typed", typed)
	}
}

// lives is a minute or two of somebody's life. It returns the ids of what was typed.
func (r *rig) lives(rnd *rand.Rand, phases map[turn.Phase]int) (sent map[string]bool) {
	var ids []string
	sent = map[string]bool{}
	on := func() bool { return rnd.IntN(2) == 0 }
	for range 30 + rnd.IntN(30) {
		phases[r.shown()]++
		switch rnd.IntN(16) {
		case 0, 1, 2, 3, 4:
			r.say([]string{answer, "yes", "wait I have something to say", "because of the", "mm-hm"}[rnd.IntN(5)])
		case 5:
			r.noise(time.Duration(rnd.IntN(2000)) * ms)
		case 6, 7:
			ids = append(ids, fmt.Sprint("id", len(ids)))
			id := ids[rnd.IntN(len(ids))]
			sent[id] = true
			r.s.Do(session.Command{Do: session.Answer, ID: id, Text: "typed " + id})
		case 8:
			r.s.Do(session.Command{Do: []session.Doing{session.Skip, session.Repeat, session.Commit}[rnd.IntN(3)]})
		case 9:
			r.s.Do(session.Command{Do: []session.Doing{session.Mute, session.Typing, session.Pause, session.Voice}[rnd.IntN(4)], On: on()})
		case 10:
			r.s.Do(session.Command{Do: session.Voice, On: true})
			r.s.Do(session.Command{Do: session.Mute})
			r.s.Do(session.Command{Do: session.Pause})
		case 11:
			r.disconnect()
			time.Sleep(time.Duration(rnd.IntN(20_000)) * ms)
			r.connect()
			for _, id := range slices.Sorted(maps.Keys(sent)) { // as pages do with what was not acknowledged
				if !r.accepted(id) {
					r.s.Do(session.Command{Do: session.Answer, ID: id, Text: "typed " + id})
				}
			}
		case 12:
			r.trouble(rnd)
		case 13:
			r.s.Do(session.Command{Do: []session.Doing{session.Playback, session.PlaybackDone}[rnd.IntN(2)], Gen: rnd.IntN(30) - 2, Played: time.Duration(rnd.Int64())})
		default:
			time.Sleep(time.Duration(rnd.IntN(6000)) * ms)
		}
		time.Sleep(time.Duration(rnd.IntN(1500)) * ms)
	}
	return sent
}

func (r *rig) trouble(rnd *rand.Rand) {
	n := rnd.IntN(3)
	switch rnd.IntN(4) {
	case 0:
		r.stt.mu.Lock()
		r.stt.fails = n
		r.stt.mu.Unlock()
	case 1:
		r.tts.mu.Lock()
		r.tts.fails = n
		r.tts.mu.Unlock()
	case 2:
		r.mind.mu.Lock()
		r.mind.slow = n
		r.mind.mu.Unlock()
	case 3:
		r.mind.mu.Lock()
		r.mind.fails = n
		r.mind.mu.Unlock()
	}
}

// once looks at what was acknowledged and what was stored.
func (r *rig) once(seed uint64, sent map[string]bool) {
	r.t.Helper()
	r.mind.mu.Lock()
	defer r.mind.mu.Unlock()
	stored := strings.Join(r.mind.turns, "\n") + "\n"
	for id := range sent {
		if n := strings.Count(stored, "typed "+id+"\n"); n != 1 && !(n == 0 && r.refused(id)) {
			r.t.Errorf("seed %d: %s is stored %d times\n%s\n%s", seed, id, n, stored, r)
		}
	}
	turns := map[int]bool{}
	for id, n := range r.mind.ids {
		if turns[n] {
			r.t.Errorf("seed %d: turn %d of %s is another's, too", seed, n, id)
		}
		turns[n] = true
	}
	for _, m := range r.all() {
		switch m := m.(type) {
		case session.Accepted:
			if r.mind.turns[m.Turn-1][:2] != "P:" {
				r.t.Errorf("seed %d: %v is no answer", seed, m)
			}
		case session.Says:
			if r.mind.turns[m.Turn-1] != "I: "+m.Text {
				r.t.Errorf("seed %d: %v is not what is stored", seed, m)
			}
		}
	}
	if all := r.all(); r.err != nil || !slices.ContainsFunc(all, func(m session.Message) bool { _, ok := m.(session.Ended); return ok }) {
		r.t.Errorf("seed %d: ended with %v\n%s", seed, r.err, r)
	}
}

// refused tells whether any page was told that an answer is not taken.
func (r *rig) refused(id string) bool {
	return r.told(func(m session.Message) bool { x, ok := m.(session.Refused); return ok && x.ID == id })
}

func (r *rig) accepted(id string) bool {
	return r.told(func(m session.Message) bool { x, ok := m.(session.Accepted); return ok && x.ID == id })
}

func (r *rig) told(is func(session.Message) bool) bool {
	return slices.ContainsFunc(r.pages, func(p *page) bool {
		p.mu.Lock()
		defer p.mu.Unlock()
		return slices.ContainsFunc(p.got, is)
	})
}
