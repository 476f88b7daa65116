package session_test

import (
	"context"
	"flag"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/usercall/usercall/internal/voice/pcm"
	"github.com/usercall/usercall/internal/voice/pcm/pcmtest"
	"github.com/usercall/usercall/internal/voice/provider"
	"github.com/usercall/usercall/internal/voice/session"
	"github.com/usercall/usercall/internal/voice/turn"
)

const micRate = 16000

// told are answers as a voice tells them, with a pause after each piece but the last.
var told = [][]string{
	{"we wanted to export the report and", "it only gave us a spreadsheet so", "I had to copy everything by hand"},
	{"the number was four one five", "five five five", "twenty three eleven and then I gave up"},
	{"honestly the main reason was the", "price that you asked for every single seat"},
	{"I tried to invite my colleagues but", "the page asked for a card first and", "so we left it there"},
	{"support took two days to answer my question", "and by then the deadline was over"},
}

// piece is words and their sound.
type piece struct {
	text  string
	sound []int16
}

// pieces are the answers as sound.
func pieces(t *testing.T) (all [][]piece) {
	t.Helper()
	for _, answer := range told {
		var out []piece
		for _, text := range answer {
			sound, err := pcmtest.Say(text, "en-us+m3", micRate)
			if err != nil {
				t.Fatal(err)
			}
			out = append(out, piece{text, trimmed(loudest(sound, 0.5))})
		}
		all = append(all, out)
	}
	return all
}

// loudest is a sound, made so loud; 1 is as loud as can be.
func loudest(sound []int16, level float64) []int16 {
	most := 1.0
	for _, s := range sound {
		most = max(most, math.Abs(float64(s)))
	}
	out := make([]int16, len(sound))
	for i, s := range sound {
		out[i] = int16(float64(s) * level * math.MaxInt16 / most)
	}
	return out
}

// trimmed is a sound without the silence that the voice puts around it: a pause is
// as long as it says.
func trimmed(sound []int16) []int16 {
	heard := func(s int16) bool { return s > 300 || s < -300 }
	from := slices.IndexFunc(sound, heard)
	to := len(sound)
	for to > from && !heard(sound[to-1]) {
		to--
	}
	return sound[max(from, 0):to]
}

// ear recognises the pieces of one answer by their sound, also one that is not
// over yet, and nothing else.
type ear struct{ known []piece }

func (e ear) Transcribe(ctx context.Context, r provider.Recording) (provider.Transcript, error) {
	if err := wait(ctx, 150*ms); err != nil {
		return provider.Transcript{}, err
	}
	var d pcm.Decoder
	rest := d.Append(nil, r.PCM)
	var text []string
	for _, p := range e.known {
		words := strings.Fields(p.text)
		for n := len(words); n > 0; n-- {
			at, like := pcmtest.Find(p.sound[:len(p.sound)*n/len(words)], rest)
			if like > 0.7 {
				text = append(text, words[:n]...)
				rest = rest[min(at+len(p.sound)*n/len(words), len(rest)):]
				break
			}
			if n > 3 {
				n-- // every second length will do
			}
		}
	}
	return provider.Transcript{Text: strings.Join(text, " "), NoSpeech: -1}, nil
}

// around are what a room sounds like, for so many samples.
var around = map[string]func(t *testing.T, r *rand.Rand, n int) []int16{
	"a quiet room": func(_ *testing.T, r *rand.Rand, n int) []int16 { return noise(r, n, 0.0005) },
	"a loud room":  func(_ *testing.T, r *rand.Rand, n int) []int16 { return noise(r, n, 0.01) },
	"a keyboard": func(_ *testing.T, r *rand.Rand, n int) []int16 {
		out := noise(r, n, 0.0005)
		for at := 0; at+400 < n; at += micRate/8 + r.IntN(micRate/8) {
			burst(r, out[at:at+400], 0.2)
		}
		return out
	},
	"coughs": func(_ *testing.T, r *rand.Rand, n int) []int16 {
		out := noise(r, n, 0.0005)
		for at := micRate; at+micRate/3 < n; at += 3*micRate + r.IntN(3*micRate) {
			burst(r, out[at:at+micRate/3], 0.4)
		}
		return out
	},
	"music": func(_ *testing.T, r *rand.Rand, n int) []int16 {
		out := noise(r, n, 0.0005)
		for i := range out {
			beat := float64(i%micRate) / micRate
			for _, hz := range []float64{220, 277.2, 329.6, 440} {
				out[i] += int16(600 * (1 - beat) * math.Sin(2*math.Pi*hz*float64(i)/micRate))
			}
		}
		return out
	},
	"somebody else in the room": func(t *testing.T, r *rand.Rand, n int) []int16 {
		out := noise(r, n, 0.0005)
		other, err := pcmtest.Say("no I told you that we meet at seven in front of the station", "en-us+f4", micRate)
		if err != nil {
			t.Fatal(err)
		}
		other = loudest(other, 0.02)
		for at := 2 * micRate; at+len(other) < n; at += len(other) + 2*micRate {
			mix(out[at:], other)
		}
		return out
	},
}

