package analysis

import (
	"context"
	"fmt"
	"io"
	"time"

	"github.com/usercall/usercall/internal/research"
)

// Store is what the analysis reads and keeps. Each method is one transaction.
type Store interface {
	// Material is the study of an interview with everything that has been said
	// in it: interviews that are over, each with its turns. A nil study means
	// that the interview was erased meanwhile.
	Material(ctx context.Context, interview string) (*Material, error)
	// Keep replaces what was known of the study, whole. Conflict where another
	// analysis was kept since the material was read.
	Keep(ctx context.Context, k Findings) error
}

// Material is what a study has to be analysed.
type Material struct {
	Project    research.ProjectID
	Study      research.StudyID
	Question   string
	Interviews []research.Interview
	Invited    int
	Previous   []byte // state of the last result
}

// Findings is what an analysis found.
type Findings struct {
	Project   research.ProjectID
	Study     research.StudyID
	Saw       int    // interviews that were over when it was made
	Previous  []byte // of the material it was made from
	Result    StudyResult
	Summaries []research.Summary // of the interviews it was asked about
	Answer    Answer
	At        time.Time
}

// Service analyses interviews as they end.
type Service struct {
	Store  Store
	Now    func() time.Time
	Random io.Reader
}

// tries is how often an analysis starts again because another one of the same
// study was kept first.
const tries = 5

// Interview analyses one interview and, with it, its study. Doing it again, or
// in another order, ends with the same findings.
func (s *Service) Interview(ctx context.Context, id string) error {
	for try := 1; ; try++ {
		err := s.once(ctx, id)
		if research.CodeOf(err) != research.Conflict || try == tries {
			return err
		}
	}
}

func (s *Service) once(ctx context.Context, id string) error {
	m, err := s.Store.Material(ctx, id)
	if err != nil || m == nil {
		return err
	}
	found := Findings{Project: m.Project, Study: m.Study, Saw: len(m.Interviews), Previous: m.Previous, At: s.Now()}
	var failed error
	found.Result = Study(StudyInput{Study: m.Study, Interviews: m.Interviews, Previous: m.Previous,
		NewID: func(prefix string) string { return s.newID(prefix, &failed) }})
	found.Summaries = summaries(m.Interviews, id)
	found.Answer = Report(Facts{Question: m.Question, Themes: found.Result.Themes, Of: found.Result.Of,
		Ungrouped: len(found.Result.Ungrouped), Invited: m.Invited})
	if failed == nil {
		failed = found.check(m.Interviews)
	}
	if failed != nil {
		return failed
	}
	return s.Store.Keep(ctx, found)
}

func (s *Service) newID(prefix string, failed *error) string {
	id, err := research.NewID(prefix, s.Now(), s.Random)
	if err != nil {
		*failed = err
	}
	return id
}

// summaries is the summary of the interview asked about, where it counts.
func summaries(all []research.Interview, id string) []research.Summary {
	for _, i := range all {
		if i.PublicID == id && i.Countable() {
			return []research.Summary{Summarise(i, nil)}
		}
	}
	return nil
}

// check is the last gate before anything is stored: every quote stands, rune by
// rune, where it says. What fails here is a fault of ours and is kept out.
func (f *Findings) check(all []research.Interview) error {
	turns := map[string]map[int]research.Turn{}
	for _, i := range all {
		turns[i.PublicID] = map[int]research.Turn{}
		for _, t := range i.Turns {
			turns[i.PublicID][t.N] = t
		}
	}
	for _, q := range f.quotes() {
		if !q.In(turns[q.Interview][q.Turn]) {
			return fmt.Errorf("a quote does not stand in turn %d of interview %s", q.Turn, q.Interview)
		}
	}
	return nil
}

func (f *Findings) quotes() []research.Quote {
	var all []research.Quote
	for _, t := range f.Result.Themes {
		all = append(all, t.Quotes...)
	}
	for _, s := range f.Summaries {
		for _, field := range []*research.Support{s.Reason, s.Context, s.Feature, s.Competitor} {
			if field != nil {
				all = append(all, field.Quote)
			}
		}
	}
	return append(all, f.Answer.Quotes...)
}
