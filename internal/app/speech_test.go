package app

import (
	"context"
	"net/http"
	"os/exec"
	"strings"
	"testing"

	"github.com/usercall/usercall/internal/config"
	"github.com/usercall/usercall/internal/research"
	"github.com/usercall/usercall/internal/voice/provider"
	"github.com/usercall/usercall/internal/voice/provider/providertest"
)

const speechKey = "sk-hunter2"

func fakeSpeech(t *testing.T) (*providertest.Server, config.Voice) {
	s := providertest.Start(providertest.Options{})
	t.Cleanup(s.Close)
	return s, config.Voice{
		STT: &config.Service{Kind: config.KindOpenAI, URL: s.URL + "/v1", Key: speechKey, Model: "whisper-1"},
		TTS: &config.Service{Kind: config.KindOpenAI, URL: s.URL + "/v1", Key: speechKey, Model: "tts-1", Voice: "alloy"},
	}
}

func TestSpeechOfTheConfiguration(t *testing.T) {
	if s, err := speech(config.Voice{}); err != nil || s.STT != nil || s.Listener != nil || s.TTS != nil || s.Service != "" || !s.Local {
		t.Errorf("%+v %v", s, err)
	}
	far := &config.Service{Kind: config.KindDeepgram, URL: "wss://api.deepgram.com", Key: speechKey}
	s, err := speech(config.Voice{STT: far, TTS: &config.Service{Kind: config.KindOpenAI, URL: "https://api.openai.com/v1", Key: speechKey}})
	if err != nil || s.STT == nil || s.Listener == nil || s.TTS == nil || s.Local || s.Service != "api.deepgram.com and api.openai.com" {
		t.Errorf("%+v %v", s, err)
	}
	fake, c := fakeSpeech(t)
	if s, err = speech(c); err != nil || s.Listener != nil || !s.Local || s.Service != "127.0.0.1" {
		t.Errorf("%+v %v", s, err)
	}
	fake.Say("it broke")
	got, err := s.STT.Transcribe(t.Context(), provider.Recording{PCM: make([]byte, 64000), Rate: 16000})
	if err != nil || got.Text != "it broke" || fake.Requests()[0].Header.Get("Authorization") != "Bearer "+speechKey {
		t.Errorf("%+v %v", got, err)
	}
}

// TestAVoiceThatFails: espeak-ng speaks on where it is installed, and the failure of a
// service is protected from being asked again and again.
func TestAVoiceThatFails(t *testing.T) {
	if _, err := exec.LookPath("espeak-ng"); err != nil {
		t.Fatal("espeak-ng is missing: make deps")
	}
	fake, c := fakeSpeech(t)
	s, err := speech(c)
	if err != nil {
		t.Fatal(err)
	}
	for range 20 {
		fake.Break(providertest.Fault{Status: 500})
	}
	for range 5 {
		sound, err := s.TTS.Speak(t.Context(), provider.Line{Text: "What led you to that?", Language: "en"})
		if err != nil || sound.Rate != 22050 {
			t.Fatal(err)
		}
		sound.Close()
	}
	if n := len(fake.Requests()); n != 6 {
		t.Errorf("a service that fails was asked %d times for five lines; three with a repetition each are enough", n)
	}
	t.Setenv("PATH", "")
	if _, err := speech(config.Voice{TTS: &config.Service{Kind: config.KindEspeak, URL: "espeak"}}); err == nil || !strings.Contains(err.Error(), "install") {
		t.Errorf("%v", err)
	}
}

// TestNoRedirectIsFollowed: a key and people's words go where the operator said.
func TestNoRedirectIsFollowed(t *testing.T) {
	fake, c := fakeSpeech(t)
	other, _ := fakeSpeech(t)
	s, err := speech(c)
	if err != nil {
		t.Fatal(err)
	}
	fake.Break(providertest.Fault{Status: http.StatusTemporaryRedirect, Location: other.URL + "/v1/audio/transcriptions"})
	if _, err := s.STT.Transcribe(t.Context(), provider.Recording{PCM: make([]byte, 64000), Rate: 16000}); research.CodeOf(err) != research.Invalid || len(other.Requests()) != 0 {
		t.Errorf("%v, and the other was asked %d times", err, len(other.Requests()))
	}
}

func checkNamed(t *testing.T, all []Check, name string) Check {
	t.Helper()
	for _, c := range all {
		if strings.Contains(c.Detail+c.Problem, speechKey) {
			t.Errorf("%s shows the key: %s %s", c.Name, c.Detail, c.Problem)
		}
	}
	for _, c := range all {
		if c.Name == name {
			return c
		}
	}
	t.Fatalf("nothing was said about %s: %v", name, all)
	return Check{}
}

