package app

import (
	"errors"
	"slices"
	"strings"
	"time"

	"github.com/usercall/usercall/internal/config"
	"github.com/usercall/usercall/internal/voice/provider"
)

// Speech is what hears and what speaks in interviews, with its time limits,
// repetitions, breakers and fallbacks. Keys are in it and leave it only in the
// requests to the service that they belong to.
type Speech struct {
	STT      provider.STT      // nil: nobody hears, and answers are typed
	Listener provider.Listener // hears while somebody speaks; nil: the service cannot
	TTS      provider.TTS      // nil: the page speaks or shows captions
	// Words writes down once more what was recorded, to know when each word was
	// said; nil: nobody does. It has a breaker of its own, as interviews go on meanwhile.
	Words provider.STT
	// Service says where what participants say goes, like "api.deepgram.com and
	// api.openai.com"; "" where there is none but programs on this machine.
	Service string
	// Local tells that it stays on this machine or in a private network.
	Local bool
}

// How services are called in errors.
const (
	earsName  = "The speech-to-text service"
	voiceName = "The text-to-speech service"
)

var errNoEspeak = errors.New("USERCALL_TTS_URL is espeak, and espeak-ng is not installed: install it (apt-get install espeak-ng), or set the URL of a service that speaks")

// Limits of a call with its repetition. Who waits for a line hears nothing meanwhile.
const (
	hearLimit   = 8 * time.Second
	speakLimit  = 6 * time.Second
	listenLimit = 3 * time.Second
	wordsLimit  = 20 * time.Second // nobody waits, and an answer may be long
)

// speech makes the services of the configuration. A TTS that fails is followed by
// espeak-ng where that is installed. Addresses are the operator's own and may be
// private; no redirect is followed from them.
func speech(c config.Voice) (Speech, error) {
	s := Speech{Service: services(c), Local: near(c.STT) && near(c.TTS)}
	if c.STT != nil {
		s.hear(*c.STT)
	}
	if c.TTS == nil {
		return s, nil
	}
	tts, err := voices(*c.TTS)
	if err != nil {
		return Speech{}, err
	}
	s.TTS = tts
	return s, nil
}

func (s *Speech) hear(c config.Service) {
	guard := &provider.Guard{Name: earsName, Limit: hearLimit}
	if c.Kind == config.KindOpenAI {
		s.STT = provider.GuardedSTT{STT: openAI(earsName, c), Guard: guard}
		s.words(c)
		return
	}
	d := deepgram(c)
	s.STT = provider.GuardedSTT{STT: d, Guard: guard}
	s.words(c)
	// A breaker of its own: the socket may be cut off where plain requests get through.
	s.Listener = provider.GuardedListener{Listener: d, Guard: &provider.Guard{Name: earsName, Limit: listenLimit}}
}

// words is the same service, with the model that knows the times of words.
func (s *Speech) words(c config.Service) {
	if c.Words == "" {
		return
	}
	c.Model = c.Words
	var stt provider.STT = openAI(earsName, c)
	if c.Kind == config.KindDeepgram {
		stt = deepgram(c)
	}
	s.Words = provider.GuardedSTT{STT: stt, Guard: &provider.Guard{Name: earsName, Limit: wordsLimit}}
}

// voices is what speaks, best first.
func voices(c config.Service) (provider.TTS, error) {
	espeak, found := provider.FindEspeak()
	last := provider.GuardedTTS{TTS: espeak, Guard: &provider.Guard{Name: "espeak-ng", Limit: speakLimit}}
	if c.Kind == config.KindEspeak {
		if !found {
			return nil, errNoEspeak
		}
		return last, nil
	}
	first := provider.GuardedTTS{TTS: openAI(voiceName, c), Guard: &provider.Guard{Name: voiceName, Limit: speakLimit}}
	if !found {
		return first, nil
	}
	return provider.TTSs{first, last}, nil
}

func openAI(name string, c config.Service) *provider.OpenAI {
	return &provider.OpenAI{Name: name, URL: c.URL, Key: provider.Secret(c.Key), Model: c.Model, Voice: c.Voice}
}

func deepgram(c config.Service) *provider.Deepgram {
	return &provider.Deepgram{URL: c.URL, Key: provider.Secret(c.Key), Model: c.Model}
}

// services names the hosts that sound and lines go to, each once.
func services(c config.Voice) string {
	var hosts []string
	for _, s := range []*config.Service{c.STT, c.TTS} {
		if s != nil && s.Host() != "" && !slices.Contains(hosts, s.Host()) {
			hosts = append(hosts, s.Host())
		}
	}
	return strings.Join(hosts, " and ")
}

func near(s *config.Service) bool { return s == nil || s.Near() }
