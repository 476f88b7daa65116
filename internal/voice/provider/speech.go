package provider

import (
	"bufio"
	"bytes"
	"cmp"
	"context"
	"encoding/binary"
	"encoding/json"
	"io"
	"unicode/utf8"

	"github.com/usercall/usercall/internal/research"
)

const (
	longestLine  = 4096     // characters
	longestSound = 24 << 20 // bytes; four minutes at 48 kHz
	pcmRate      = 24000    // of the PCM of OpenAI
)

// Speak implements [TTS]. PCM is asked for; a server that sends WAV all the
// same is understood, one that sends anything compressed is not.
func (o *OpenAI) Speak(ctx context.Context, l Line) (*Speech, error) {
	if n := utf8.RuneCountInString(l.Text); n == 0 || n > longestLine {
		return nil, wrong(o.Name, "cannot say an empty line, or one of more than 4096 characters")
	}
	body, err := json.Marshal(map[string]string{"model": o.Model, "input": l.Text, "voice": cmp.Or(l.Voice, o.Voice), "response_format": "pcm"})
	if err != nil {
		return nil, err
	}
	answer, err := o.post(ctx, "audio/speech", "application/json", bytes.NewReader(body))
	if err != nil {
		return nil, err
	}
	s, err := o.sound(ctx, mediaType(answer.Header), answer.Body)
	if err != nil {
		answer.Body.Close()
		return nil, err
	}
	return s, nil
}

func (o *OpenAI) sound(ctx context.Context, kind string, body io.ReadCloser) (*Speech, error) {
	switch kind {
	case "application/json", "text/html", "text/plain", "text/event-stream":
		return nil, unavailable(o.Name, "answers with text in place of sound; check its URL and model", nil)
	}
	rate := o.Rate
	if rate == 0 {
		rate = pcmRate
	}
	return speech(ctx, o.Name, body, rate)
}

// speech reads sound as it comes, once the first of it is there.
func speech(ctx context.Context, service string, body io.ReadCloser, rate int) (*Speech, error) {
	in := bufio.NewReaderSize(io.LimitReader(body, longestSound), 16<<10)
	head, err := in.Peek(12)
	switch {
	case len(head) < 2 && err != nil && err != io.EOF:
		return nil, unreachable(ctx, service, err)
	case len(head) < 2:
		return nil, unavailable(service, "sent no sound; it is asked again", nil)
	case bytes.HasPrefix(head, []byte("ID3")), bytes.HasPrefix(head, []byte("OggS")), bytes.HasPrefix(head, []byte("fLaC")),
		head[0] == 0xff && (head[1] == 0xfb || head[1] == 0xf3 || head[1] == 0xf1):
		return nil, wrong(service, "sends compressed sound: it has to be able to send pcm or wav")
	}
	s := &sound{service: service, ctx: ctx, in: in, body: body}
	if isWAV(head) {
		s.wav = true
		if rate, err = s.header(); err != nil {
			return nil, err
		}
	}
	return &Speech{Rate: rate, ReadCloser: s}, nil
}

// sound is a stream of whole samples.
type sound struct {
	service string
	ctx     context.Context
	in      *bufio.Reader
	body    io.Closer
	wav     bool
	odd     []byte // of a sample whose rest has not come
}

func (s *sound) Close() error { return s.body.Close() }

// Read fills p with whole samples. Of a stream that is cut in the middle of one
// that sample is dropped.
func (s *sound) Read(p []byte) (int, error) {
	if len(p) < 2 {
		return 0, io.ErrShortBuffer
	}
	for {
		if s.wav {
			if err := s.again(); err != nil {
				return 0, err
			}
		}
		n := copy(p, s.odd)
		s.odd = nil
		got, err := s.in.Read(p[n:s.most(len(p), n)])
		n += got
		if n%2 == 1 {
			n--
			s.odd = append(s.odd, p[n])
		}
		switch {
		case n > 0:
			return n, nil
		case err == io.EOF:
			return 0, io.EOF
		case err != nil:
			return 0, unreachable(s.ctx, s.service, err)
		}
	}
}

// most is how far one read goes: not past a header that some servers put before
// every chunk.
func (s *sound) most(room, from int) int {
	most := room
	if !s.wav {
		return most
	}
	buffered, _ := s.in.Peek(s.in.Buffered())
	for at := 1; at+12 <= len(buffered); at++ {
		if isWAV(buffered[at:]) {
			return min(most, from+at)
		}
	}
	return most
}

// again skips a header in the middle of the sound.
func (s *sound) again() error {
	for len(s.odd) == 0 {
		head, _ := s.in.Peek(12) // at the end there is less, and no header
		if !isWAV(head) {
			return nil
		}
		if _, err := s.header(); err != nil {
			return err
		}
	}
	return nil
}

func isWAV(b []byte) bool {
	return len(b) >= 12 && string(b[:4]) == "RIFF" && string(b[8:12]) == "WAVE"
}

// header reads to the samples of a WAV and returns their rate. Sizes of the
// whole are not believed: servers that stream do not know them.
func (s *sound) header() (rate int, err error) {
	bad := &research.Error{Code: research.Invalid, Message: s.service + " sends a kind of WAV that cannot be read: 16 bits, mono, PCM is needed."}
	if _, err := s.in.Discard(12); err != nil {
		return 0, bad
	}
	for range 32 {
		var chunk [8]byte
		if _, err := io.ReadFull(s.in, chunk[:]); err != nil {
			return 0, bad
		}
		size := binary.LittleEndian.Uint32(chunk[4:])
		switch name := string(chunk[:4]); {
		case name == "data":
			if rate == 0 {
				return 0, bad
			}
			return rate, nil
		case size > 4096:
			return 0, bad
		case name == "fmt ":
			if rate, err = s.format(int(size)); err != nil {
				return 0, bad
			}
		default:
			if _, err := s.in.Discard(int(size + size%2)); err != nil {
				return 0, bad
			}
		}
	}
	return 0, bad
}

var errFormat = io.ErrUnexpectedEOF

func (s *sound) format(size int) (int, error) {
	b := make([]byte, size+size%2)
	if _, err := io.ReadFull(s.in, b); err != nil || size < 16 {
		return 0, errFormat
	}
	kind, channels, bits := binary.LittleEndian.Uint16(b), binary.LittleEndian.Uint16(b[2:]), binary.LittleEndian.Uint16(b[14:])
	rate := int(binary.LittleEndian.Uint32(b[4:]))
	if kind != 1 && kind != 0xfffe || channels != 1 || bits != 16 || rate < 8000 || rate > 48000 {
		return 0, errFormat
	}
	return rate, nil
}
