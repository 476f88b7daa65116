package app

import (
	"compress/gzip"
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/usercall/usercall/internal/config"
	"github.com/usercall/usercall/internal/report"
	"github.com/usercall/usercall/internal/store/storetest"
)

// past is a file of messages, the last of them of this minute.
func past(lines ...string) string {
	now := time.Now().UTC().Truncate(time.Millisecond)
	for i := range lines {
		at := now.Add(-time.Duration(len(lines)-i) * time.Second)
		lines[i] = strings.TrimSuffix(lines[i], "}") + fmt.Sprintf(`,"timestamp":%q}`, at.Format(time.RFC3339Nano))
	}
	return strings.Join(lines, "\n") + "\n"
}

func (s *site) imports(ctx context.Context, o Import) *ImportReport {
	s.t.Helper()
	p, err := s.app.Project(s.t.Context(), s.keys.Project)
	if err != nil {
		s.t.Fatal(err)
	}
	o.Project = p.ID
	r, err := s.app.Import(ctx, o)
	if err != nil {
		s.t.Fatal(err)
	}
	return r
}

// rows are what the API lists.
func (s *site) rows(what string) []any {
	s.t.Helper()
	status, answer := s.ask(http.MethodGet, "/api/v1/"+what+"?limit=1000", map[string]string{"Authorization": "Bearer " + s.keys.APIKey}, nil)
	items, _ := answer["items"].([]any)
	if status != http.StatusOK {
		s.t.Fatalf("%s: %d %v", what, status, answer)
	}
	return items
}

func write(t *testing.T, name, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	f, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if strings.HasSuffix(name, ".gz") {
		w := gzip.NewWriter(f)
		if _, err := w.Write([]byte(text)); err != nil {
			t.Fatal(err)
		}
		if err := w.Close(); err != nil {
			t.Fatal(err)
		}
	} else if _, err := f.WriteString(text); err != nil {
		t.Fatal(err)
	}
	return path
}

const leavingPro = `
usercall: 1
study: { key: why, name: Why people leave }
guide: cancellation
triggers: [{ key: left, on: { event: left, where: { traits.plan: pro } }, who: { group.tier: gold } }]
`

func TestAnImportTeachesAndInvitesNobody(t *testing.T) {
	each(t, func(t *testing.T, s *site) {
		s.study(s.keys, leavingPro)
		path := write(t, "past.jsonl.gz", past(
			`{"type":"identify","userId":"ann","anonymousId":"browser-1","traits":{"plan":"pro"},"messageId":"i1"}`,
			`{"type":"group","userId":"ann","groupId":"acme","traits":{"tier":"gold"},"messageId":"g1"}`,
			`{"type":"alias","userId":"ann","previousId":"old-phone","messageId":"a1"}`,
			`{"type":"track","event":"left","userId":"ann","messageId":"t1"}`,
			`{"type":"track","event":"left","userId":"bob","messageId":"t2"}`))
		if r := s.imports(t.Context(), Import{Paths: []string{path}}); r.Stored != 5 || len(r.LeftOut) != 0 {
			t.Fatalf("%+v", r)
		}
		if got := s.rows("events"); len(got) != 5 {
			t.Errorf("%d events", len(got))
		}
		if got := len(s.rows("decisions")) + len(s.rows("invites")); got != 0 {
			t.Errorf("%d decisions and invites of an import", got)
		}
		s.knowsAnn()
		if r := s.imports(t.Context(), Import{Paths: []string{path}}); r.Read != 0 || r.Before != 1 {
			t.Errorf("the second run: %+v", r)
		}
		if r := s.imports(t.Context(), Import{Paths: []string{path}, Restart: true}); r.Stored != 0 || r.Known != 5 {
			t.Errorf("from the start: %+v", r)
		}
	})
}

