package speak_test

import (
	"bytes"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/usercall/usercall/internal/voice/speak"
)

func TestSentences(t *testing.T) {
	for line, want := range map[string][]string{
		"":                                      nil,
		" ... ":                                 nil,
		"Okay. What happened?":                  {"Okay.", "What happened?"},
		"You said \"too slow.\" What was slow?": {"You said \"too slow.\" What was slow?"},
		"It costs 3.5 or 4.5 a month, e.g. for Dr. No. Right?": {"It costs 3.5 or 4.5 a month, e.g. for Dr. No.", "Right?"},
		"Wait... what? Yes!":                       {"Wait...", "what?", "Yes!"},
		"Das war z.B. der Export. Was geschah?":    {"Das war z.B. der Export.", "Was geschah?"},
		"It was you and I. Then?":                  {"It was you and I.", "Then?"},
		"ありがとう。次は？":                                {"ありがとう。", "次は？"},
		"- Hello":                                  {"- Hello"},
		"no end":                                   {"no end"},
		"bad \xff bytes. Stay.":                    {"bad \xff bytes.", "Stay."},
		strings.Repeat("word ", 50) + ", and more": nil, // looked at below
	} {
		got := speak.Sentences(line)
		if len(line) < 200 {
			if d := cmp.Diff(want, got); d != "" {
				t.Errorf("%q: %s", line, d)
			}
			continue
		}
		for _, s := range got {
			if len(s) > 210 {
				t.Errorf("a piece of %d bytes", len(s))
			}
		}
	}
}

// TestNothingIsLost: the pieces are the line.
func TestNothingIsLost(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	parts := []string{"word", "Dr.", ". ", "? ", "!", " ", ",", "; ", "…", "é", "。", "\"", ")", "3.5", "x", strings.Repeat("long", 30), "\n"}
	for range 3000 {
		var b strings.Builder
		for range r.IntN(60) {
			b.WriteString(parts[r.IntN(len(parts))])
		}
		squeeze := func(s string) string { return strings.Join(strings.Fields(s), "") }
		got := strings.Join(speak.Sentences(b.String()), " ")
		if got != "" && squeeze(got) != squeeze(b.String()) {
			t.Fatalf("%q became %q", b.String(), got)
		}
		if got == "" && strings.ContainsAny(b.String(), "wDx3lé") {
			t.Fatalf("%q was lost", b.String())
		}
	}
}

const rate = 16000

// page is what plays: it begins when the first sound comes, stalls when there
// is none, and reports.
type page struct {
	buffer, played time.Duration
	got            []byte
}

// TestNeverFarAhead sends lines over a network that is late now and then, to
// pages that report seldom: the page never runs dry without need, and never
// holds more than may be lost.
func TestNeverFarAhead(t *testing.T) {
	for seed := range uint64(200) {
		r := rand.New(rand.NewPCG(seed, 3))
		l, p, now := speak.NewLine(rate), page{}, time.Unix(1e9, 0)
		sound := make([]byte, 2*rate*(1+r.IntN(9)))
		for i := range sound {
			sound[i] = byte(r.Uint32())
		}
		left, stopped, dry := sound, false, time.Duration(0)
		for step := 0; ; step++ {
			now = now.Add(20 * time.Millisecond)
			if n := min(len(left), 2*r.IntN(rate)); n > 0 && r.IntN(3) == 0 {
				l.Add(left[:n])
				left = left[n:]
			}
			if len(left) == 0 {
				l.End()
			}
			done := false
			for {
				frame, wait, over := l.Next(now)
				if done = over; frame == nil {
					if wait < 0 || wait > time.Second {
						t.Fatalf("seed %d: waits %v", seed, wait)
					}
					break
				}
				p.got = append(p.got, frame...)
				p.buffer += time.Duration(len(frame)/2) * time.Second / rate
			}
			if p.buffer > speak.Ahead+20*time.Millisecond+speak.Frame {
				t.Fatalf("seed %d: %v ahead", seed, p.buffer)
			}
			play := min(p.buffer, 20*time.Millisecond)
			if play == 0 && l.Length() > p.played+speak.Frame && step > 0 && !stopped {
				dry += 20 * time.Millisecond
			}
			p.buffer, p.played = p.buffer-play, p.played+play
			if r.IntN(12) == 0 {
				l.Played(p.played, now)
			}
			if !stopped && p.played > time.Second && r.IntN(60) == 0 { // an interruption that was none
				stopped = true
				l.Stop()
				l.Played(p.played, now)
				if frame, _, _ := l.Next(now.Add(time.Hour)); frame != nil {
					t.Fatalf("seed %d: sends while it is stopped", seed)
				}
				now = now.Add(2 * time.Second)
				l.Resume(p.played, now)
				p.got = p.got[:int(p.played*rate/time.Second)*2]
				p.buffer, done = 0, false
			}
			if done && p.buffer == 0 {
				break
			}
			if step > 5000 {
				t.Fatalf("seed %d: stuck", seed)
			}
		}
		if !bytes.Equal(p.got, sound) || l.Length() != time.Duration(len(sound)/2)*time.Second/rate {
			t.Fatalf("seed %d: %d bytes heard of %d", seed, len(p.got), len(sound))
		}
		if dry > 100*time.Millisecond {
			t.Errorf("seed %d: %v without sound that was there", seed, dry)
		}
	}
}

// TestSilentPage: what a page does not report is not sent for ever.
func TestSilentPage(t *testing.T) {
	l, now := speak.NewLine(rate), time.Unix(1e9, 0)
	l.Add(make([]byte, 2*rate*30))
	sent := 0
	for range 1000 {
		now = now.Add(20 * time.Millisecond)
		for frame, _, _ := l.Next(now); frame != nil; frame, _, _ = l.Next(now) {
			sent += len(frame)
		}
	}
	if d := time.Duration(sent/2) * time.Second / rate; d > speak.Ahead+time.Second {
		t.Errorf("sent %v to a page that says nothing", d)
	}
	l.Played(time.Hour, now) // nor more than was sent
	if frame, _, _ := l.Next(now); frame == nil {
		t.Error("a report lets nothing go")
	}
}

func TestLongestLine(t *testing.T) {
	l := speak.NewLine(rate)
	if !l.Add(make([]byte, 2*rate*59)) || l.Add(make([]byte, 2*rate*2)) || l.Length() != time.Minute {
		t.Errorf("keeps %v", l.Length())
	}
}
