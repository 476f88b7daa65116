package app

import (
	"bytes"
	"context"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/usercall/usercall/internal/config"
	"github.com/usercall/usercall/internal/interview"
	"github.com/usercall/usercall/internal/metrics"
	"github.com/usercall/usercall/internal/research"
	"github.com/usercall/usercall/internal/store/storetest"
	"github.com/usercall/usercall/internal/voice/pcm"
	"github.com/usercall/usercall/internal/voice/provider"
	"github.com/usercall/usercall/internal/voice/provider/providertest"
	"github.com/usercall/usercall/internal/voice/record"
)

const (
	itBroke = "It broke, and nobody knew."
	slowly  = "And it was slow."
)

// spokenTwice is an interview that is over, with two answers without times of words,
// whose recording is not ended: at 1 to 3 s, and at 4 to 6 s.
func (s *site) spokenTwice(t *testing.T, user string) *interview.Record {
	t.Helper()
	offer, err := s.app.room.Find(t.Context(), s.token(user))
	must(t, err)
	rec, err := s.app.room.Consent(t.Context(), offer, nil, interview.Choice{Mode: "voice", Record: true})
	must(t, err)
	_, err = s.app.db.BeginRecording(t.Context(), rec.Key(), time.Now())
	must(t, err)
	for n, text := range []string{itBroke, slowly} {
		from := int64(1000 + 3000*n)
		to := from + 2000
		_, err := s.app.room.KeepAnswer(t.Context(), rec.Key(), text[:2], text, interview.Spoken{StartMS: &from, EndMS: &to})
		must(t, err)
	}
	rec, err = s.app.room.Press(t.Context(), rec.Key(), interview.Leave, 0)
	must(t, err)
	tape, err := s.app.recordings.Record(record.Key(rec.PublicID), longestRecording)
	must(t, err)
	loud := func(v int16, n int) []int16 {
		all := make([]int16, n)
		for i := range all {
			all[i] = v
		}
		return all
	}
	must(t, tape.Participant(record.Rate, loud(7, 2*record.Rate)))
	must(t, tape.Participant(4*record.Rate, loud(8, 2*record.Rate)))
	must(t, tape.Moderator(0, loud(99, 7*record.Rate)))
	must(t, tape.Close(0))
	return rec
}

// heardAgain is an answer of the service, with the times of words.
func heardAgain(words string) providertest.Fault {
	return providertest.Fault{Type: "application/json", Body: `{"text":"heard","words":[` + words + `]}`}
}

// timesOf is the times of all words of an interview's answers.
func (s *site) timesOf(t *testing.T, key interview.Key) (all []research.Word) {
	t.Helper()
	rec, err := s.app.db.LoadInterview(t.Context(), key)
	must(t, err)
	for _, turn := range rec.Turns {
		all = append(all, turn.Words...)
	}
	return all
}

func heardBy(t *testing.T, database string, minutes int) (*site, *providertest.Server) {
	services := providertest.Start(providertest.Options{})
	t.Cleanup(services.Close)
	s := startWith(t, database, func(c *config.Config) {
		c.Voice.STT = &config.Service{Kind: config.KindOpenAI, URL: services.URL, Model: "quick", Words: "exact"}
		c.Voice.Minutes = minutes
	})
	s.study(s.keys, spokenStudy)
	return s, services
}

// TestWordsAreTimedAfterwards: once, with the participant's voice of each answer
// alone, before the recording is settled; and what was masked stays so.
func TestWordsAreTimedAfterwards(t *testing.T) {
	for name, database := range map[string]func() string{"sqlite": func() string { return "" }, "postgres": func() string { return storetest.Postgres(t) }} {
		t.Run(name, func(t *testing.T) {
			s, services := heardBy(t, database(), 2)
			rec := s.spokenTwice(t, "ann")
			services.Break(heardAgain(`{"word":"It","start":0.1,"end":0.3},{"word":"broke","start":0.4,"end":0.9},{"word":"ann@example.com","start":1,"end":1.5}`),
				heardAgain(`{"word":"slow","start":1.25,"end":1.75}`))
			must(t, s.app.db.EndRecording(t.Context(), rec.Key(), 7*time.Second, time.Now()))
			s.settled(t, rec.Key())
			got := s.timesOf(t, rec.Key())
			if len(got) != 3 || got[0] != (research.Word{Text: "It", Start: 1100, End: 1300}) || got[2] != (research.Word{Text: "slow", Start: 5250, End: 5750}) {
				t.Errorf("words are timed as %v", got)
			}
			asked := services.Requests()
			if len(asked) != 2 || asked[0].Form["model"] != "exact" || asked[0].Form["language"] != "en" || !strings.Contains(asked[0].Form["timestamp_granularities[]"], "word") {
				t.Fatalf("asked %d times, first with %v", len(asked), asked[0].Form)
			}
			for n, v := range []byte{7, 8} {
				if sound := asked[n].Body[pcm.HeaderSize:]; len(sound) != 4*record.Rate || !bytes.Equal(sound, bytes.Repeat([]byte{v, 0}, 2*record.Rate)) {
					t.Errorf("answer %d was sent as %d bytes that are not its sound", n, len(sound))
				}
			}
			must(t, s.app.archive.hear(t.Context(), research.Recording{Project: rec.Project, Interview: rec.ID, Key: rec.PublicID}))
			if n := len(services.Requests()); n != 2 {
				t.Errorf("what has its times was heard again: %d", n)
			}
		})
	}
}

