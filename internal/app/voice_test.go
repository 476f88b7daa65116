package app

import (
	"context"
	"encoding/binary"
	"encoding/json"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/coder/websocket"

	"github.com/usercall/usercall/internal/config"
	"github.com/usercall/usercall/internal/interview"
	"github.com/usercall/usercall/internal/research"
	"github.com/usercall/usercall/internal/store/storetest"
	"github.com/usercall/usercall/internal/voice/provider/providertest"
	"github.com/usercall/usercall/internal/voice/record"
	"github.com/usercall/usercall/internal/voice/session"
)

const spokenStudy = `
usercall: 1
study: { key: why, name: Why people leave }
guide: cancellation
interview: { mode: choice, record: true }
triggers: [{ key: left, on: { event: left } }]
`

// talking is a site with services that hear and speak.
func talking(t *testing.T, database string, minutes int) *site {
	t.Helper()
	services := providertest.Start(providertest.Options{})
	t.Cleanup(services.Close)
	s := startWith(t, database, func(c *config.Config) {
		c.Voice.STT = &config.Service{Kind: config.KindOpenAI, URL: services.URL, Model: "small"}
		c.Voice.TTS = &config.Service{Kind: config.KindOpenAI, URL: services.URL, Model: "small"}
		c.Voice.Minutes = minutes
	})
	s.study(s.keys, spokenStudy)
	return s
}

// phone is a participant who hears everything and types.
type phone struct {
	t    *testing.T
	conn *websocket.Conn
	gen  int
	from time.Time
	got  time.Duration
}

type said struct {
	Type, Name, Code, Reason, Voice, Text string
	Recorded, Spoken                      bool
	Turn                                  int
}

// token is that of an invite which somebody just got.
func (s *site) token(user string) string {
	link := s.sees("ticket-"+user, "m-"+user, user)["invite"].(object)["link"].(string)
	return link[strings.LastIndex(link, "/")+1:]
}

func (s *site) phone(t *testing.T, user string) (p *phone, token string) {
	t.Helper()
	token = s.token(user)
	_, answer := s.ask(http.MethodPost, "/i/"+token+"/ticket", map[string]string{"Origin": s.url}, nil)
	conn, _, err := websocket.Dial(t.Context(), s.url+"/i/socket", &websocket.DialOptions{
		Subprotocols: []string{"usercall.interview.v1"}, HTTPHeader: http.Header{"Origin": {s.url}}})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.CloseNow() })
	p = &phone{t: t, conn: conn}
	p.send(object{"type": "hello", "ticket": answer["ticket"], "voice": true})
	return p, token
}

func (p *phone) send(v object) {
	p.t.Helper()
	b, err := json.Marshal(v)
	if err == nil {
		err = p.conn.Write(p.t.Context(), websocket.MessageText, b)
	}
	if err != nil {
		p.t.Fatal(err)
	}
}

// until reads up to a frame of that type, and plays what it hears meanwhile.
func (p *phone) until(kind string) (f said) {
	p.t.Helper()
	ctx, cancel := context.WithTimeout(p.t.Context(), time.Minute)
	defer cancel()
	for {
		what, b, err := p.conn.Read(ctx)
		if err != nil {
			p.t.Fatalf("waiting for %s: %v", kind, err)
		}
		if what == websocket.MessageBinary {
			p.play(b)
			continue
		}
		f = said{}
		if err := json.Unmarshal(b, &f); err != nil {
			p.t.Fatal(err)
		}
		if f.Type == kind {
			return f
		}
	}
}

// hears plays so much of what is said.
func (p *phone) hears(d time.Duration) {
	p.t.Helper()
	ctx, cancel := context.WithTimeout(p.t.Context(), time.Minute)
	defer cancel()
	for p.from.IsZero() || time.Since(p.from) < d {
		what, b, err := p.conn.Read(ctx)
		if err != nil {
			p.t.Fatalf("waiting to hear something: %v", err)
		}
		if what == websocket.MessageBinary {
			p.play(b)
		}
	}
}

func (p *phone) play(b []byte) {
	if gen := int(binary.LittleEndian.Uint16(b[2:])); gen != p.gen {
		p.gen, p.from, p.got = gen, time.Now(), 0
	}
	p.got += time.Duration(len(b)-8) * time.Millisecond / 48
	played := min(time.Since(p.from), p.got).Milliseconds()
	p.send(object{"type": "playback", "gen": p.gen, "played_ms": played})
	if b[1]&1 != 0 {
		p.send(object{"type": "playback_done", "gen": p.gen})
	}
}

// TestASpokenInterviewIsPutTogether: what is heard is recorded, counted and
// stored, and put away at the end.
func TestASpokenInterviewIsPutTogether(t *testing.T) {
	for name, database := range map[string]func() string{"sqlite": func() string { return "" }, "postgres": func() string { return storetest.Postgres(t) }} {
		t.Run(name, func(t *testing.T) {
			s := talking(t, database(), 20)
			p, token := s.phone(t, "ann")
			if r := p.until("ready"); r.Voice != "server" {
				t.Fatalf("it is ready as %+v", r)
			}
			p.send(object{"type": "consent", "accepted": true, "mode": "voice", "record": true})
			if r := p.until("ready"); !r.Recorded {
				t.Errorf("after consent it is ready as %+v", r)
			}
			p.until("agent_turn")
			p.hears(time.Second)
			p.send(object{"type": "answer", "id": "a1", "text": "The export to our accounting tool broke in March."})
			p.until("accepted")
			p.send(object{"type": "end"})
			if e := p.until("ended"); e.Reason != "stop" {
				t.Errorf("it ended with %q", e.Reason)
			}
			s.putAway(t, token)
		})
	}
}

