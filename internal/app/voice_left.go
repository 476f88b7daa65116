package app

import (
	"context"
	"errors"
	"time"

	"github.com/usercall/usercall/internal/interview"
	"github.com/usercall/usercall/internal/research"
	"github.com/usercall/usercall/internal/voice/record"
)

// afterTheEnd is how long a session may need to put its recording away. One that
// is still not ended then was left by a server that was cut off, or by somebody
// who never came back.
const afterTheEnd = 2 * time.Minute

// endLeft ends the recordings of interviews that are over and that no session ends.
// It says how many, so that it can be called until there are none.
func (v *talks) endLeft(ctx context.Context) (int, error) {
	left, err := v.db.LeftRecordings(ctx, v.now().Add(-afterTheEnd))
	if err != nil {
		return 0, err
	}
	ended := 0
	for _, r := range left {
		ok, e := v.endOne(ctx, r)
		if err = errors.Join(err, e); ok {
			ended++
		}
	}
	return ended, err
}

// endOne ends a recording whose file is here. Another node may have it, and then
// it is that one's.
func (v *talks) endOne(ctx context.Context, r research.Recording) (bool, error) {
	key := record.Key(r.Key)
	audio, err := v.tapes.Open(key)
	if research.CodeOf(err) == research.NotFound {
		return false, nil
	}
	if err == nil {
		err = audio.Close()
	}
	if err != nil {
		return false, err
	}
	length, err := v.mend(key)
	if research.CodeOf(err) == research.Conflict {
		return false, nil // it is being written after all
	}
	if err != nil {
		return false, err
	}
	return true, v.db.EndRecording(ctx, interview.Key{Project: r.Project, ID: r.Interview}, length, v.now())
}

// mend makes a whole recording of one that was cut off, and says how long it is.
func (v *talks) mend(key record.Key) (time.Duration, error) {
	t, err := v.tapes.Record(key, longestRecording)
	if err != nil {
		return 0, err
	}
	return t.Length(), t.Close(0)
}
