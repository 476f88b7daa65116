package participant

import (
	"testing"
	"time"
)

// TestSoundComesAboutAsFastAsItIsMade: a microphone always passes, also after a
// network held it back; who sends twice as fast does not.
func TestSoundComesAboutAsFastAsItIsMade(t *testing.T) {
	const frame = micRate * 2 * 60 / 1000
	now := time.Date(2026, 11, 26, 9, 0, 0, 0, time.UTC)
	var mic pace
	for i := range 1000 { // a minute
		now = now.Add(60 * time.Millisecond)
		if !mic.allow(frame, now) {
			t.Fatalf("frame %d of a microphone is too fast", i)
		}
	}
	for i := range 165 {
		if !mic.allow(frame, now) {
			t.Fatalf("frame %d of those that a network held back is too fast", i)
		}
	}
	if mic.allow(frame, now) {
		t.Error("more than ten seconds may come at once")
	}
	var flood pace
	taken := 0
	for range 2000 { // two minutes of sound, in one
		now = now.Add(30 * time.Millisecond)
		if flood.allow(frame, now) {
			taken += frame
		}
	}
	if most := heldBack + 60*micPace; taken > most || taken < most-2*frame {
		t.Errorf("a minute of a flood brings %d bytes; %d may come", taken, most)
	}
}

// TestAClockThatGoesBackGivesNothing, and takes nothing.
func TestAClockThatGoesBackGivesNothing(t *testing.T) {
	now := time.Date(2026, 11, 26, 9, 0, 0, 0, time.UTC)
	var p pace
	for p.allow(1920, now) {
	}
	now = now.Add(-time.Hour)
	if p.allow(1920, now) {
		t.Error("an hour back is taken for an hour")
	}
	if now = now.Add(time.Second); !p.allow(1920, now) {
		t.Error("a second later nothing passes")
	}
}