// TestWordsThatCannotBeTimed: whatever the service does, the recording is settled, the
// failure is counted, and no word is in the log.
func TestWordsThatCannotBeTimed(t *testing.T) {
	for name, c := range map[string]struct {
		spent, asked int
		fault        providertest.Fault
		logged       string
	}{
		"the service fails":        {0, 2, providertest.Fault{Status: 500}, "code=unavailable"},
		"it has no times":          {0, 1, providertest.Fault{Type: "application/json", Body: `{"text":"It broke SECRETLY"}`}, "does not say when"},
		"the day has no more time": {59, 0, providertest.Fault{}, "code=quota"},
	} {
		t.Run(name, func(t *testing.T) {
			s, services := heardBy(t, "", 1)
			rec := s.spokenTwice(t, "ann")
			must(t, s.app.budgetOf(rec.Project).reserve(t.Context(), c.spent))
			services.Break(c.fault, c.fault)
			must(t, s.app.db.EndRecording(t.Context(), rec.Key(), 7*time.Second, time.Now()))
			s.settled(t, rec.Key())
			if got := s.timesOf(t, rec.Key()); len(got) != 0 || len(services.Requests()) != c.asked {
				t.Errorf("words are timed as %v, and %d were asked for", got, len(services.Requests()))
			}
			log := s.log.String()
			if !strings.Contains(log, "when each word was said could not be found out") || !strings.Contains(log, c.logged) || strings.Contains(log, "SECRETLY") || strings.Contains(log, "broke") {
				t.Errorf("the log says %s", log)
			}
			page := httptest.NewRecorder()
			s.app.metrics.Handler().ServeHTTP(page, httptest.NewRequest(http.MethodGet, "/metrics", nil))
			if counted := strings.Contains(page.Body.String(), `usercall_voice_failures_total{service="words"} 1`); counted != (c.asked > 0) {
				t.Errorf("counted as a failure: %t", counted)
			}
		})
	}
}

// silent never answers.
type silent struct{}

func (silent) Transcribe(ctx context.Context, _ provider.Recording) (provider.Transcript, error) {
	<-ctx.Done()
	return provider.Transcript{}, ctx.Err()
}

// TestARecordingIsNotHeardForEver: where nobody answers, a minute is all it costs, and
// a program that ends does not wait for it and does not take it as done.
func TestARecordingIsNotHeardForEver(t *testing.T) {
	files, err := record.OpenFiles(t.TempDir())
	must(t, err)
	t.Cleanup(func() { must(t, files.Close()) })
	tape, err := files.Record("itv_1", time.Minute)
	must(t, err)
	must(t, tape.Close(10*time.Second))
	sound, err := files.Open("itv_1")
	must(t, err)
	t.Cleanup(func() { must(t, sound.Close()) })
	from, to := int64(1000), int64(9000)
	turns := []research.Turn{{N: 2, Text: slowly, StartMS: &from, EndMS: &to}, {N: 4, Text: slowly, StartMS: &from, EndMS: &to}}
	synctest.Test(t, func(t *testing.T) {
		h := &hindsight{stt: silent{}, budget: func(research.ProjectID) *meter { return &meter{} }, watcher: metrics.New(), log: slog.New(slog.DiscardHandler)}
		begun := time.Now()
		if err := h.all(t.Context(), interview.Key{}, turns, "en", sound); err != nil || time.Since(begun) != againWithin {
			t.Errorf("after %s: %v", time.Since(begun), err)
		}
		ctx, end := context.WithTimeout(t.Context(), time.Second)
		defer end()
		if err := h.all(ctx, interview.Key{}, turns, "en", sound); err != context.DeadlineExceeded {
			t.Errorf("the program ends: %v", err)
		}
	})
}
