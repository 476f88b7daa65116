package research

// Quote is a participant's words, verbatim: Text is the runes [Start, End) of
// the text of turn Turn of its interview. Offsets count Unicode code points.
type Quote struct {
	ID        string // qte_…
	Interview string // public id of the interview
	Turn      int
	Start     int
	End       int
	Text      string
	// When it was said, in milliseconds of the recording; nil: there is none.
	StartMS, EndMS *int64
}

// In tells whether the quote stands exactly where it says in the turn's text,
// and the turn is one that may be quoted.
func (q Quote) In(t Turn) bool {
	if t.Speaker != Participant || t.Excluded || t.N != q.Turn || q.Start < 0 || q.End <= q.Start {
		return false
	}
	r := []rune(t.Text)
	return q.End <= len(r) && string(r[q.Start:q.End]) == q.Text
}

// ForThemes is how many counted interviews a study needs before it has themes.
const ForThemes = 3

// Theme is a reason that several people gave in their own words.
type Theme struct {
	ID         string // thm_…
	Study      StudyID
	Label      string
	Definition string
	People     int     // interviews with at least one quote in it
	Of         int     // interviews counted
	Low, High  float64 // Wilson 95 % interval of People/Of
	Quotes     []Quote
}

// Support is one field of a summary and the words it rests on. A field that
// nothing supports is nil, never a guess.
type Support struct {
	Text  string
	Quote Quote
}

// Summary is what one interview says, each field with its quote.
type Summary struct {
	Interview  string
	Reason     *Support // what led to it
	Context    *Support // what was going on
	Feature    *Support // what they asked for
	Competitor *Support // where they go
	Engine     string   // "built-in", or the model
}
