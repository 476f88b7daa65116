package provider_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/usercall/usercall/internal/voice/provider"
	"github.com/usercall/usercall/internal/voice/provider/providertest"
)

// three is a recording of three seconds.
var three = provider.Recording{PCM: make([]byte, 3*32000), Rate: 16000, Language: "en", WordTimes: true}

// TestSelfHosted is what the servers that people run themselves answer about
// three seconds of speech, a server a row.
func TestSelfHosted(t *testing.T) {
	const s = time.Second
	at := func(f float64) time.Duration { return time.Duration(f * float64(s)) }
	for _, c := range []struct {
		server, kind, body string
		want               provider.Transcript
	}{
		{
			"OpenAI whisper-1", "application/json",
			`{"task":"transcribe","language":"english","duration":3.0,"text":"It broke.","words":[{"word":"It","start":0.5,"end":0.8},{"word":"broke","start":0.8,"end":1.4}],
			  "segments":[{"id":0,"start":0.5,"end":1.4,"text":" It broke.","avg_logprob":-0.2,"compression_ratio":0.8,"no_speech_prob":0.02}],"usage":{"type":"duration","seconds":3}}`,
			provider.Transcript{Text: "It broke.", Language: "english", NoSpeech: 0.02,
				Words:    []provider.Word{{Text: "It", Start: at(0.5), End: at(0.8)}, {Text: "broke", Start: at(0.8), End: at(1.4)}},
				Segments: []provider.Segment{{Text: "It broke.", Start: at(0.5), End: at(1.4), NoSpeech: 0.02}}},
		},
		{
			"OpenAI gpt-4o-transcribe: short answer only", "application/json", `{"text":"It broke.","logprobs":null,"usage":{"total_tokens":12}}`,
			provider.Transcript{Text: "It broke.", NoSpeech: -1},
		},
		{
			"speaches: words at the top, with the space before them", "application/json",
			`{"task":"transcribe","language":"en","duration":3.0,"text":"It broke.","words":[{"start":0.5,"end":0.8,"word":" It","probability":0.9},{"start":0.8,"end":1.4,"word":" broke.","probability":0.8}],"segments":[]}`,
			provider.Transcript{Text: "It broke.", Language: "en", NoSpeech: -1,
				Words: []provider.Word{{Text: "It", Start: at(0.5), End: at(0.8)}, {Text: "broke.", Start: at(0.8), End: at(1.4)}}},
		},
		{
			"speaches: streamed", "text/event-stream", "data: {\"text\":\"It\"}\n\ndata: {\"text\":\"broke.\"}\n\n",
			provider.Transcript{Text: "It broke.", NoSpeech: -1},
		},
		{
			"whisper.cpp: pieces of words inside of segments, lines broken", "application/json",
			`{"task":"transcribe","language":"english","duration":3.0,"text":" That's it,\n it broke.\n","segments":[{"id":0,"text":" That's it,","start":0,"end":1,"tokens":[1,2],
			  "words":[{"word":" That","start":0.16,"end":0.31,"t_dtw":-1,"probability":0.3},{"word":"'s","start":0.38,"end":0.49,"probability":0.8},{"word":" it","start":0.5,"end":0.9},{"word":",","start":0.9,"end":0.9}],"temperature":0.0,"avg_logprob":-0.3},
			  {"id":1,"text":" it broke.","start":1,"end":2.5,"words":[{"word":" it","start":1.1,"end":1.4},{"word":" broke","start":1.4,"end":2.2},{"word":".","start":2.2,"end":2.5}]}]}`,
			provider.Transcript{Text: "That's it, it broke.", Language: "english", NoSpeech: -1,
				Words: []provider.Word{{Text: "That's", Start: at(0.16), End: at(0.49)}, {Text: "it,", Start: at(0.5), End: at(0.9)},
					{Text: "it", Start: at(1.1), End: at(1.4)}, {Text: "broke.", Start: at(1.4), End: at(2.5)}},
				Segments: []provider.Segment{{Text: "That's it,", End: at(1), NoSpeech: -1}, {Text: "it broke.", Start: at(1), End: at(2.5), NoSpeech: -1}}},
		},
		{
			"LocalAI: no words, times in billionths, most is missing", "application/json",
			`{"segments":[{"id":0,"start":500000000,"end":1400000000,"text":" It broke.","tokens":[50364,467]}],"text":" It broke.","words":null}`,
			provider.Transcript{Text: "It broke.", NoSpeech: -1, Segments: []provider.Segment{{Text: "It broke.", Start: at(0.5), End: at(1.4), NoSpeech: -1}}},
		},
		{
			"LocalAI: times that are nonsense", "application/json", `{"segments":[{"id":0,"start":0,"end":77000,"text":" It broke."}],"text":"It broke."}`,
			provider.Transcript{Text: "It broke.", NoSpeech: -1, Segments: []provider.Segment{{Text: "It broke.", NoSpeech: -1}}},
		},
		{
			"vLLM: the duration is a string, likelihoods are placeholders", "application/json",
			`{"duration":"3.0","language":"en","text":" It broke.","segments":[{"id":0,"avg_logprob":-1.0,"compression_ratio":-1.0,"end":1.4,"no_speech_prob":null,"seek":0,"start":0.5,"temperature":0.0,"text":" It broke.","tokens":[1]}],"words":null}`,
			provider.Transcript{Text: "It broke.", Language: "en", NoSpeech: -1, Segments: []provider.Segment{{Text: "It broke.", Start: at(0.5), End: at(1.4), NoSpeech: -1}}},
		},
		{
			"vLLM: everything as strings", "application/json",
			`{"text":"It broke.","segments":[{"start":"0.5","end":"1.4","text":"It broke.","no_speech_prob":"0.1"}]}`,
			provider.Transcript{Text: "It broke.", NoSpeech: 0.1, Segments: []provider.Segment{{Text: "It broke.", Start: at(0.5), End: at(1.4), NoSpeech: 0.1}}},
		},
		{
			"Ollama: a new endpoint, short answer", "application/json; charset=utf-8", `{"text":"It broke."}`,
			provider.Transcript{Text: "It broke.", NoSpeech: -1},
		},
		{
			"bare text", "text/plain; charset=utf-8", " It broke.\n",
			provider.Transcript{Text: "It broke.", NoSpeech: -1},
		},
		{
			"segments without the whole", "application/json", `{"segments":[{"text":"It"},{"text":"broke."},"odd",null]}`,
			provider.Transcript{Text: "It broke.", NoSpeech: -1, Segments: []provider.Segment{{Text: "It", NoSpeech: -1}, {Text: "broke.", NoSpeech: -1}, {NoSpeech: -1}}},
		},
		{
			"hostile: control characters and bytes that are no text", "application/json", "{\"text\":\"It\\u0000 \\u001b[31mbroke\xff.\",\"words\":{\"a\":1},\"segments\":7}",
			provider.Transcript{Text: "It [31mbroke\uFFFD.", NoSpeech: -1},
		},
	} {
		t.Run(c.server, func(t *testing.T) {
			p, s := openAI(t)
			s.Break(providertest.Fault{Type: c.kind, Body: c.body})
			got, err := p.Transcribe(t.Context(), three)
			if err != nil {
				t.Fatal(err)
			}
			if d := cmp.Diff(c.want, got, cmpopts.EquateEmpty(), cmpopts.EquateApproxTime(0), cmp.Comparer(near)); d != "" {
				t.Error(d)
			}
		})
	}
}

func near(a, b time.Duration) bool { return (a - b).Abs() < time.Millisecond }

// openAI is a client of a server of its own.
func openAI(t *testing.T) (*provider.OpenAI, *providertest.Server) {
	t.Helper()
	s := providertest.Start(providertest.Options{})
	t.Cleanup(s.Close)
	return &provider.OpenAI{Name: "The speech service", URL: s.URL, Key: canary, Model: "whisper-1", Voice: "alloy"}, s
}

const canary = "sk-canary-7f3a"
