package provider

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"mime/multipart"
	"strings"
	"sync/atomic"
	"time"

	"github.com/usercall/usercall/internal/voice/pcm"
)

// longestRecording is what OpenAI takes at most; a turn is far below it.
const longestRecording = 25 << 20

// longestTranscript bounds an answer with the time of every word.
const longestTranscript = 4 << 20

// learned is what a server turned out not to do. It is asked for no more.
type learned struct {
	plain atomic.Bool  // verbose_json
	whole atomic.Bool  // streaming of transcripts
	step  atomic.Int32 // of the ladder of [OpenAI.Object]
}

// Transcribe implements [STT]. Recordings with less voice than recognisers can
// tell from silence are not sent, and what they make up for silence is dropped.
func (o *OpenAI) Transcribe(ctx context.Context, r Recording) (Transcript, error) {
	if tooShort(r) {
		return Transcript{NoSpeech: -1}, nil
	}
	if len(r.PCM) > longestRecording {
		return Transcript{}, wrong(o.Name, "cannot be sent so long a recording")
	}
	t, err := o.transcribe(ctx, r)
	if notAsked(err) {
		t, err = o.askLess(ctx, r, err)
	}
	if err != nil {
		return Transcript{}, err
	}
	return heardIn(t, r), nil
}

// notAsked tells whether a server does not accept the form of a request.
func notAsked(err error) bool {
	var f *failure
	return errors.As(err, &f) && (f.status == 400 || f.status == 422 || f.status == 501)
}

// askLess gives up, one after the other, what not every server does, and asks
// again. Where that does not help, it was not the reason.
func (o *OpenAI) askLess(ctx context.Context, r Recording, err error) (t Transcript, _ error) {
	var given []*atomic.Bool
	for _, part := range []*atomic.Bool{&o.learned.plain, &o.learned.whole} {
		if notAsked(err) && part.CompareAndSwap(false, true) {
			given = append(given, part)
			t, err = o.transcribe(ctx, r)
		}
	}
	if notAsked(err) {
		for _, part := range given {
			part.Store(false)
		}
	}
	return t, err
}

func (o *OpenAI) transcribe(ctx context.Context, r Recording) (Transcript, error) {
	body, contentType := o.form(r)
	answer, err := o.post(ctx, "audio/transcriptions", contentType, body)
	if err != nil {
		return Transcript{}, err
	}
	defer answer.Body.Close()
	switch mediaType(answer.Header) {
	case "text/event-stream":
		return o.streamed(ctx, r, answer.Body)
	case "text/plain":
		b, err := bounded(ctx, o.Name, answer.Body, longestTranscript)
		if t, ok := decodeTranscript(b, r.Length()); ok && bytes.HasPrefix(bytes.TrimSpace(b), []byte("{")) {
			return t, err
		}
		return Transcript{Text: clean(string(b)), NoSpeech: -1}, err
	case "text/html":
		return Transcript{}, unavailable(o.Name, "answers with a web page; check its URL", nil)
	}
	b, err := bounded(ctx, o.Name, answer.Body, longestTranscript)
	if err != nil {
		return Transcript{}, err
	}
	t, ok := decodeTranscript(b, r.Length())
	if !ok {
		return Transcript{}, unavailable(o.Name, "answers with something that is no transcript; check its URL and model", nil)
	}
	return t, nil
}

// form is the request. Models that only know the short answer are asked for it
// from the start.
func (o *OpenAI) form(r Recording) (io.Reader, string) {
	var body bytes.Buffer
	w := multipart.NewWriter(&body)
	file, _ := w.CreateFormFile("file", "turn.wav") // a buffer takes everything
	_, _ = file.Write(pcm.Header(pcm.Format{Rate: r.Rate, Channels: 1}, int64(len(r.PCM))))
	_, _ = file.Write(r.PCM)
	format := "verbose_json"
	if o.learned.plain.Load() || strings.Contains(o.Model, "transcribe") {
		format = "json"
	}
	for _, f := range [][2]string{{"model", o.Model}, {"language", r.Language}, {"prompt", r.Prompt}, {"response_format", format}, {"temperature", "0"}} {
		if f[1] != "" {
			_ = w.WriteField(f[0], f[1])
		}
	}
	if format == "verbose_json" {
		_ = w.WriteField("timestamp_granularities[]", "segment")
		if r.WordTimes {
			_ = w.WriteField("timestamp_granularities[]", "word")
		}
	}
	if r.Partial != nil && !o.learned.whole.Load() {
		_ = w.WriteField("stream", "true")
	}
	_ = w.Close()
	return &body, w.FormDataContentType()
}

