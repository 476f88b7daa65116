package providertest

import (
	"encoding/json"
	"net/http"

	"github.com/coder/websocket"
)

// HangUp breaks every socket, as a network does.
func (s *Server) HangUp() {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, c := range s.sockets {
		_ = c.CloseNow() // one that was closed before is no matter
	}
	s.sockets = nil
}

// listen is a socket that writes down: for every message of sound the next text
// as one that may change, for Finalize the same as certain.
func (s *Server) listen(w http.ResponseWriter, r *http.Request) {
	if s.took(Request{Path: r.URL.RequestURI(), Header: r.Header}).happens(w, r) {
		return
	}
	conn, err := websocket.Accept(w, r, nil)
	if err != nil {
		return
	}
	defer conn.CloseNow()
	s.mu.Lock()
	s.sockets = append(s.sockets, conn)
	s.mu.Unlock()
	text := ""
	for {
		kind, b, err := conn.Read(r.Context())
		if err != nil {
			return
		}
		var m struct{ Type string }
		switch {
		case kind == websocket.MessageBinary:
			text = s.next(&s.said, text)
		case json.Unmarshal(b, &m) != nil || m.Type == "KeepAlive":
			s.took(Request{Path: m.Type})
			continue
		case m.Type == "CloseStream":
			_ = conn.Close(websocket.StatusNormalClosure, "")
			return
		}
		final := kind != websocket.MessageBinary
		result, err := json.Marshal(map[string]any{"type": "Results", "is_final": final, "speech_final": final, "from_finalize": final,
			"channel": map[string]any{"alternatives": []any{map[string]any{"transcript": text}}}})
		if err != nil || conn.Write(r.Context(), websocket.MessageText, result) != nil {
			return
		}
	}
}
