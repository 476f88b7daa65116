package interview

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/usercall/usercall/internal/research"
)

// Moderate holds one interview over JSON lines, interviewing.md §5: a start,
// then answers, each followed by one line from the moderator, until that says
// done or the input ends. A line that cannot be understood ends it with an
// error that names the line.
func Moderate(in io.Reader, out io.Writer) error {
	t := &talk{in: bufio.NewReader(in), out: out}
	for {
		line, err := t.line()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		if done, err := t.turn(line); done || err != nil {
			return err
		}
	}
}

// talk is an interview over JSON lines.
type talk struct {
	in    *bufio.Reader
	out   io.Writer
	n     int // lines read
	began bool
	setup Setup
	state State
}

const longestLine = 1 << 20

// line reads the next line that is not blank.
func (t *talk) line() ([]byte, error) {
	var line []byte
	for {
		part, err := t.in.ReadSlice('\n')
		line = append(line, part...)
		switch {
		case len(line) > longestLine:
			return nil, t.fault("longer than %d bytes", longestLine)
		case errors.Is(err, bufio.ErrBufferFull):
			continue
		case err != nil && !errors.Is(err, io.EOF):
			return nil, fmt.Errorf("read line %d: %w", t.n+1, err)
		}
		t.n++
		if line = bytes.TrimSpace(line); len(line) > 0 {
			return line, nil
		}
		if err != nil {
			return nil, err
		}
	}
}

func (t *talk) fault(format string, args ...any) error {
	return research.Errorf(research.Invalid, "line %d: %s", max(t.n, 1), fmt.Sprintf(format, args...))
}

// message is any line that may come in.
type message struct {
	Type      string          `json:"type"`
	UseCase   string          `json:"use_case"`
	Guide     *research.Guide `json:"guide"`
	TimeLimit float64         `json:"time_limit_s"`
	Mode      string          `json:"mode"`
	Language  string          `json:"language"`
	Product   string          `json:"product"`
	Recorded  *bool           `json:"recorded"`
	Event     struct {
		Name       string          `json:"event"`
		Properties json.RawMessage `json:"properties"`
	} `json:"event"`
	Text   string  `json:"text"`
	Now    float64 `json:"now_s"`
	Think  float64 `json:"think_s"`
	Speech float64 `json:"speech_s"`
}

// turn takes one line and says the next; it tells whether the interview is over.
func (t *talk) turn(line []byte) (done bool, err error) {
	var m message
	if err := json.Unmarshal(line, &m); err != nil {
		return false, t.fault("no JSON object of this form: %v", err)
	}
	var out Output
	switch {
	case m.Type == "start" && !t.began:
		t.began = true
		if t.setup, err = t.prepare(&m); err != nil {
			return false, err
		}
		t.state, out = Start(t.setup, m.Now)
	case m.Type == "hangup" && t.began:
		return true, nil
	case m.Type == "answer" && t.began:
		t.state, out = Step(t.setup, t.state, Input{Kind: Answer, Text: m.Text, At: m.Now, Think: m.Think, Speech: m.Speech})
	case !t.began:
		return false, t.fault(`the first line must have "type":"start", not %q`, m.Type)
	default:
		return false, t.fault(`"type" must be "answer" or "hangup" here, not %q`, m.Type)
	}
	return out.Done, t.say(out)
}

func (t *talk) say(o Output) error {
	line, err := json.Marshal(struct {
		Say    string `json:"say"`
		Act    string `json:"act"`
		Done   bool   `json:"done"`
		Reason string `json:"reason"`
	}{o.Say, o.Act, o.Done, o.Reason})
	if err != nil {
		return fmt.Errorf("encode the answer to line %d: %w", t.n, err)
	}
	if _, err := t.out.Write(append(line, '\n')); err != nil {
		return fmt.Errorf("answer line %d: %w", t.n, err)
	}
	return nil
}

// prepare makes the setup of a start line. The sound counts as recorded unless
// the line says that it is not.
func (t *talk) prepare(m *message) (Setup, error) {
	g := m.guide()
	if len(g.Questions) == 0 {
		return Setup{}, t.fault("the guide has no questions")
	}
	for i, q := range g.Questions {
		if q.ID == "" || q.Ask == "" {
			return Setup{}, t.fault("question %d of the guide needs an id and an ask", i+1)
		}
	}
	if m.Mode != "" && m.Mode != "voice" && m.Mode != "text" {
		return Setup{}, t.fault(`"mode" must be "voice" or "text", not %q`, m.Mode)
	}
	return Setup{
		ID: "moderate", Guide: g, Mode: m.Mode, Language: m.Language, Product: m.Product,
		LimitSeconds: int(m.TimeLimit), Recorded: m.Recorded == nil || *m.Recorded,
		Slots: Slots(g, m.Product, m.Event.Name, m.Event.Properties, time.Time{}, time.Time{}),
	}, nil
}

// guide is the one given, else the one of the use case, else the one that fits
// the event.
func (m *message) guide() research.Guide {
	if m.Guide != nil {
		return *m.Guide
	}
	if g, ok := GuideByID(m.UseCase); ok {
		return g
	}
	if g := GuideForEvent(m.UseCase); m.UseCase != "" && g.ID != "general" {
		return g
	}
	return GuideForEvent(m.Event.Name)
}
