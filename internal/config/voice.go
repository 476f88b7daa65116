package config

import (
	"cmp"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"net/url"
	"strconv"
	"strings"
)

// voiceVariables is the settings of spoken interviews.
var voiceVariables = []Variable{
	{"USERCALL_STT_URL", "none: answers are typed", "the service that writes down what is said, like https://api.openai.com/v1", false},
	{"USERCALL_STT_KEY", "none", "its key", true},
	{"USERCALL_STT_MODEL", "whisper-1; nova-3 of Deepgram", "its model", false},
	{"USERCALL_STT_WORDS_MODEL", "its model; whisper-1 of OpenAI", "its model that knows when each word was said, for recordings after the interview; none to do without", false},
	{"USERCALL_STT_KIND", "by the URL", "openai or deepgram: the protocol that it speaks", false},
	{"USERCALL_TTS_URL", "none: browsers speak", "the service that speaks, like https://api.openai.com/v1; espeak for espeak-ng on this machine", false},
	{"USERCALL_TTS_KEY", "none", "its key", true},
	{"USERCALL_TTS_MODEL", "tts-1", "its model", false},
	{"USERCALL_TTS_VOICE", "alloy", "the voice where a study names none", false},
	{"USERCALL_VOICE_MINUTES", "600", "minutes of spoken interviews that a project may have in a day", false},
}

// Protocols of services.
const (
	KindOpenAI   = "openai"
	KindDeepgram = "deepgram"
	KindEspeak   = "espeak"
)

// Voice is what hears and what speaks.
type Voice struct {
	STT     *Service // nil: nobody hears, answers are typed
	TTS     *Service // nil: the server does not speak
	Minutes int      // a day and project
}

// Service is one outside service, or a program on this machine.
type Service struct {
	Kind  string // KindOpenAI, KindDeepgram or KindEspeak
	URL   string
	Key   Secret
	Model string
	Words string // of one that hears: its model that knows the times of words; "": none is asked
	Voice string // of one that speaks
}

// Host is what the service is called by to people; "" of a program on this machine.
func (s *Service) Host() string {
	u, err := url.Parse(s.URL)
	if err != nil || s.Kind == KindEspeak {
		return ""
	}
	return u.Hostname()
}

// Near tells whether what it is sent stays on this machine or in a private
// network, as far as its address says.
func (s *Service) Near() bool {
	host := strings.TrimSuffix(strings.ToLower(s.Host()), ".")
	if ip, err := netip.ParseAddr(host); err == nil {
		ip = ip.Unmap()
		return ip.IsLoopback() || ip.IsPrivate() || ip.IsLinkLocalUnicast()
	}
	for _, end := range []string{".localhost", ".local", ".internal", ".lan", ".home.arpa"} {
		if strings.HasSuffix(host, end) {
			return true
		}
	}
	return !strings.Contains(host, ".")
}

// readVoice reads the settings of spoken interviews.
func (c *Config) readVoice(get func(name, fallback string) (string, error)) (err error) {
	if c.Voice.STT, err = hears(get); err != nil {
		return err
	}
	if c.Voice.TTS, err = speaks(get); err != nil {
		return err
	}
	minutes, err := get("USERCALL_VOICE_MINUTES", "600")
	if err != nil {
		return err
	}
	if c.Voice.Minutes, err = strconv.Atoi(minutes); err != nil || c.Voice.Minutes < 1 || c.Voice.Minutes > 1_000_000 {
		return fmt.Errorf("USERCALL_VOICE_MINUTES is %q; write a whole number of minutes, from 1 to 1000000", minutes)
	}
	return nil
}

func hears(get func(name, fallback string) (string, error)) (*Service, error) {
	s, err := service("USERCALL_STT", get)
	kind, err2 := get("USERCALL_STT_KIND", "")
	words, err3 := get("USERCALL_STT_WORDS_MODEL", "")
	if err := errors.Join(err, err2, err3); err != nil {
		return nil, err
	}
	if s == nil {
		if words != "" {
			return nil, errors.New("USERCALL_STT_WORDS_MODEL is the model of a service, and USERCALL_STT_URL, which one, is not set")
		}
		if kind != "" {
			return nil, errors.New("USERCALL_STT_KIND says how a service is spoken to, and USERCALL_STT_URL, which one, is not set")
		}
		return nil, nil
	}
	if s.Kind == KindEspeak {
		return nil, errors.New("USERCALL_STT_URL is espeak, which can speak and not hear; it belongs into USERCALL_TTS_URL")
	}
	if s.Kind = cmp.Or(kind, s.Kind); s.Kind != KindOpenAI && s.Kind != KindDeepgram {
		return nil, fmt.Errorf("USERCALL_STT_KIND is %q; use openai or deepgram", kind)
	}
	if s.Kind == KindDeepgram && s.Host() == "api.deepgram.com" && s.Key == "" {
		return nil, errors.New("USERCALL_STT_URL is Deepgram, which asks for a key: set USERCALL_STT_KEY or USERCALL_STT_KEY_FILE")
	}
	if s.Kind == KindOpenAI && strings.HasPrefix(s.URL, "ws") {
		return nil, errors.New("USERCALL_STT_URL begins with ws, and USERCALL_STT_KIND is openai, which is asked by http:// or https://")
	}
	s.Model = cmp.Or(s.Model, map[string]string{KindOpenAI: "whisper-1", KindDeepgram: "nova-3"}[s.Kind])
	s.Words = wordsModel(s, words)
	return s, nil
}

