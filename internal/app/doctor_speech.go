package app

import (
	"bytes"
	"context"
	_ "embed"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/usercall/usercall/internal/config"
	"github.com/usercall/usercall/internal/research"
	"github.com/usercall/usercall/internal/voice/pcm"
	"github.com/usercall/usercall/internal/voice/provider"
)

// fixtureWords is what the spoken fixture says.
const fixtureWords = "Yesterday I wanted to invite my team, and I could not find the button."

// fixtureWAV is the same, said by espeak-ng: 16 kHz, 16 bits, mono.
//
//go:embed fixture.wav
var fixtureWAV []byte

// patience is how long a service may take here. A server that loads its model at the
// first call takes longer than an interview would wait.
const patience = time.Minute

// checkSpeech speaks the fixture with whatever is set up, and lets it be written down.
func checkSpeech(ctx context.Context, c config.Voice) []Check {
	if c.STT == nil && c.TTS == nil {
		return []Check{{Name: "voice", Detail: "nothing hears or speaks on this server: interviews are typed, and browsers may read questions out"}}
	}
	var all []Check
	fixture, rate := fixtureSound()
	if c.TTS != nil {
		check, sound, at := checkTTS(ctx, *c.TTS)
		all = append(all, check)
		if check.Problem == "" {
			fixture, rate = sound, at
		}
	}
	if c.STT == nil {
		return append(all, Check{Name: "speech to text", Detail: "none is set up: answers are typed"})
	}
	recording := provider.Recording{PCM: at16k(fixture, rate), Rate: 16000, Language: "en", WordTimes: true}
	all = append(all, checkSTT(ctx, *c.STT, recording))
	if c.STT.Kind == config.KindDeepgram {
		all = append(all, checkListener(ctx, deepgram(*c.STT), recording.PCM))
	}
	return all
}

// fixtureSound is the samples of the embedded fixture.
func fixtureSound() ([]int16, int) {
	r, err := pcm.NewReader(bytes.NewReader(fixtureWAV))
	if err != nil {
		panic(err) // it is a part of the program
	}
	all := make([]int16, len(fixtureWAV)/2)
	n := 0
	for err == nil {
		var read int
		read, err = r.Read(all[n:])
		n += read
	}
	return all[:n], 16000
}

// at16k is sound as recognisers get it; nil of a rate that is none.
func at16k(samples []int16, rate int) []byte {
	r, err := pcm.NewResampler(rate, 16000)
	if err != nil {
		return nil
	}
	return pcm.AppendBytes(nil, r.Flush(r.Append(nil, samples)))
}

// checkTTS also returns what was said, and its rate.
func checkTTS(ctx context.Context, c config.Service) (Check, []int16, int) {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	check := Check{Name: "text to speech"}
	tts, err := bareTTS(c)
	if err != nil {
		check.Problem = plain(err)
		return check, nil, 0
	}
	begun := time.Now()
	sound, rate, first, err := speakFixture(ctx, tts, begun)
	took := time.Since(begun)
	if err != nil {
		check.Problem = advice(err, c, "USERCALL_TTS")
		return check, nil, 0
	}
	length := time.Duration(len(sound)) * time.Second / time.Duration(rate)
	check.Detail = fmt.Sprintf("%s: first sound after %s, %s of it after %s, %d Hz, %s", called(c), ms(first), length.Round(100*time.Millisecond), ms(took), rate,
		streams(took-first > took/5, "streams", "comes in one piece"))
	switch {
	case length < time.Second:
		check.Problem = check.Detail + "; that is too short for the sentence: check USERCALL_TTS_MODEL and USERCALL_TTS_VOICE"
	case at16k(sound, rate) == nil:
		check.Problem = check.Detail + "; that rate cannot be used: let the service send 24000 Hz"
	}
	return check, sound, rate
}

func bareTTS(c config.Service) (provider.TTS, error) {
	if c.Kind != config.KindEspeak {
		return openAI(voiceName, c), nil
	}
	espeak, found := provider.FindEspeak()
	if !found {
		return nil, errNoEspeak
	}
	return espeak, nil
}

func speakFixture(ctx context.Context, tts provider.TTS, begun time.Time) (samples []int16, rate int, first time.Duration, err error) {
	s, err := tts.Speak(ctx, provider.Line{Text: fixtureWords, Language: "en"})
	if err != nil {
		return nil, 0, 0, err
	}
	first = time.Since(begun)
	b, err := io.ReadAll(s)
	if err = errors.Join(err, s.Close()); err != nil {
		return nil, 0, 0, err
	}
	var d pcm.Decoder
	return d.Append(nil, b), s.Rate, first, nil
}

