package app

import (
	"net/http"
	"testing"
)

func TestAForecastIsReadByPrograms(t *testing.T) {
	each(t, func(t *testing.T, s *site) {
		s.study(s.keys, leaving)
		other := s.project("Other", origin1)
		s.ask(http.MethodPost, "/v1/track", nil, object{"writeKey": s.keys.WriteKey, "event": "left", "userId": "ann", "messageId": "m1"})
		for _, c := range []struct {
			key, query string
			status     int
			code       string
		}{
			{s.keys.APIKey, "study=why&trigger=left", http.StatusOK, ""},
			{s.keys.APIKey, "study=why&trigger=nothing", http.StatusNotFound, "not_found"},
			{s.keys.APIKey, "study=nothing&trigger=left", http.StatusNotFound, "not_found"},
			{other.APIKey, "study=why&trigger=left", http.StatusNotFound, "not_found"},
			{s.keys.APIKey, "study=why", http.StatusBadRequest, "invalid"},
			{s.keys.WriteKey, "study=why&trigger=left", http.StatusUnauthorized, "unauthenticated"},
		} {
			status, answer := s.ask(http.MethodGet, "/api/v1/forecast?"+c.query, map[string]string{"Authorization": "Bearer " + c.key}, nil)
			if status != c.status || c.code != "" && answer["code"] != c.code {
				t.Errorf("%s: %d %v", c.query, status, answer)
			}
			if c.status == http.StatusOK && (answer["matched"] != 1.0 || answer["study"] != "why" || len(answer["days"].([]any)) != 31 || answer["first_event_at"] == nil) {
				t.Errorf("%v", answer)
			}
		}
	})
}
