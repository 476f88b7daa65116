package store_test

import (
	"crypto/rand"
	"database/sql"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/usercall/usercall/internal/interview"
	"github.com/usercall/usercall/internal/invite"
	"github.com/usercall/usercall/internal/research"
	"github.com/usercall/usercall/internal/store"
	"github.com/usercall/usercall/internal/store/storetest"
)

// talk is a database with one study, and a second connection for what belongs
// to other stages.
type talk struct {
	*store.DB
	raw     *sql.DB
	project *research.Project
	study   *research.Study
	now     time.Time
	n       int
}

func eachTalk(t *testing.T, test func(t *testing.T, k *talk)) {
	t.Helper()
	storetest.EachTarget(t, func(t *testing.T, target string) {
		db, err := store.Open(t.Context(), target, storetest.Key)
		check(t, err)
		driver := "sqlite"
		if strings.HasPrefix(target, "postgres") {
			driver = "pgx"
		}
		raw, err := sql.Open(driver, target)
		check(t, err)
		t.Cleanup(func() { check(t, raw.Close()); check(t, db.Close()) })
		k := &talk{DB: db, raw: raw, now: time.Date(2026, 11, 24, 9, 0, 0, 0, time.UTC)}
		k.project, err = db.CreateProject(t.Context(), store.NewProject{Name: "Northdesk", WriteKey: "wk", ServerKey: "sk", APIKey: "ak", Now: k.now})
		check(t, err)
		k.study, err = db.Apply(t.Context(), store.ApplyStudy{Project: k.project.ID, Key: "why", Name: "Why", File: []byte("{}"),
			Triggers: []store.ApplyTrigger{{Key: "cancelled", Name: "Cancelled"}}, Now: k.now})
		check(t, err)
		test(t, k)
	})
}

// invite makes an open invite and returns the hash of its token.
func (k *talk) invite(t *testing.T, person research.PersonKey) []byte {
	t.Helper()
	k.n++
	id, err := research.NewID(research.PrefixInvite, k.now, rand.Reader)
	check(t, err)
	hash := invite.TokenHash(invite.Token(storetest.Key, id))
	_, err = k.raw.Exec(`INSERT INTO invitations (public_id, project_id, study_id, trigger_id, user_key, event_seq, message_id, state, verified, token_hash, reserved_at, expires_at)
		VALUES ($1, $2, $3, $4, $5, $6, 'm', 'shown', 0, $7, $8, $9)`, id, k.project.ID, k.study.ID, k.study.Triggers[0].ID, string(person),
		k.n, hash, k.now.UnixMilli(), k.now.Add(time.Hour).UnixMilli())
	check(t, err)
	return hash
}

func (k *talk) begin(t *testing.T, person research.PersonKey) *interview.Record {
	t.Helper()
	r, err := k.tryBegin(t, person, 0)
	check(t, err)
	return r
}

func (k *talk) tryBegin(t *testing.T, person research.PersonKey, most int) (*interview.Record, error) {
	t.Helper()
	o, err := k.OfferByLink(t.Context(), k.invite(t, person))
	check(t, err)
	id, err := research.NewID(research.PrefixInterview, k.now, rand.Reader)
	check(t, err)
	return k.BeginInterview(t.Context(), &interview.Record{Progress: []byte("{}"), Interview: research.Interview{
		PublicID: id, Project: k.project.ID, Study: k.study.ID, Trigger: k.study.Triggers[0].ID, Invite: o.Invite.ID, Person: person,
		State: research.Running, Mode: "text", Language: "en", Consent: "en-1", ConsentAt: k.now, StartedAt: k.now, LastContact: k.now,
		Turns: []research.Turn{{N: 1, Speaker: research.Interviewer, Text: "Hi.", Question: "Why?", Rule: "disclose", At: k.now}},
	}}, most)
}

func TestAProjectHoldsSoManyInterviewsAtOnce(t *testing.T) {
	eachTalk(t, func(t *testing.T, k *talk) {
		crowded := func(person research.PersonKey) {
			t.Helper()
			if _, err := k.tryBegin(t, person, 2); !errors.Is(err, interview.ErrCrowded) {
				t.Errorf("%s is answered %v", person, err)
			}
		}
		begins := func(person research.PersonKey) *interview.Record {
			t.Helper()
			r, err := k.tryBegin(t, person, 2)
			check(t, err)
			return r
		}
		first, _ := begins("u:1"), begins("u:2")
		crowded("u:3")
		pause := k.move(first, 1)
		pause.State = research.Paused
		check(t, k.MoveInterview(t.Context(), pause))
		begins("u:4")
		crowded("u:5")
		again := k.move(first, 2)
		again.Turns[0].Answer = "b"
		check(t, k.MoveInterview(t.Context(), again))       // whoever has begun goes on
		k.now = k.now.Add(interview.Silent + 2*time.Minute) // nobody said a word, as after a crash
		begins("u:6")
	})
}