func noise(r *rand.Rand, n int, level float64) []int16 {
	out := make([]int16, n)
	for i := range out {
		out[i] = int16(r.NormFloat64() * level * math.MaxInt16)
	}
	return out
}

// burst is noise that dies away.
func burst(r *rand.Rand, in []int16, level float64) {
	for i := range in {
		in[i] = int16(r.NormFloat64() * level * math.MaxInt16 / 3 * math.Exp(-4*float64(i)/float64(len(in))))
	}
}

func mix(into, sound []int16) {
	for i, s := range sound[:min(len(sound), len(into))] {
		into[i] = int16(min(max(int(into[i])+int(s), math.MinInt16), math.MaxInt16))
	}
}

// around appends 60 ms of what the microphone hears of its room.
func (r *rig) around(to []byte, from time.Duration) []byte {
	at := int(from * micRate / time.Second)
	return pcm.AppendBytes(to, r.room[at:at+micRate*60/1000])
}

// play is a sound in the room from now on; it returns when it is over.
func (r *rig) play(sound []int16) {
	r.mu.Lock()
	mix(r.room[r.now()*micRate/time.Second:], sound)
	r.mu.Unlock()
	time.Sleep(time.Duration(len(sound)) * time.Second / micRate)
}

// accuracy is how often somebody was cut short.
type accuracy struct{ answers, pauses, cut, cutShort, lost int }

// tell lets somebody give an answer with such pauses in a room.
func (a *accuracy) tell(t *testing.T, p turn.Params, answer []piece, pauses []time.Duration, room []int16) {
	t.Helper()
	bubble(t, func(r *rig, c *session.Config) {
		c.Params, c.STT, c.Detector, r.room = p, ear{answer}, nil, slices.Clone(room)
	}, func(r *rig) {
		r.phase(turn.Listening, 20*time.Second)
		time.Sleep(time.Second)
		lines := count[session.Says](r)
		var text []string
		for i, p := range answer {
			r.play(p.sound)
			text = append(text, p.text)
			if i < len(pauses) {
				time.Sleep(pauses[i])
			}
		}
		cut := count[session.Says](r) - lines
		r.phase(turn.Speaking, 15*time.Second)
		a.answers, a.pauses, a.cut = a.answers+1, a.pauses+len(pauses), a.cut+cut
		if cut > 0 && slices.Max(pauses) < 700*ms {
			a.cutShort++
		}
		r.phase(turn.Listening, 30*time.Second)
		if got := strings.Join(r.mind.answers(), " "); got != strings.Join(text, " ") {
			a.lost++
			t.Logf("stored %q", got)
		}
	})
}

var tellings = flag.Int("tellings", 1, "how often each answer is told in each room")

// TestSpeechWithPauses: a voice that pauses within its answers, heard by the real
// detector, alone and among what a room sounds like. Nobody is stuck, nobody is cut
// short in a pause below 700 ms, and no word is lost.
func TestSpeechWithPauses(t *testing.T) {
	answers := pieces(t)
	for name, sounds := range around {
		t.Run(name, func(t *testing.T) {
			r := rand.New(rand.NewPCG(7, 7))
			room := sounds(t, r, 90*micRate)
			most := []time.Duration{2 * time.Second}
			if name == "a quiet room" {
				most = []time.Duration{700 * ms, 2 * time.Second, 4 * time.Second}
			}
			for _, longest := range most {
				var a accuracy
				for _, answer := range slices.Repeat(answers, *tellings) {
					var pauses []time.Duration
					for range len(answer) - 1 {
						pauses = append(pauses, 300*ms+time.Duration(r.Int64N(int64(longest-300*ms))))
					}
					a.tell(t, turn.Normal.Params(), answer, pauses, room)
				}
				t.Logf("pauses to %-4s %d answers, %2d pauses, cut %d, of answers with pauses below 700 ms %d, words lost in %d",
					longest, a.answers, a.pauses, a.cut, a.cutShort, a.lost)
				if a.cutShort > 0 || a.lost > 0 {
					t.Error("that is one too many")
				}
			}
		})
	}
}
