package history

import (
	"time"

	"github.com/usercall/usercall/internal/ingest"
)

// Report is what a run did.
type Report struct {
	Files   int // that were there
	Before  int // of them, read to the end by an earlier run
	Read    int64
	Stored  int64 // or, in a dry run, what would be offered to the store
	Known   int64
	LeftOut map[string]int64 // by reason, in words
	Broken  []string         // files that could not be read to their end, and why
	Stopped string           // where the run was stopped, "" where it was not
	Again   bool             // the same command goes on from there
	Took    time.Duration
}

// Progress is how far a run is.
type Progress struct {
	File  string
	Bytes int64 // read of all files, as they are on disk
	Total int64 // 0: not known
	From  int64 // of Bytes, what an earlier run had read
	Read  int64 // messages
	Took  time.Duration
}

const (
	tooLong = "a line of more than 1 MiB"
	tooOld  = "older than events are kept, 90 days"
	anArray = "an array, not a message: write one message a line, as `jq -c '.[]'` does"
)

// words says why a message is left out.
var words = map[ingest.Reason]string{
	ingest.NoType:     "type is missing or unknown",
	ingest.NoIdentity: "neither userId nor anonymousId",
	ingest.NoEvent:    "a track without event",
	ingest.TooLarge:   "a message of more than 32 KiB",
	ingest.NotObject:  "not a JSON object",
	ingest.BadID:      "an id or a name of more than 512 bytes",
}

func inWords(r ingest.Reason) string {
	if w, ok := words[r]; ok {
		return w
	}
	return string(r)
}
