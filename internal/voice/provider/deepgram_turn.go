package provider

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"net/http"
	"net/url"
	"strings"

	"github.com/usercall/usercall/internal/voice/pcm"
)

// Transcribe implements [STT] by Deepgram's interface for whole recordings, which
// has the time of every word. What nobody can have understood is not sent.
func (d *Deepgram) Transcribe(ctx context.Context, r Recording) (Transcript, error) {
	if tooShort(r) {
		return Transcript{NoSpeech: -1}, nil
	}
	if len(r.PCM) > longestRecording {
		return Transcript{}, wrong(deepgramName, "cannot be sent so long a recording")
	}
	answer, err := d.post(ctx, r)
	if err != nil {
		return Transcript{}, err
	}
	defer answer.Body.Close()
	if answer.StatusCode != http.StatusOK {
		return Transcript{}, refused(deepgramName, answer)
	}
	b, err := bounded(ctx, deepgramName, answer.Body, longestTranscript)
	if err != nil {
		return Transcript{}, err
	}
	w, ok := prerecorded(b)
	if !ok {
		return Transcript{}, unavailable(deepgramName, "answers with something that is no transcript; check its URL and model", nil)
	}
	return heardIn(w.transcript(r.Length()), r), nil
}

func (d *Deepgram) post(ctx context.Context, r Recording) (*http.Response, error) {
	address, err := d.turnAddress(r)
	if err != nil {
		return nil, err
	}
	body := append(pcm.Header(pcm.Format{Rate: r.Rate, Channels: 1}, int64(len(r.PCM))), r.PCM...)
	q, err := http.NewRequestWithContext(ctx, http.MethodPost, address, bytes.NewReader(body))
	if err != nil {
		return nil, wrong(deepgramName, "cannot be asked at its URL")
	}
	q.Header.Set("Content-Type", "audio/wav")
	q.Header.Set("Authorization", "Token "+string(d.Key))
	answer, err := cmp.Or(d.HTTP, client).Do(q)
	if err != nil {
		return nil, unreachable(ctx, deepgramName, err)
	}
	return answer, nil
}

// turnAddress is that of the socket, by HTTP and with what a recording needs.
func (d *Deepgram) turnAddress(r Recording) (string, error) {
	socket, err := d.address(r.Language)
	if err != nil {
		return "", err
	}
	u, err := url.Parse(socket)
	if err != nil {
		return "", wrong(deepgramName, "has no usable URL: write it like wss://host")
	}
	u.Scheme = strings.Replace(u.Scheme, "ws", "http", 1)
	all, q := u.Query(), url.Values{"model": u.Query()["model"], "punctuate": {"true"}}
	if all.Has("language") {
		q.Set("language", all.Get("language"))
	}
	u.RawQuery = q.Encode()
	return u.String(), nil
}

// prerecorded reads the answer; false where it is none.
func prerecorded(b []byte) (*written, bool) {
	var m struct {
		Results *struct {
			Channels list[struct {
				Alternatives list[struct {
					Transcript text `json:"transcript"`
					Words      list[struct {
						spoken
						Punctuated text `json:"punctuated_word"`
					}] `json:"words"`
				}] `json:"alternatives"`
			}] `json:"channels"`
		} `json:"results"`
	}
	if json.Unmarshal(b, &m) != nil || m.Results == nil {
		return nil, false
	}
	w := &written{}
	for _, c := range m.Results.Channels[:min(1, len(m.Results.Channels))] {
		for _, a := range c.Alternatives[:min(1, len(c.Alternatives))] {
			w.Text = a.Transcript
			for _, s := range a.Words {
				s.Word = cmp.Or(s.Punctuated, s.Word)
				w.Words = append(w.Words, s.spoken)
			}
		}
	}
	return w, true
}

var _ STT = (*Deepgram)(nil)
