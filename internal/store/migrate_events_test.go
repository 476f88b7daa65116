package store_test

import (
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/usercall/usercall/internal/report"
	"github.com/usercall/usercall/internal/research"
	"github.com/usercall/usercall/internal/store"
	"github.com/usercall/usercall/internal/store/storetest"
)

// firstDatabase is a database of version 1, filled by SQL.
type firstDatabase struct {
	t  *testing.T
	db *sql.Tx
	// overriding lets a row have a number that the database did not give it.
	overriding string
}

func (f *firstDatabase) exec(query string, args ...any) {
	f.t.Helper()
	if _, err := f.db.ExecContext(f.t.Context(), query, args...); err != nil {
		f.t.Fatalf("%s: %v", query, err)
	}
}

// event stores an event as version 1 did.
func (f *firstDatabase) event(e *research.Event, pending bool) {
	f.t.Helper()
	payload, err := json.Marshal(struct {
		UserID      research.UserID      `json:"userId,omitempty"`
		AnonymousID research.AnonymousID `json:"anonymousId,omitempty"`
		PreviousID  string               `json:"previousId,omitempty"`
		GroupID     string               `json:"groupId,omitempty"`
		Properties  json.RawMessage      `json:"properties,omitempty"`
		Traits      json.RawMessage      `json:"traits,omitempty"`
		Context     json.RawMessage      `json:"context,omitempty"`
	}{e.UserID, e.AnonymousID, e.PreviousID, e.GroupID, e.Properties, e.Traits, e.Context})
	if err != nil {
		f.t.Fatal(err)
	}
	key, signed := e.Person(), 0
	if e.Signed {
		signed = 1
	}
	f.exec("INSERT INTO events (seq, shard, project_id, user_key, type, name, ts, received_at, source, signed, message_id, payload)"+
		f.overriding+" VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)", e.Seq, key.Shard(e.Project), int64(e.Project), string(key), string(e.Type), e.Name, e.Timestamp.UnixMilli(), e.ReceivedAt.UnixMilli(),
		string(e.Source), signed, e.MessageID, string(payload))
	f.exec("INSERT INTO dedupe (project_id, message_key, signed, fingerprint, seen_day) VALUES ($1, $2, $3, 0, 0)", int64(e.Project), fmt.Appendf(nil, "%016d", e.Seq), signed)
	if pending {
		f.exec("INSERT INTO inbox (shard, seq, project_id, user_key) VALUES ($1, $2, $3, $4)", key.Shard(e.Project), e.Seq, int64(e.Project), string(key))
	}
}

// blank is a database without a schema.
func blank(t *testing.T, target string) string {
	t.Helper()
	if target[0] == '/' {
		return filepath.Join(t.TempDir(), "blank.db")
	}
	db, err := sql.Open("pgx", target)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	name := target[strings.LastIndex(target, "/")+1 : strings.Index(target, "?")]
	if _, err := db.ExecContext(t.Context(), "CREATE DATABASE "+name+"_blank TEMPLATE template0"); err != nil {
		t.Fatal(err)
	}
	return strings.Replace(target, "/"+name+"?", "/"+name+"_blank?", 1)
}