func TestDoctorHearsWhatItSays(t *testing.T) {
	fake, c := fakeSpeech(t)
	fake.Say(fixtureWords, fixtureWords)
	all := checkSpeech(t.Context(), c)
	says, hears := checkNamed(t, all, "text to speech"), checkNamed(t, all, "speech to text")
	if says.Problem != "" || !strings.Contains(says.Detail, "24000 Hz") || !strings.Contains(says.Detail, "first sound after") {
		t.Errorf("%+v", says)
	}
	if hears.Problem != "" || !strings.Contains(hears.Detail, "14 of 14 words") || !strings.Contains(hears.Detail, "no word times, streams") {
		t.Errorf("%+v", hears)
	}
	if n := fake.Requests()[1].Audio; n < 100_000 { // what was said, at 16 kHz
		t.Errorf("%d bytes were sent to be written down", n)
	}
}

func TestDoctorHearsTheFixture(t *testing.T) {
	fake, c := fakeSpeech(t)
	c.TTS = nil
	fake.Break(providertest.Fault{Type: "application/json", Body: `{"text":"yesterday I wanted to invite my team","words":[{"word":"yesterday","start":0,"end":0.8}]}`})
	all := checkSpeech(t.Context(), c)
	hears := checkNamed(t, all, "speech to text")
	if hears.Problem != "" || !strings.Contains(hears.Detail, "7 of 14 words") || !strings.Contains(hears.Detail, "with word times") {
		t.Errorf("%+v", hears)
	}
	if n := fake.Requests()[0].Audio; n < 90_000 || n > len(fixtureWAV) {
		t.Errorf("%d bytes were sent of a fixture of %d", n, len(fixtureWAV))
	}
}

func TestDoctorOfALiveService(t *testing.T) {
	fake, c := fakeSpeech(t)
	c.TTS, c.STT.Kind = nil, config.KindDeepgram
	for range len(fixtureWAV)/1920 + 2 {
		fake.Say(fixtureWords)
	}
	all := checkSpeech(t.Context(), c)
	live := checkNamed(t, all, "live speech to text")
	if live.Problem != "" || !strings.Contains(live.Detail, "14 of 14 words") {
		t.Errorf("%+v", live)
	}
	// The stand-in has no interface for whole recordings.
	if whole := checkNamed(t, all, "speech to text"); !strings.Contains(whole.Problem, "USERCALL_STT_URL") {
		t.Errorf("%+v", whole)
	}
}

// TestDoctorSaysWhatToDo: whatever is wrong, the setting to look at is named.
func TestDoctorSaysWhatToDo(t *testing.T) {
	for name, c := range map[string]struct {
		fault providertest.Fault
		says  string
	}{
		"a wrong key":  {providertest.Fault{Status: 401, Body: speechKey}, "USERCALL_STT_KEY"},
		"no such path": {providertest.Fault{Status: 404}, "USERCALL_STT_URL"},
		"a web page":   {providertest.Fault{Type: "text/html", Body: "<html>"}, "USERCALL_STT_URL"},
		"nonsense":     {providertest.Fault{Type: "application/json", Body: `{"text":"the cat sat on the mat"}`}, "USERCALL_STT_MODEL"},
	} {
		fake, v := fakeSpeech(t)
		v.TTS = nil
		fake.Break(c.fault)
		if hears := checkNamed(t, checkSpeech(t.Context(), v), "speech to text"); !strings.Contains(hears.Problem, c.says) {
			t.Errorf("%s: %+v", name, hears)
		}
	}
	gone, v := fakeSpeech(t)
	gone.Close()
	all := checkSpeech(t.Context(), v)
	for _, check := range []Check{checkNamed(t, all, "speech to text"), checkNamed(t, all, "text to speech")} {
		if !strings.Contains(check.Problem, "cannot be reached") {
			t.Errorf("%+v", check)
		}
	}
	if all := checkSpeech(t.Context(), config.Voice{}); len(all) != 1 || all[0].Problem != "" {
		t.Errorf("%+v", all)
	}
}

func TestDoctorOfTheBucket(t *testing.T) {
	f := startS3(t)
	c := &config.Bucket{Name: "rec", Endpoint: f.URL, Region: "garage"}
	if check := checkRecordings(t.Context(), c); check.Problem != "" || len(f.names()) != 0 {
		t.Errorf("%+v, left %v", check, f.names())
	}
	f.breaks(func(w http.ResponseWriter, _ *http.Request) bool { f.refuse(w, 403, "AccessDenied"); return true })
	if check := checkRecordings(t.Context(), c); !strings.Contains(check.Problem, "AWS_ACCESS_KEY_ID") || strings.Contains(check.Problem, s3Secret) {
		t.Errorf("%+v", check)
	}
	if check := checkRecordings(context.Background(), nil); check.Problem != "" {
		t.Errorf("%+v", check)
	}
}