func (k *talk) move(r *interview.Record, after int) interview.Move {
	return interview.Move{Key: r.Key(), After: after, At: k.now.Add(time.Minute), State: research.Running, Progress: []byte("{}"),
		Turns: []research.Turn{{N: after + 1, Speaker: research.Participant, Text: "Bugs.", Answer: "a", At: k.now}}}
}

func TestOneMoveWins(t *testing.T) {
	eachTalk(t, func(t *testing.T, k *talk) {
		r := k.begin(t, "u:1")
		results := make(chan error, 8)
		for range cap(results) {
			go func() { results <- k.MoveInterview(t.Context(), k.move(r, 1)) }()
		}
		won := 0
		for range cap(results) {
			switch err := <-results; {
			case err == nil:
				won++
			case research.CodeOf(err) != research.Conflict:
				t.Error(err)
			}
		}
		if won != 1 {
			t.Errorf("%d moves won", won)
		}
	})
}

func TestMoveOfAnotherProject(t *testing.T) {
	eachTalk(t, func(t *testing.T, k *talk) {
		r := k.begin(t, "u:1")
		foreign := interview.Key{Project: k.project.ID + 1, ID: r.ID}
		if _, err := k.LoadInterview(t.Context(), foreign); research.CodeOf(err) != research.NotFound {
			t.Errorf("loading it: %v", err)
		}
		m := k.move(r, 1)
		m.Key = foreign
		if err := k.MoveInterview(t.Context(), m); research.CodeOf(err) != research.NotFound {
			t.Errorf("moving it: %v", err)
		}
	})
}

func TestEndIsFinal(t *testing.T) {
	eachTalk(t, func(t *testing.T, k *talk) {
		r := k.begin(t, "u:1")
		m := k.move(r, 1)
		m.State, m.Reason = research.Completed, "complete"
		check(t, k.MoveInterview(t.Context(), m))
		if err := k.MoveInterview(t.Context(), interview.Move{Key: r.Key(), After: 2, At: k.now, State: research.Running}); research.CodeOf(err) != research.Conflict {
			t.Errorf("a move after the end: %v", err)
		}
		got, err := k.LoadInterview(t.Context(), r.Key())
		check(t, err)
		if got.State != research.Completed || !got.EndedAt.Equal(m.At) || len(got.Turns) != 2 || got.Turns[1].Text != "Bugs." || got.Turns[0].Question != "Why?" {
			t.Errorf("it is %+v", got.Interview)
		}
	})
}

func TestIdleMove(t *testing.T) {
	eachTalk(t, func(t *testing.T, k *talk) {
		r := k.begin(t, "u:1")
		m := interview.Move{Key: r.Key(), After: 1, At: k.now, State: research.Abandoned, IdleSince: k.now.Add(-time.Millisecond), Progress: []byte("{}")}
		if err := k.MoveInterview(t.Context(), m); research.CodeOf(err) != research.Conflict {
			t.Errorf("somebody is there, and it was abandoned: %v", err)
		}
		m.IdleSince = k.now
		check(t, k.MoveInterview(t.Context(), m))
	})
}

// TestMergedLink: the link of the invite that gave way opens the one that stayed.
func TestMergedLink(t *testing.T) {
	eachTalk(t, func(t *testing.T, k *talk) {
		gone := k.invite(t, "a:1")
		_, err := k.raw.Exec("UPDATE invitations SET state = 'revoked', reason = 'merged', closed_at = 1, user_key = 'u:1'")
		check(t, err)
		alone, err := k.OfferByLink(t.Context(), gone)
		check(t, err)
		if alone.Invite.State != research.InviteRevoked {
			t.Errorf("without another one it is %s", alone.Invite.State)
		}
		stayed, err := k.OfferByLink(t.Context(), k.invite(t, "u:1"))
		check(t, err)
		merged, err := k.OfferByLink(t.Context(), gone)
		check(t, err)
		if merged.Invite.ID != stayed.Invite.ID || merged.Project.Name != "Northdesk" {
			t.Errorf("it leads to %+v", merged.Invite)
		}
	})
}

func check(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