// putAway checks what is kept of a spoken interview.
func (s *site) putAway(t *testing.T, token string) {
	t.Helper()
	offer, err := s.app.room.Find(t.Context(), token)
	if err != nil {
		t.Fatal(err)
	}
	rec := offer.Interview
	tape := s.settled(t, rec.Key())
	if tape.Length < 2*time.Second || tape.Length > time.Minute || tape.DeleteAt.IsZero() {
		t.Errorf("its recording is %+v", tape)
	}
	audio, err := s.app.recordings.Open(record.Key(rec.PublicID))
	if err != nil {
		t.Fatal(err)
	}
	defer audio.Close()
	if audio.Type != "audio/flac" || audio.Bytes < 1000 {
		t.Errorf("it is %d bytes of %s", audio.Bytes, audio.Type)
	}
	all, err := s.app.db.Exchanges(t.Context(), rec.Key())
	if err != nil || len(all) < 3 || all[0].What != "begin" || all[0].TTSFirst <= 0 || all[0].FirstHeard <= 0 || all[0].STTSent != -1 {
		t.Errorf("its exchanges are %+v, %v", all, err)
	}
	if first := rec.Turns[0]; first.StartMS == nil || *first.EndMS <= *first.StartMS || *first.EndMS > tape.Length.Milliseconds() {
		t.Errorf("the first line stands at %v", first)
	}
}

// settled is a recording when a job has settled it.
func (s *site) settled(t *testing.T, key interview.Key) (tape research.Recording) {
	t.Helper()
	for range 1200 { // a minute of a busy machine
		var err error
		if tape, err = s.app.db.Recording(t.Context(), key); err != nil {
			t.Fatal(err)
		}
		if tape.State == research.RecordingSettled {
			return tape
		}
		<-time.After(50 * time.Millisecond)
	}
	t.Fatalf("its recording is %+v", tape)
	return tape
}

// TestVoiceThatIsUsedUp: nobody is asked beyond what a project may talk a day, and
// what was reserved and not used is given back.
func TestVoiceThatIsUsedUp(t *testing.T) {
	s := talking(t, "", 1)
	project, err := s.app.Project(t.Context(), s.keys.Project)
	if err != nil {
		t.Fatal(err)
	}
	one, two := s.app.budgetOf(project.ID), s.app.budgetOf(project.ID)
	if err := one.reserve(t.Context(), 60); err != nil {
		t.Fatal(err)
	}
	if err := two.reserve(t.Context(), 1); research.CodeOf(err) != research.Quota {
		t.Errorf("beyond the day: %v", err)
	}
	if err := one.giveBack(t.Context(), 20); err != nil {
		t.Fatal(err)
	}
	if err := two.reserve(t.Context(), 20); err != nil {
		t.Errorf("what was given back cannot be used: %v", err)
	}
	if log := s.log.String(); strings.Count(log, "is taken for today") != 1 || !strings.Contains(log, "project="+s.keys.Project+" percent=100 minutes=1") {
		t.Errorf("the log says %s", log)
	}
	p, _ := s.phone(t, "ben")
	p.send(object{"type": "consent", "accepted": true, "mode": "voice"})
	if n := p.until("notice"); n.Code != session.NoticeBudget {
		t.Errorf("it says %+v", n)
	}
	p.send(object{"type": "answer", "id": "a1", "text": "I can still type that it was too slow."})
	p.until("accepted")
}

// TestARecordingThatNobodyEnded is ended when its interview is over, as long as it
// is. One of another node, and one that is being written, are left alone.
func TestARecordingThatNobodyEnded(t *testing.T) {
	s := talking(t, "", 0)
	left := s.recorded(t, "ann")
	r, err := s.app.recordings.Record(record.Key(left.PublicID), longestRecording)
	if err == nil {
		err = r.Participant(0, make([]int16, 3*record.Rate))
	}
	if err != nil {
		t.Fatal(err)
	}
	elsewhere := s.recorded(t, "ben")
	later := *s.app.archive // the server's own goes on by the time of day
	later.now = func() time.Time { return time.Now().Add(leftAfter + time.Minute) }
	for _, want := range []int{0, 1, 0} {
		if n, err := later.endLeft(t.Context()); n != want || err != nil {
			t.Errorf("%d were ended, not %d: %v", n, want, err)
		}
		if err := r.Close(0); err != nil { // as a crash does
			t.Fatal(err)
		}
	}
	row, err := s.app.db.Recording(t.Context(), left.Key())
	if err != nil || row.State == research.RecordingRuns || row.Length != 3*time.Second {
		t.Errorf("it is %+v, %v", row, err)
	}
	if row, err := s.app.db.Recording(t.Context(), elsewhere.Key()); err != nil || row.State != research.RecordingRuns {
		t.Errorf("that of another node is %+v, %v", row, err)
	}
}

// recorded is an interview that is over, and whose recording is not ended.
func (s *site) recorded(t *testing.T, user string) *interview.Record {
	t.Helper()
	offer, err := s.app.room.Find(t.Context(), s.token(user))
	if err != nil {
		t.Fatal(err)
	}
	rec, err := s.app.room.Consent(t.Context(), offer, nil, interview.Choice{Mode: "voice", Record: true})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := s.app.db.BeginRecording(t.Context(), rec.Key(), time.Now()); err != nil {
		t.Fatal(err)
	}
	if rec, err = s.app.room.Press(t.Context(), rec.Key(), interview.Leave, 0); err != nil {
		t.Fatal(err)
	}
	return rec
}
