package config

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestVoiceIsOffByDefault(t *testing.T) {
	c, err := FromEnv(env(nil))
	if err != nil || c.Voice.STT != nil || c.Voice.TTS != nil || c.Voice.Minutes != 600 || c.Bucket != nil || c.MetricsAddr != "" || c.OTLPURL != "" {
		t.Errorf("%+v, %v", c, err)
	}
}

func TestServicesOfVoice(t *testing.T) {
	key := filepath.Join(t.TempDir(), "key")
	if err := os.WriteFile(key, []byte("sk-hunter2\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		env  map[string]string
		stt  Service
		tts  Service
		near bool // both
	}{
		"OpenAI": {
			map[string]string{"USERCALL_STT_URL": "https://api.openai.com/v1/", "USERCALL_STT_KEY_FILE": key, "USERCALL_TTS_URL": "https://api.openai.com/v1",
				"USERCALL_TTS_KEY_FILE": key, "USERCALL_TTS_VOICE": "nova"},
			Service{Kind: KindOpenAI, URL: "https://api.openai.com/v1", Key: "sk-hunter2", Model: "whisper-1", Words: "whisper-1"},
			Service{Kind: KindOpenAI, URL: "https://api.openai.com/v1", Key: "sk-hunter2", Model: "tts-1", Voice: "nova"}, false,
		},
		"Deepgram and espeak": {
			map[string]string{"USERCALL_STT_URL": "https://api.deepgram.com", "USERCALL_STT_KEY": "dg", "USERCALL_TTS_URL": "espeak"},
			Service{Kind: KindDeepgram, URL: "https://api.deepgram.com", Key: "dg", Model: "nova-3", Words: "nova-3"},
			Service{Kind: KindEspeak, URL: "espeak"}, false,
		},
		"one container": {
			map[string]string{"USERCALL_STT_URL": "http://speaches:8000/v1", "USERCALL_STT_MODEL": "small", "USERCALL_TTS_URL": "http://10.0.0.7:8880", "USERCALL_TTS_MODEL": "kokoro"},
			Service{Kind: KindOpenAI, URL: "http://speaches:8000/v1", Model: "small", Words: "small"},
			Service{Kind: KindOpenAI, URL: "http://10.0.0.7:8880", Model: "kokoro", Voice: "alloy"}, true,
		},
		"a server that speaks like Deepgram": {
			map[string]string{"USERCALL_STT_URL": "http://[::1]:9", "USERCALL_STT_KIND": "deepgram", "USERCALL_STT_KEY": "dg", "USERCALL_TTS_URL": "http://ears.internal/v1"},
			Service{Kind: KindDeepgram, URL: "http://[::1]:9", Key: "dg", Model: "nova-3", Words: "nova-3"},
			Service{Kind: KindOpenAI, URL: "http://ears.internal/v1", Model: "tts-1", Voice: "alloy"}, true,
		},
	} {
		got, err := FromEnv(env(c.env))
		if err != nil || got.Voice.STT == nil || got.Voice.TTS == nil || *got.Voice.STT != c.stt || *got.Voice.TTS != c.tts {
			t.Errorf("%s: %#v %#v, %v", name, got.Voice.STT, got.Voice.TTS, err)
			continue
		}
		if near := got.Voice.STT.Near() && got.Voice.TTS.Near(); near != c.near {
			t.Errorf("%s: near is %v", name, near)
		}
		for _, shown := range []string{fmt.Sprint(*got.Voice.STT), fmt.Sprintf("%+v", got), fmt.Sprintf("%#v", *got.Voice.TTS)} {
			if strings.Contains(shown, "hunter2") {
				t.Errorf("%s: the key shows in %s", name, shown)
			}
		}
	}
}

// TestWhatCannotBeHeard: whoever reads the error knows which setting to change, and reads no key.
func TestWhatCannotBeHeard(t *testing.T) {
	const far = "https://ears.example.com/v1"
	for name, c := range map[string]struct {
		env  map[string]string
		says string
	}{
		"a key alone":          {map[string]string{"USERCALL_STT_KEY": "hunter2"}, "USERCALL_STT_URL"},
		"a model alone":        {map[string]string{"USERCALL_TTS_MODEL": "tts-1"}, "USERCALL_TTS_URL"},
		"a voice alone":        {map[string]string{"USERCALL_TTS_VOICE": "nova"}, "USERCALL_TTS_URL"},
		"a kind alone":         {map[string]string{"USERCALL_STT_KIND": "openai"}, "USERCALL_STT_URL"},
		"no URL":               {map[string]string{"USERCALL_STT_URL": "hunter2"}, "USERCALL_STT_URL"},
		"a scheme":             {map[string]string{"USERCALL_TTS_URL": "ftp://hunter2.example.com"}, "USERCALL_TTS_URL"},
		"a key in the address": {map[string]string{"USERCALL_STT_URL": "https://me:hunter2@ears.example.com/v1"}, "USERCALL_STT_KEY"},
		"a key in the query":   {map[string]string{"USERCALL_STT_URL": far + "?key=hunter2"}, "USERCALL_STT_KEY"},
		"a key in the clear":   {map[string]string{"USERCALL_STT_URL": "http://ears.example.com/v1", "USERCALL_STT_KEY": "hunter2"}, "https://"},
		"two keys":             {map[string]string{"USERCALL_STT_URL": far, "USERCALL_STT_KEY": "hunter2\nhunter2"}, "USERCALL_STT_KEY"},
		"a kind":               {map[string]string{"USERCALL_STT_URL": far, "USERCALL_STT_KIND": "whisper"}, "USERCALL_STT_KIND"},
		"espeak has no ears":   {map[string]string{"USERCALL_STT_URL": "espeak"}, "USERCALL_TTS_URL"},
		"a socket of OpenAI":   {map[string]string{"USERCALL_STT_URL": "wss://ears.example.com", "USERCALL_STT_KIND": "openai"}, "USERCALL_STT_KIND"},
		"Deepgram, no key":     {map[string]string{"USERCALL_STT_URL": "wss://api.deepgram.com"}, "USERCALL_STT_KEY"},
		"Deepgram speaks":      {map[string]string{"USERCALL_TTS_URL": "https://api.deepgram.com/v1"}, "USERCALL_TTS_URL"},
		"no minutes":           {map[string]string{"USERCALL_VOICE_MINUTES": "0"}, "USERCALL_VOICE_MINUTES"},
		"half an hour":         {map[string]string{"USERCALL_VOICE_MINUTES": "half an hour"}, "USERCALL_VOICE_MINUTES"},
		"another store":        {map[string]string{"USERCALL_BLOB_URL": "gs://bucket"}, "USERCALL_BLOB_URL"},
		"no bucket":            {map[string]string{"USERCALL_BLOB_URL": "s3://?region=x"}, "USERCALL_BLOB_URL"},
		"no place":             {map[string]string{"USERCALL_BLOB_URL": "s3://bucket"}, "region"},
		"a key of S3":          {map[string]string{"USERCALL_BLOB_URL": "s3://me:hunter2@bucket?region=x"}, "AWS_ACCESS_KEY_ID"},
		"a key at its end":     {map[string]string{"USERCALL_BLOB_URL": "s3://bucket?region=x&endpoint=https://me:hunter2@s3.example.com"}, "endpoint"},
		"an option":            {map[string]string{"USERCALL_BLOB_URL": "s3://bucket?region=x&profile=root"}, "profile"},
		"a way out":            {map[string]string{"USERCALL_BLOB_URL": "s3://bucket/a/../b?region=x"}, "USERCALL_BLOB_URL"},
		"metrics":              {map[string]string{"USERCALL_METRICS_ADDR": "9090"}, "USERCALL_METRICS_ADDR"},
		"traces":               {map[string]string{"USERCALL_OTLP_URL": "127.0.0.1:4318"}, "USERCALL_OTLP_URL"},
		"a key of traces":      {map[string]string{"USERCALL_OTLP_URL": "https://me:hunter2@traces.example.com"}, "USERCALL_OTLP_URL"},
	} {
		_, err := FromEnv(env(c.env))
		if err == nil || !strings.Contains(err.Error(), c.says) || strings.Contains(err.Error(), "hunter2") {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestTheBucket(t *testing.T) {
	for address, want := range map[string]Bucket{
		"s3://rec?region=eu-central-1":                                 {Name: "rec", Region: "eu-central-1"},
		"s3://rec/usercall/prod/?endpoint=https://s3.example.com:9000": {Name: "rec", Endpoint: "https://s3.example.com:9000", Prefix: "usercall/prod/"},
		"s3://rec?endpoint=http%3A%2F%2Fgarage%3A3900&region=garage":   {Name: "rec", Endpoint: "http://garage:3900", Region: "garage"},
	} {
		c, err := FromEnv(env(map[string]string{"USERCALL_BLOB_URL": address}))
		if err != nil || c.Bucket == nil || *c.Bucket != want {
			t.Errorf("%s: %+v, %v", address, c.Bucket, err)
		}
	}
}

func TestNear(t *testing.T) {
	for address, want := range map[string]bool{
		"http://localhost:1": true, "http://127.0.0.1": true, "http://192.168.1.2": true, "http://speaches:8000": true, "http://a.local": true, "http://[fd00::1]": true,
		"https://api.openai.com": false, "https://8.8.8.8": false, "https://localhost.example.com": false, "http://[::ffff:8.8.8.8]": false, "http://100.64.0.1": false,
	} {
		if got := (&Service{Kind: KindOpenAI, URL: address}).Near(); got != want {
			t.Errorf("%s: %v", address, got)
		}
	}
	if !(&Service{Kind: KindEspeak, URL: "espeak"}).Near() {
		t.Error("espeak-ng is not near")
	}
}
