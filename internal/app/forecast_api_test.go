package app

import (
	"net/http"
	"testing"
)

func TestAForecastIsReadByPrograms(t *testing.T) {
	each(t, func(t *testing.T, s *site) {
		p, study := s.withStudies()
		s.history(p, 200)
		other := s.project("Other", origin1)
		want, err := s.app.Forecast(t.Context(), p, study, "left", nil, func(ForecastStep) {})
		if err != nil || want.Matched == 0 {
			t.Fatal(want, err)
		}
		for _, c := range []struct {
			key, query string
			status     int
			code       string
		}{
			{s.keys.APIKey, "study=foreseen&trigger=left", http.StatusOK, ""},
			{s.keys.APIKey, "study=foreseen&trigger=nothing", http.StatusNotFound, "not_found"},
			{s.keys.APIKey, "study=nothing&trigger=left", http.StatusNotFound, "not_found"},
			{other.APIKey, "study=foreseen&trigger=left", http.StatusNotFound, "not_found"},
			{s.keys.APIKey, "study=foreseen", http.StatusBadRequest, "invalid"},
			{s.keys.WriteKey, "study=foreseen&trigger=left", http.StatusUnauthorized, "unauthenticated"},
		} {
			status, answer := s.ask(http.MethodGet, "/api/v1/forecast?"+c.query, map[string]string{"Authorization": "Bearer " + c.key}, nil)
			if status != c.status || c.code != "" && answer["code"] != c.code {
				t.Errorf("%s: %d %v", c.query, status, answer)
			}
			if c.status != http.StatusOK {
				continue
			}
			days, _ := answer["days"].([]any)
			if answer["matched"] != float64(want.Matched) || answer["invited"] != float64(want.Invited) || answer["study"] != "foreseen" || answer["trigger"] != "left" ||
				len(days) != len(want.Days) || answer["first_event_at"] == nil {
				t.Errorf("%v, want %+v", answer, want)
			}
		}
	})
}