// wordsModel is which model is asked for the times of words. Of OpenAI's only one
// has them.
func wordsModel(s *Service, chosen string) string {
	switch {
	case chosen == "none":
		return ""
	case chosen == "" && s.Host() == "api.openai.com":
		return "whisper-1"
	}
	return cmp.Or(chosen, s.Model)
}

func speaks(get func(name, fallback string) (string, error)) (*Service, error) {
	s, err := service("USERCALL_TTS", get)
	voice, err2 := get("USERCALL_TTS_VOICE", "")
	if err := errors.Join(err, err2); err != nil {
		return nil, err
	}
	switch {
	case s == nil && voice != "":
		return nil, errors.New("USERCALL_TTS_VOICE names a voice, and USERCALL_TTS_URL, whose it is, is not set")
	case s == nil:
		return nil, nil
	case s.Kind == KindDeepgram:
		return nil, errors.New("USERCALL_TTS_URL is not a service with the speech interface of OpenAI (POST …/audio/speech), which is the only one that is spoken here; Deepgram can be set to hear, by USERCALL_STT_URL")
	case s.Kind == KindOpenAI:
		s.Model, s.Voice = cmp.Or(s.Model, "tts-1"), cmp.Or(voice, "alloy")
	}
	return s, nil
}

// service reads what all services have. No error repeats an address: somebody
// may have written a key into it.
func service(prefix string, get func(name, fallback string) (string, error)) (*Service, error) {
	address, err1 := get(prefix+"_URL", "")
	key, err2 := get(prefix+"_KEY", "")
	model, err3 := get(prefix+"_MODEL", "")
	if err := errors.Join(err1, err2, err3); err != nil {
		return nil, err
	}
	s := &Service{Kind: KindOpenAI, URL: strings.TrimRight(address, "/"), Key: Secret(key), Model: model}
	switch {
	case address == "" && key+model != "":
		return nil, fmt.Errorf("%[1]s_KEY or %[1]s_MODEL is set, and %[1]s_URL, whose they are, is not; write it like https://api.openai.com/v1", prefix)
	case address == "":
		return nil, nil
	case address == KindEspeak:
		s.Kind = KindEspeak
		return s, nil
	case strings.ContainsFunc(key, func(r rune) bool { return r <= ' ' || r == 0x7f }):
		return nil, fmt.Errorf("%s_KEY has a space or a line break in it; set the key alone", prefix)
	}
	u, err := url.Parse(address)
	if err != nil || u.Hostname() == "" || u.Scheme != "http" && u.Scheme != "https" && u.Scheme != "ws" && u.Scheme != "wss" {
		return nil, fmt.Errorf("%s_URL cannot be read; write it like https://api.openai.com/v1 or http://127.0.0.1:8000/v1", prefix)
	}
	if u.User != nil || u.RawQuery != "" {
		return nil, fmt.Errorf("%[1]s_URL has a user or a query in it; a key belongs into %[1]s_KEY, where no log shows it", prefix)
	}
	if u.Scheme[0] == 'w' || u.Hostname() == "deepgram.com" || strings.HasSuffix(u.Hostname(), ".deepgram.com") {
		s.Kind = KindDeepgram
	}
	if s.Key != "" && (u.Scheme == "http" || u.Scheme == "ws") && !s.Near() {
		return nil, fmt.Errorf("%s_URL would send the key, and what people say, over the open network; use https:// or wss://", prefix)
	}
	return s, nil
}

// address reads host and port of a listener; "" is none.
func address(name, value string) error {
	if value == "" {
		return nil
	}
	if _, port, err := net.SplitHostPort(value); err != nil || port == "" {
		return fmt.Errorf("%s is %q; it has to be like 127.0.0.1:9090", name, value)
	}
	return nil
}
