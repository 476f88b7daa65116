package store_test

import (
	"fmt"
	"testing"
	"time"

	past "github.com/usercall/usercall/internal/history"
	"github.com/usercall/usercall/internal/research"
	"github.com/usercall/usercall/internal/store"
	"github.com/usercall/usercall/internal/store/storetest"
)

func TestAFilesMarkIsKeptWithItsEvents(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		p, other := project(t, db, "one"), project(t, db, "two")
		file := past.File{Path: "/logs/a.jsonl", Size: 900, Head: [32]byte{1}}
		at := past.Position{Project: p.ID, File: file, Mark: past.Mark{Bytes: 100, Lines: 2}, At: noon}
		stored, err := db.AppendFrom(t.Context(), []research.Event{track(p, "m1", "u", "a"), track(p, "m1", "u", "a")}, at)
		if err != nil || fmt.Sprint(stored) != "[true false]" {
			t.Fatalf("stored %v, %v", stored, err)
		}
		at.Mark, at.At = past.Mark{Bytes: 900, Lines: 9, Done: true}, noon.Add(time.Minute)
		if _, err := db.AppendFrom(t.Context(), nil, at); err != nil {
			t.Fatal(err)
		}
		larger, head := file, file
		larger.Size, head.Head = 901, [32]byte{2}
		for _, c := range []struct {
			project research.ProjectID
			file    past.File
			want    past.Mark
		}{{p.ID, file, at.Mark}, {p.ID, larger, past.Mark{}}, {p.ID, head, past.Mark{}}, {other.ID, file, past.Mark{}}} {
			if got, err := db.Mark(t.Context(), c.project, c.file); err != nil || got != c.want {
				t.Errorf("%+v: %+v, %v", c.file, got, err)
			}
		}
	})
}

func TestEventsAndMarkAreAllOrNothing(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		p := project(t, db, "one")
		file := past.File{Path: "/logs/a.jsonl", Size: 900}
		nowhere := past.Position{Project: p.ID + 1000, File: file, Mark: past.Mark{Bytes: 100, Lines: 2}, At: noon}
		if _, err := db.AppendFrom(t.Context(), []research.Event{track(p, "m1", "u", "a")}, nowhere); err == nil {
			t.Fatal("a mark of a project that is not there is kept")
		}
		if got := messages(t, db, p); len(got) != 0 {
			t.Errorf("holds %v", got)
		}
	})
}

func TestAnotherProcessIsNoticed(t *testing.T) {
	target := storetest.SQLite(t)
	var pair [2]*store.DB
	for i := range pair {
		db, err := store.Open(t.Context(), target, storetest.Key)
		if err != nil {
			t.Fatal(err)
		}
		defer db.Close()
		pair[i] = db
	}
	version := func() int64 {
		v, err := pair[0].ForeignVersion(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
	p, before := project(t, pair[0], "one"), version()
	if _, err := pair[0].Append(t.Context(), []research.Event{track(p, "m1", "u", "a")}); err != nil || version() != before {
		t.Errorf("its own writing is taken for another's, %v", err)
	}
	if _, err := pair[1].Append(t.Context(), []research.Event{track(p, "m2", "u", "a")}); err != nil || version() == before {
		t.Errorf("another's writing is not noticed, %v", err)
	}
}
