package session

import (
	"context"
	"errors"
	"time"

	"github.com/usercall/usercall/internal/voice/provider"
	"github.com/usercall/usercall/internal/voice/record"
)

// SecondPass finds when each word of an answer was said, after the interview,
// where the recogniser of the conversation did not know. sound is the answer's
// stretch of the recording, of the participant's track: 16 bits, little-endian,
// mono, at [record.Rate], and from where it begins. Where nothing is heard there are
// none; a recogniser that hears and has no times is [ErrNoTimes].
func SecondPass(ctx context.Context, stt provider.STT, language string, sound []byte, from time.Duration) ([]Word, error) {
	t, err := stt.Transcribe(ctx, provider.Recording{PCM: sound, Rate: record.Rate, Language: language, WordTimes: true})
	if err != nil {
		return nil, err
	}
	if t.Text != "" && len(t.Words) == 0 {
		return nil, ErrNoTimes
	}
	var all []Word
	for _, w := range t.Words {
		all = append(all, Word{Text: w.Text, Start: from + w.Start, End: from + w.End})
	}
	return all, nil
}

// ErrNoTimes is of a recogniser that does not say when words were said: asking it for
// another answer is in vain.
var ErrNoTimes = errors.New("the recogniser does not say when words were said")
