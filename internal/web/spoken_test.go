package web

import (
	"strings"
	"testing"
	"time"
)

// spoke takes seconds of the 600 minutes that the first project may speak in a day.
func (s *site) spoke(seconds int) *site {
	s.t.Helper()
	if _, err := s.db.ReserveVoice(s.t.Context(), 1, s.now.Format(time.DateOnly), seconds, 36_000); err != nil {
		s.t.Fatal(err)
	}
	return s
}

// TestTheTimeForVoiceIsNews where it is nearly used: on the first page, with a way to
// where it is explained.
func TestTheTimeForVoiceIsNews(t *testing.T) {
	s := newSite(t, "http://localhost:8080").signIn()
	s.fill(demo{tag: "a", studies: 1, events: 3})
	for _, c := range []struct {
		seconds        int
		home, settings string
	}{
		{0, "", ""}, {3_600, "", "10 % of today’s 600 minutes"}, {26_000, "82 % of today’s 600 minutes", "82 % of today’s 600 minutes"},
		{6_390, "new interviews are typed", "600 minutes of spoken interviews are used up"},
	} {
		if c.seconds > 0 {
			s.spoke(c.seconds)
		}
		home, settings := s.get("/").Body.String(), s.get("/settings").Body.String()
		if news := strings.Contains(home, `href="/settings#voice"`); news != (c.home != "") || !strings.Contains(home, c.home) {
			t.Errorf("after %d seconds the first page has news: %t", c.seconds, news)
		}
		if told := strings.Contains(settings, "USERCALL_VOICE_MINUTES"); told != (c.settings != "") || !strings.Contains(settings, c.settings) {
			t.Errorf("after %d seconds settings tell of it: %t", c.seconds, told)
		}
		if !strings.Contains(settings, `name="days" value="90"`) {
			t.Error("settings do not say how long recordings are kept")
		}
	}
	s.now = s.now.Add(24 * time.Hour)
	if strings.Contains(s.get("/").Body.String(), "/settings#voice") {
		t.Error("it is still news on the next day")
	}
}