// knowsAnn tells whether the moment of a browser, and of a phone, without a user
// is taken for Ann's, whose plan and group the past told.
func (s *site) knowsAnn() {
	s.t.Helper()
	_, answer := s.page("/sdk/v1/events", object{"project": s.keys.Project, "ticket": "ticket-1",
		"batch": []object{{"type": "track", "event": "left", "messageId": "live-1", "anonymousId": "browser-1"}}})
	if inviteOf(answer) == "" {
		s.t.Errorf("the browser's moment leads to %v", answer)
	}
	invites := s.rows("invites")
	if len(invites) != 1 || invites[0].(object)["person"] != "ann" {
		s.t.Errorf("invited %v", invites)
	}
	s.page("/sdk/v1/events", object{"project": s.keys.Project, "ticket": "ticket-2",
		"batch": []object{{"type": "track", "event": "left", "messageId": "live-2", "anonymousId": "old-phone"}}})
	decisions := s.rows("decisions")
	if len(decisions) != 2 || decisions[0].(object)["person"] != "ann" || decisions[1].(object)["person"] != "ann" {
		s.t.Errorf("decided %v", decisions)
	}
}

func TestAnImportThatWasStoppedGoesOn(t *testing.T) {
	each(t, func(t *testing.T, s *site) {
		const n = 1700
		var text strings.Builder
		for i := range n {
			fmt.Fprintf(&text, `{"type":"track","event":"left","userId":"u%d","messageId":"m%d","timestamp":%q}`+"\n", i%40, i, time.Now().UTC().Format(time.RFC3339))
		}
		path := write(t, "past.jsonl.gz", text.String())
		ctx, cancel := context.WithCancel(t.Context())
		first := s.imports(ctx, Import{Paths: []string{path}, Progress: func(ImportProgress) { cancel() }})
		if first.Stored == 0 || first.Stored >= n || !first.Again {
			t.Fatalf("%+v", first)
		}
		second := s.imports(t.Context(), Import{Paths: []string{path}})
		if second.Read != n-first.Read || second.Stored != n-first.Stored || second.Known != 0 {
			t.Errorf("first %+v, then %+v", first, second)
		}
		if got := s.messages(); len(got) != n || got[0] != "m0" || got[n-1] != fmt.Sprint("m", n-1) {
			t.Errorf("%d events", len(got))
		}
		if got := len(s.rows("decisions")); got != 0 {
			t.Errorf("%d decisions", got)
		}
	})
}

// messages is the ids of all events in the order of receipt.
func (s *site) messages() (ids []string) {
	s.t.Helper()
	p, err := s.app.Project(s.t.Context(), s.keys.Project)
	if err != nil {
		s.t.Fatal(err)
	}
	err = s.app.Export(s.t.Context(), "events", p, Query{}, func(row any) error {
		ids = append(ids, row.(report.EventRow).MessageID)
		return nil
	})
	if err != nil {
		s.t.Fatal(err)
	}
	return ids
}

func TestAnImportIsLearntThoughNoServerRuns(t *testing.T) {
	storetest.EachTarget(t, func(t *testing.T, target string) {
		cfg := config.Config{Addr: "127.0.0.1:0", DataDir: t.TempDir(), Secret: config.Secret(storetest.Key)}
		if strings.Contains(target, "://") {
			cfg.DatabaseURL = target
		}
		a, err := Open(t.Context(), cfg, slog.New(slog.DiscardHandler))
		if err != nil {
			t.Fatal(err)
		}
		defer a.Close()
		s := &site{t: t, app: a}
		s.keys = s.project("Northdesk", origin1)
		path := write(t, "past.jsonl", past(`{"type":"identify","userId":"ann","anonymousId":"browser-1","traits":{"plan":"pro"},"messageId":"i1"}`))
		s.imports(t.Context(), Import{Paths: []string{path}})
		if due, err := a.db.DueShards(t.Context(), time.Now()); err != nil || len(due) != 0 {
			t.Errorf("%d shards wait, %v", len(due), err)
		}
	})
}
