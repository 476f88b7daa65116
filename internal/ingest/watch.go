package ingest

import "github.com/usercall/usercall/internal/research"

// Watcher is told what comes in, for those who set Segment up and want to see
// it. It must return at once and keep nothing of what it is given: the hot path
// calls it.
type Watcher interface {
	// Stored is events of one commit; fresh tells which were new, the others
	// are duplicates.
	Stored(events []research.Event, fresh []bool)
	// Dropped counts messages that were left out of an accepted request.
	Dropped(p research.ProjectID, source research.Source, reasons map[Reason]int)
	// Refused is a request of which nothing was kept.
	Refused(r Refusal)
}

// Refusal says why a request was refused. Nothing in it is a value of a
// stranger's message.
type Refusal struct {
	Project research.ProjectID // 0: no project could be told
	Source  research.Source    // the way it came, or tried to come
	Why     string             // a stable word, such as "unknown_key" or "bad_signature"
	Key     string             // the first characters of the key it brought, "" where it brought none
	Names   []string           // of the body's top-level keys, where the body could be read; cut and counted
}

// Unwatched watches nothing.
type Unwatched struct{}

func (Unwatched) Stored([]research.Event, []bool)                             {}
func (Unwatched) Dropped(research.ProjectID, research.Source, map[Reason]int) {}
func (Unwatched) Refused(Refusal)                                             {}
