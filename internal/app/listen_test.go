package app

import (
	"bytes"
	"context"
	"io"
	"testing"
	"time"

	"github.com/usercall/usercall/internal/research"
	"github.com/usercall/usercall/internal/voice/record"
)

// heardShelf has one recording and its row.
type heardShelf struct {
	row  research.Recording
	lost bool
}

func (s heardShelf) RecordingNamed(_ context.Context, name string) (research.Recording, error) {
	if name != s.row.Key {
		return research.Recording{}, research.Errorf(research.NotFound, "none")
	}
	return s.row, nil
}

type opened struct{ *bytes.Reader }

func (opened) Close() error { return nil }

func (s heardShelf) Open(record.Key) (*record.Audio, error) {
	if s.lost {
		return nil, research.Errorf(research.NotFound, "none")
	}
	return &record.Audio{ReadSeekCloser: opened{bytes.NewReader([]byte("sound"))}, Type: "audio/flac"}, nil
}

func TestWhoMayHearWhat(t *testing.T) {
	now := time.Date(2026, 11, 26, 12, 0, 0, 0, time.UTC)
	row := research.Recording{Project: 1, Key: "itv_1", State: research.RecordingSettled, DeleteAt: now.Add(time.Hour)}
	deleted, due := row, row
	deleted.State, due.DeleteAt = research.RecordingDeleted, now
	for name, c := range map[string]struct {
		heardShelf
		project research.ProjectID
		id      string
		want    error
	}{
		"its own":              {heardShelf{row: row}, 1, "itv_1", nil},
		"another project's":    {heardShelf{row: row}, 2, "itv_1", errNotRecorded},
		"none":                 {heardShelf{row: row}, 1, "itv_2", errNotRecorded},
		"deleted":              {heardShelf{row: deleted}, 1, "itv_1", errGone},
		"due, not deleted yet": {heardShelf{row: due}, 1, "itv_1", errGone},
		"its file is lost":     {heardShelf{row: row, lost: true}, 1, "itv_1", errLost},
	} {
		sound, err := listening{c.heardShelf, c.heardShelf, func() time.Time { return now }}.open(t.Context(), &research.Project{ID: c.project}, c.id)
		if err != c.want && (c.want != nil || err != nil) {
			t.Errorf("%s: %v", name, err)
		}
		if err != nil {
			continue
		}
		if all, err := io.ReadAll(sound); err != nil || string(all) != "sound" || sound.Type != "audio/flac" {
			t.Errorf("%s: %q, %v", name, all, err)
		}
	}
}
