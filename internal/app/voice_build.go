package app

import (
	"context"
	"time"

	"github.com/usercall/usercall/internal/web/participant"
)

// openVoice opens what hears, what speaks, and where recordings are kept.
func (a *App) openVoice(ctx context.Context) (err error) {
	if a.speech, err = speech(a.cfg.Voice); err != nil {
		return err
	}
	a.recordings, err = openRecordings(ctx, a.cfg)
	return err
}

// buildVoice makes what spoken interviews need.
func (a *App) buildVoice() {
	a.keepRecordings(a.recordings)
	a.talks = &talks{db: a.db, heard: a.room.KeepHeard, speech: a.speech, tapes: a.recordings, budget: a.budgetOf, watchers: a.voiceWatchers(), count: a.metrics, now: a.now, log: a.log}
}

// hears tells whether somebody can be understood here.
func (a *App) hears() bool { return a.speech.STT != nil || a.speech.Listener != nil }

// offers is what the participant's page is told about voice.
func (a *App) offers() participant.Speech {
	if !a.hears() {
		return participant.Speech{Kind: participant.VoiceBrowser}
	}
	return participant.Speech{Kind: participant.VoiceServer, Service: a.speech.Service, Recordings: true}
}

// keepVoicesEvery is how often recordings are looked after.
const keepVoicesEvery = time.Minute

// keepVoices looks after recordings until ctx ends. It is a loop of its own: where
// they are kept may be far away, and slow.
func (a *App) keepVoices(ctx context.Context) {
	tick := time.NewTicker(keepVoicesEvery)
	defer tick.Stop()
	for {
		a.keepVoicesOnce(ctx)
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
	}
}

func (a *App) keepVoicesOnce(ctx context.Context) {
	for _, work := range []struct {
		what string
		do   func(context.Context) (int, error)
	}{
		{"recordings that nobody ended, or that are to go", a.tidyRecordings},
		{"recordings that wait for where they are kept", func(ctx context.Context) (int, error) { return 0, a.recordings.Catch(ctx) }},
		{"days of voice that are over", func(ctx context.Context) (int, error) { return 0, a.db.DropVoiceDays(ctx, a.dayBefore()) }},
	} {
		for n := 1; n > 0 && ctx.Err() == nil; {
			var err error
			if n, err = work.do(ctx); err != nil && ctx.Err() == nil {
				a.log.Error("what is to be done about voices could not be done; it will be tried again", "what", work.what, "err", err)
				break
			}
		}
	}
}

// dayBefore is the last day of which nobody can still give voice time back.
func (a *App) dayBefore() string { return a.now().UTC().AddDate(0, 0, -2).Format(time.DateOnly) }