// oldEvents is a history with gaps in its numbers, every type and a late receipt.
func oldEvents(p research.ProjectID) (events []research.Event) {
	seq := int64(3)
	add := func(e research.Event) {
		if seq++; seq%97 == 0 {
			seq += 5
		}
		e.Seq, e.Project, e.MessageID, e.Source = seq, p, fmt.Sprint("old", seq), research.FromBrowser
		e.ReceivedAt = noon.Add(time.Duration(seq) * time.Second)
		if seq%10 == 0 { // two nodes whose clocks differ
			e.ReceivedAt = e.ReceivedAt.Add(30 * time.Second)
		}
		e.Timestamp = e.ReceivedAt.Add(-time.Duration(seq%7) * time.Second)
		events = append(events, e)
	}
	for i := range 70 {
		user, browser := research.UserID(fmt.Sprint("user", i%5)), research.AnonymousID(fmt.Sprint("browser", i%5))
		add(research.Event{Type: research.Track, Name: "left", UserID: user, AnonymousID: browser, Properties: []byte(`{"n":12345678901234567890,"s":"\u0000ü"}`), Signed: i%3 == 0})
		add(research.Event{Type: research.Page, Name: "Home", AnonymousID: browser, Context: []byte(`{"page":{"path":"/"}}`)})
		add(research.Event{Type: research.Identify, UserID: user, Traits: []byte(`{"plan":"pro"}`)})
		add(research.Event{Type: research.Group, UserID: user, GroupID: "acme", Traits: []byte(`{"size":5}`)})
		add(research.Event{Type: research.Alias, UserID: user, PreviousID: "before"})
		add(research.Event{Type: research.Screen, UserID: user})
	}
	return events
}

func TestAFirstDatabaseBecomesALog(t *testing.T) {
	storetest.EachTarget(t, func(t *testing.T, target string) {
		target = blank(t, target)
		old, err := store.OpenFirst(t.Context(), target)
		if err != nil {
			t.Fatal(err)
		}
		tx, err := old.BeginTx(t.Context(), nil)
		if err != nil {
			t.Fatal(err)
		}
		f := &firstDatabase{t: t, db: tx}
		if target[0] != '/' {
			f.overriding = " OVERRIDING SYSTEM VALUE"
		}
		events := oldEvents(1)
		fill(f, events)
		if err := errors.Join(tx.Commit(), old.Close()); err != nil {
			t.Fatal(err)
		}
		for range 2 { // the second time there is nothing to do
			db := openLog(t, target)
			checkMoved(t, db, events)
			all, err := db.Reports().Versions(t.Context(), 1, 1)
			if err != nil || len(all) != 1 || all[0].Who != "" {
				t.Errorf("the study's file is no version: %+v %v", all, err)
			}
			if err := db.Close(); err != nil {
				t.Fatal(err)
			}
		}
		checkPending(t, openLog(t, target), events)
	})
}

// waiting is the events that nobody evaluated in the old database: Ann, who
// leaves, and a browser that was linked to her before.
func waiting(last *research.Event) (ann, browser research.Event) {
	at := last.ReceivedAt.Add(time.Minute)
	base := research.Event{Project: 1, Timestamp: at, ReceivedAt: at, Source: research.FromBrowser}
	ann, browser = base, base
	ann.Seq, ann.Type, ann.UserID, ann.MessageID, ann.Traits = last.Seq+10, research.Identify, "ann", "waiting1", []byte(`{"plan":"pro"}`)
	browser.Seq, browser.Type, browser.Name, browser.AnonymousID, browser.MessageID = last.Seq+11, research.Track, "left", "ann's browser", "waiting2"
	return ann, browser
}

func fill(f *firstDatabase, events []research.Event) {
	f.exec("INSERT INTO projects (key, name, write_key, created_at) VALUES ('one', 'One', 'wk', 0)")
	f.exec("INSERT INTO studies (public_id, project_id, key, name, goal, target, file, state, revision, created_at) VALUES ('stu_1', 1, 'old', 'old', '', 0, '', 'open', 0, 0)")
	f.exec("INSERT INTO triggers (public_id, project_id, study_id, key, name, version, fingerprint, active, created_at) VALUES ('trg_1', 1, 1, 't', 't', 1, '', 0, 0)")
	for i := range events {
		f.event(&events[i], false)
	}
	ann, browser := waiting(&events[len(events)-1])
	f.event(&ann, true)
	f.event(&browser, true)
	f.exec("INSERT INTO links (project_id, anonymous_id, user_key, linked_at) VALUES (1, $1, $2, 0)", "ann's browser", "u:ann")
	f.exec("INSERT INTO links (project_id, anonymous_id, user_key, linked_at) VALUES (1, $1, $2, 0)", "u:odd", "")
	for n, seq := range []int64{events[0].Seq, events[1].Seq, 1} { // of the last one the event is gone
		f.exec("INSERT INTO decisions (project_id, study_id, trigger_id, version, user_key, at, event_seq, message_id, outcome) VALUES (1, 1, 1, 1, 'u:user0', $1, $2, 'm', 'skipped')", n, seq)
	}
	f.exec(`INSERT INTO invitations (public_id, project_id, study_id, trigger_id, user_key, event_seq, message_id, state, verified, token_hash, reserved_at, expires_at, closed_at)
		VALUES ('inv_1', 1, 1, 1, 'u:user0', $1, 'm', 'expired', 0, $2, 0, 0, 0)`, events[0].Seq, []byte("hash"))
}