// streamed reads a transcript that comes in pieces: as events with a delta and
// one that is done, as objects with a piece of text each, or as bare text.
func (o *OpenAI) streamed(ctx context.Context, r Recording, body io.Reader) (Transcript, error) {
	var text strings.Builder
	var whole *Transcript
	err := events(body, func(data []byte) (bool, error) {
		if string(data) == "[DONE]" {
			return true, nil
		}
		var e struct {
			Type  string          `json:"type"`
			Delta string          `json:"delta"`
			Text  string          `json:"text"`
			Error json.RawMessage `json:"error"`
		}
		switch {
		case json.Unmarshal(data, &e) != nil:
			add(&text, string(data))
		case len(e.Error) > 0 && string(e.Error) != "null" || e.Type == "error":
			return true, errBroken
		case e.Type == "transcript.text.delta":
			text.WriteString(e.Delta)
		case e.Type == "transcript.text.done":
			t, _ := decodeTranscript(data, r.Length())
			whole = &t
			return true, nil
		case e.Type == "":
			add(&text, e.Text)
		}
		if r.Partial != nil && text.Len() > 0 {
			r.Partial(clean(text.String()))
		}
		return false, nil
	})
	switch {
	case errors.Is(err, errTooMuch):
		return Transcript{}, wrong(o.Name, "answers with more than it can have to say")
	case errors.Is(err, errBroken):
		return Transcript{}, unavailable(o.Name, "broke off; it is asked again", nil)
	case err != nil:
		return Transcript{}, unreachable(ctx, o.Name, err)
	case whole != nil:
		return *whole, nil
	}
	return Transcript{Text: clean(text.String()), NoSpeech: -1}, nil
}

var errBroken = errors.New("the server says that it failed")

func add(b *strings.Builder, piece string) {
	if b.Len() > 0 && piece != "" && piece[0] != ' ' {
		b.WriteByte(' ')
	}
	b.WriteString(piece)
}

// Voice with less than leastVoice of it is taken for silence by recognisers,
// who then write down what they have read most often.
const (
	leastVoice  = 300 * time.Millisecond
	littleVoice = time.Second
	likelyNone  = 0.6
)

func tooShort(r Recording) bool {
	return r.Length() < leastVoice || r.Voiced > 0 && r.Voiced < leastVoice
}

// heardIn drops what a recogniser made up: words over so little voice that it
// doubts them itself, and the credits of films. A plain "thank you" stays where
// the recogniser does not say how sure it is, and there is voice enough for it.
func heardIn(t Transcript, r Recording) Transcript {
	voiced := r.Voiced
	if voiced == 0 {
		voiced = r.Length()
	}
	line := strings.ToLower(strings.Trim(t.Text, " .!?♪\"'-…()[]*"))
	none := voiced < littleVoice && t.NoSpeech > likelyNone ||
		voiced < littleVoice && t.NoSpeech < 0 && silencePhrases[line] ||
		voiced < 2*littleVoice && credits(line)
	if none {
		return Transcript{Language: t.Language, NoSpeech: t.NoSpeech}
	}
	return t
}

// silencePhrases are what models of the Whisper kind write for silence.
var silencePhrases = map[string]bool{
	"": true, "you": true, "thank you": true, "thank you very much": true, "thanks": true, "bye": true, "bye-bye": true, "the end": true,
	"danke": true, "vielen dank": true, "tschüss": true, "gracias": true, "muchas gracias": true, "merci": true, "music": true, "silence": true,
	"blank_audio": true, "applause": true,
}

// credits tells whether a text is from the end of a film, which nobody says.
func credits(line string) bool {
	for _, c := range []string{
		"thanks for watching", "thank you for watching", "subscribe to", "please subscribe", "like and subscribe", "subtitles by", "captions by", "amara.org",
		"untertitel der", "untertitel von", "untertitelung", "vielen dank fürs zuschauen", "subtítulos realizados", "subtítulos por", "gracias por ver",
		"sous-titres réalisés", "sous-titrage", "merci d'avoir regardé",
	} {
		if strings.Contains(line, c) {
			return true
		}
	}
	return false
}
