package research

import "time"

// RecordingState is where a recording stands.
type RecordingState string

const (
	RecordingRuns    RecordingState = "running" // being written
	RecordingEnded   RecordingState = "ended"   // to be settled
	RecordingSettled RecordingState = "settled" // in the form in which it stays
	RecordingDeleted RecordingState = "deleted" // by retention or by request
)

// Recording is the row of a recording; the sound is in files.
type Recording struct {
	Project   ProjectID
	Interview int64
	Key       string // name of the files: the interview's public id
	State     RecordingState
	Length    time.Duration // 0 while it runs
	StartedAt time.Time
	DeleteAt  time.Time // zero: kept until it is deleted by hand
}

// Word is one word of a turn and when it was said, in the recording.
type Word struct {
	Text  string `json:"w"`
	Start int64  `json:"s"` // milliseconds
	End   int64  `json:"e"`
}

// Exchange is when the steps of one spoken exchange were done, in milliseconds
// since the session began; -1: not done. voice.md §6 names them.
type Exchange struct {
	Turn  int    `json:"turn"` // of the interviewer's line
	What  string `json:"what"`
	Cut   bool   `json:"cut"`   // it was interrupted
	Heard int64  `json:"heard"` // how much of it was heard

	LastSpeech int64 `json:"last_speech"`
	Endpoint   int64 `json:"endpoint"`
	STTSent    int64 `json:"stt_sent"`
	STTDone    int64 `json:"stt_done"`
	ReplyAsked int64 `json:"reply_asked"`
	ReplyDone  int64 `json:"reply_done"`
	TTSSent    int64 `json:"tts_sent"`
	TTSFirst   int64 `json:"tts_first"`
	FirstWrite int64 `json:"first_write"`
	FirstHeard int64 `json:"first_heard"`
}