func checkMoved(t *testing.T, db *store.DB, events []research.Event) {
	t.Helper()
	ann, browser := waiting(&events[len(events)-1])
	all := append(append([]research.Event{}, events...), ann, browser)
	var got []research.Event
	w := report.Window{Limit: 500}
	for more := true; more; {
		page, err := db.Reports().Events(t.Context(), 1, report.EventFilter{}, w)
		if err != nil {
			t.Fatal(err)
		}
		for _, e := range page.Rows {
			got = append([]research.Event{e.Event}, got...)
		}
		w.Before, more = page.Next, page.Next != (report.Cursor{})
	}
	if diff := cmp.Diff(all, got); diff != "" {
		t.Fatal(diff)
	}
	p, err := db.ProjectByKey(t.Context(), "one")
	if err != nil {
		t.Fatal(err)
	}
	for _, since := range []time.Time{{}, noon.Add(105 * time.Second), noon.Add(400 * time.Second)} {
		n, want := 0, 0
		for i := range all {
			if !all[i].ReceivedAt.Before(since) {
				want++
			}
		}
		err := db.ExportEvents(t.Context(), p, report.Query{Since: since}, func(report.EventRow) error { n++; return nil })
		if err != nil || n != want {
			t.Errorf("since %s: %d events, want %d, %v", since, n, want, err)
		}
	}
	checkFilled(t, db)
}

func checkFilled(t *testing.T, db *store.DB) {
	t.Helper()
	for query, want := range map[string]int{
		"SELECT count(*) FROM decisions WHERE event_name = 'left'":                    1,
		"SELECT count(*) FROM decisions WHERE event_name = 'Home'":                    1,
		"SELECT count(*) FROM decisions WHERE event_name = ''":                        1,
		"SELECT count(*) FROM invitations WHERE event_name = 'left'":                  1,
		"SELECT count(*) FROM links WHERE from_key IN ('a:ann''s browser','a:u:odd')": 2,
		"SELECT count(*) FROM inbox":                                                  2,
	} {
		if n, err := db.Count(t.Context(), query); err != nil || n != want {
			t.Errorf("%s: %d, want %d, %v", query, n, want, err)
		}
	}
}

// checkPending goes on with the moved database as a server would.
func checkPending(t *testing.T, db *store.DB, events []research.Event) {
	t.Helper()
	p, err := db.ProjectByKey(t.Context(), "one")
	if err != nil {
		t.Fatal(err)
	}
	w := worldOf(t, db, p, leaving)
	if err := w.engine.Settle(t.Context(), 10); err != nil {
		t.Fatal(err)
	}
	w.wantLog("user0 skipped ", "user0 skipped ", "user0 skipped ", "ann invited ")
	m := &logModel{events: events}
	unseen := track(p, "unseen", "user0", "e")
	m.append(t, db, append(append([]research.Event{}, events[:200]...), unseen))
	forged := events[1]
	forged.Name, forged.Signed = "true", true // an unsigned one was there before
	m.append(t, db, []research.Event{forged})
	if last := m.events[len(m.events)-2]; last.MessageID != "unseen" || last.Seq != events[len(events)-1].Seq+12 {
		t.Errorf("the next event is number %d", last.Seq)
	}
	seal(t, db)
	m.append(t, db, append([]research.Event{}, events...))
}
