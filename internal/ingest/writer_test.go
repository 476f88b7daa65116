package ingest

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/usercall/usercall/internal/research"
)

// slowStore commits a group a second and keeps what it was given.
type slowStore struct {
	mu     sync.Mutex
	groups [][]string
	poison string
}

func (s *slowStore) Append(_ context.Context, events []research.Event) ([]bool, error) {
	time.Sleep(time.Second)
	stored := make([]bool, len(events))
	var group []string
	for i := range events {
		if events[i].MessageID == s.poison && s.poison != "" {
			return nil, errors.New("poison")
		}
		events[i].Seq, stored[i] = int64(i+1), true
		group = append(group, events[i].MessageID)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.groups = append(s.groups, group)
	return stored, nil
}

func write(w *Writer, id string) error {
	_, err := w.Write(context.Background(), []research.Event{{MessageID: id}})
	return err
}

func TestWriterGroupsWhatArrivesDuringACommit(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store := &slowStore{}
		w := NewWriter(store, Unwatched{}, slog.New(slog.DiscardHandler))
		var all sync.WaitGroup
		all.Go(func() { _ = write(w, "first") })
		synctest.Wait()
		for i := range 10 {
			all.Go(func() {
				if err := write(w, fmt.Sprint(i)); err != nil {
					t.Error(err)
				}
			})
		}
		all.Wait()
		w.Close()
		if len(store.groups) != 2 || len(store.groups[0]) != 1 || len(store.groups[1]) != 10 {
			t.Errorf("groups %v", store.groups)
		}
	})
}

func TestOneBadRequestCostsItsNeighboursNothing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store := &slowStore{poison: "bad"}
		w := NewWriter(store, Unwatched{}, slog.New(slog.DiscardHandler))
		var all sync.WaitGroup
		results := map[string]error{}
		var mu sync.Mutex
		for _, id := range []string{"first", "good", "bad", "fine"} {
			all.Go(func() {
				err := write(w, id)
				mu.Lock()
				defer mu.Unlock()
				results[id] = err
			})
			synctest.Wait()
		}
		all.Wait()
		w.Close()
		for id, err := range results {
			if want := id == "bad"; (research.CodeOf(err) == research.Unavailable) != want {
				t.Errorf("%s: %v", id, err)
			}
		}
	})
}

func TestWriterRefusesBeyondItsQueue(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := NewWriter(&slowStore{}, Unwatched{}, slog.New(slog.DiscardHandler))
		var all sync.WaitGroup
		all.Go(func() { _ = write(w, "under way") })
		synctest.Wait()
		all.Go(func() { _, _ = w.Write(context.Background(), make([]research.Event, maxQueued)) })
		synctest.Wait()
		if err := write(w, "too many"); research.CodeOf(err) != research.Unavailable {
			t.Errorf("got %v", err)
		}
		all.Wait()
		w.Close()
		if err := write(w, "late"); research.CodeOf(err) != research.Unavailable {
			t.Errorf("after close: %v", err)
		}
	})
}

func TestANoisyProjectShutsNobodyOut(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store := &slowStore{}
		w := NewWriter(store, Unwatched{}, slog.New(slog.DiscardHandler))
		var all sync.WaitGroup
		send := func(project research.ProjectID, n int, id string) {
			events := make([]research.Event, n)
			for i := range events {
				events[i] = research.Event{Project: project, MessageID: id}
			}
			all.Go(func() {
				if _, err := w.Write(context.Background(), events); err != nil {
					t.Errorf("%s: %v", id, err)
				}
			})
			synctest.Wait()
		}
		send(1, 1, "under way")
		for range maxQueued / maxGroup {
			send(1, maxGroup, "noise")
		}
		send(2, 1, "quiet") // though the queue is full
		all.Wait()
		w.Close()
		for i, group := range store.groups {
			if slices.Contains(group, "quiet") && i > 2 {
				t.Errorf("the quiet project waited for %d commits", i)
			}
		}
	})
}

func TestWhatWaitsIsBoundedInBytesToo(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := NewWriter(&slowStore{}, Unwatched{}, slog.New(slog.DiscardHandler))
		var all sync.WaitGroup
		heavy := []research.Event{{Properties: make([]byte, maxBytes/4)}}
		refused := 0
		var mu sync.Mutex
		for range 8 {
			all.Go(func() {
				if _, err := w.Write(context.Background(), slices.Clone(heavy)); research.CodeOf(err) == research.Unavailable {
					mu.Lock()
					defer mu.Unlock()
					refused++
				}
			})
			synctest.Wait()
		}
		all.Wait()
		w.Close()
		if refused != 3 { // one is written, four wait
			t.Errorf("%d of 8 were refused", refused)
		}
	})
}