func checkSTT(ctx context.Context, c config.Service, r provider.Recording) Check {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	check := Check{Name: "speech to text"}
	var stt provider.STT = openAI(earsName, c)
	if c.Kind == config.KindDeepgram {
		stt = deepgram(c)
	}
	begun := time.Now()
	t, err := stt.Transcribe(ctx, r)
	took := time.Since(begun)
	if err != nil {
		check.Problem = advice(err, c, "USERCALL_STT")
		return check
	}
	got, of := understood(t.Text)
	times := streams(len(t.Words) > 0, "with word times", "no word times")
	check.Detail = fmt.Sprintf("%s: %d of %d words in %s, %s", called(c), got, of, ms(took), times)
	if c.Kind == config.KindOpenAI {
		partial := false
		r.WordTimes, r.Partial = false, func(string) { partial = true }
		if _, err := stt.Transcribe(ctx, r); err != nil {
			check.Problem = advice(err, c, "USERCALL_STT")
			return check
		}
		check.Detail += streams(partial, ", streams", ", does not stream")
	}
	check.Problem = misheard(check.Detail, got, of)
	return check
}

// checkListener lets the fixture be written down while it is said.
func checkListener(ctx context.Context, l provider.Listener, sound []byte) Check {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	check := Check{Name: "live speech to text"}
	begun := time.Now()
	text, partials, err := listen(ctx, l, sound)
	if err != nil {
		check.Problem = plain(err) + " It is asked by a WebSocket: proxies between have to let that pass."
		return check
	}
	got, of := understood(text)
	check.Detail = fmt.Sprintf("%d of %d words in %s, %d partial results", got, of, ms(time.Since(begun)), partials)
	check.Problem = misheard(check.Detail, got, of)
	return check
}

func listen(ctx context.Context, l provider.Listener, sound []byte) (text string, partials int, err error) {
	s, err := l.Listen(ctx, "en")
	if err != nil {
		return "", 0, err
	}
	defer s.Close()
	for len(sound) > 0 {
		n := min(1920, len(sound))
		if err := s.Write(sound[:n]); err != nil {
			return "", 0, err
		}
		sound = sound[n:]
	}
	if err := s.Finalize(); err != nil {
		return "", 0, err
	}
	for h := range s.Results() {
		if h.Final {
			return h.Text, partials, nil
		}
		partials++
	}
	if err := s.Err(); err != nil {
		return "", 0, err
	}
	return "", 0, research.Errorf(research.Unavailable, "%s ended without the words.", earsName)
}

// understood counts the words of the fixture that a text has, each as often as it is said.
func understood(text string) (got, of int) {
	has := map[string]int{}
	for _, w := range wordsOf(text) {
		has[w]++
	}
	all := wordsOf(fixtureWords)
	for _, w := range all {
		if has[w] > 0 {
			has[w]--
			got++
		}
	}
	return got, len(all)
}

func wordsOf(text string) []string {
	return strings.FieldsFunc(strings.ToLower(text), func(r rune) bool { return (r < 'a' || r > 'z') && r != '\'' && r < 0x80 })
}

// misheard is what to do where less than half was understood.
func misheard(found string, got, of int) string {
	if 2*got >= of {
		return ""
	}
	return found + "; that is too little: check that USERCALL_STT_MODEL is for English speech, or larger"
}

// advice is an error with what can be done about it. It never has a key.
func advice(err error, c config.Service, prefix string) string {
	if c.Kind == config.KindEspeak {
		return plain(err)
	}
	return fmt.Sprintf("%s: %s See %s_URL, %s_KEY and %s_MODEL.", called(c), plain(err), prefix, prefix, prefix)
}

// plain is the message for people, without causes.
func plain(err error) string {
	var e *research.Error
	if errors.As(err, &e) {
		return e.Message
	}
	return err.Error()
}

func called(c config.Service) string {
	if c.Kind == config.KindEspeak {
		return "espeak-ng"
	}
	where := ""
	if c.Near() {
		where = ", near"
	}
	return c.Host() + " (" + c.Model + where + ")"
}

func streams(yes bool, a, b string) string {
	if yes {
		return a
	}
	return b
}

func ms(d time.Duration) string { return d.Round(time.Millisecond).String() }
