package turn

import "time"

// Patience is how long a study lets people think before it takes them to have
// finished.
type Patience string

const (
	Quick   Patience = "quick"
	Normal  Patience = "normal"
	Patient Patience = "patient"
)

// Params is how one session behaves.
type Params struct {
	// Silences after which an answer is over.
	Complete   time.Duration // where it looks complete
	Unfinished time.Duration // where the clause is open: never sooner
	Cap        time.Duration // whatever it looks like, and where nothing is known of its words

	Language string        // en, de, es or fr; another is judged by its punctuation alone
	Limit    time.Duration // the session ends then, whatever happens
	// HalfDuplex says that the microphone hears our own voice, so that nobody
	// can be heard while the interviewer speaks.
	HalfDuplex bool
}

// Params returns the parameters for a patience; an unknown one is Normal. They
// are for English and at most 15 minutes.
func (p Patience) Params() Params {
	q := Params{Language: "en", Limit: 15 * time.Minute}
	switch p {
	case Quick:
		q.Complete, q.Unfinished, q.Cap = 600*time.Millisecond, 1500*time.Millisecond, 2500*time.Millisecond
	case Patient:
		q.Complete, q.Unfinished, q.Cap = 1300*time.Millisecond, 3000*time.Millisecond, 5000*time.Millisecond
	default:
		q.Complete, q.Unfinished, q.Cap = 900*time.Millisecond, 2000*time.Millisecond, 3500*time.Millisecond
	}
	return q
}

// What is the same for everybody.
const (
	startLevel = 0.5  // a frame at least this likely may begin speech
	endLevel   = 0.35 // a frame less likely than this ends it

	startSpeech = 96 * time.Millisecond  // of frames in a row
	runGap      = 300 * time.Millisecond // silence after which speech counts from nothing again
	preRoll     = 500 * time.Millisecond // kept from before speech was noticed
	quietVoice  = 3 * time.Second        // and from before words that only the recogniser heard

	speculate = 300 * time.Millisecond // of silence: transcribe what there is
	leastSent = 300 * time.Millisecond // of voice: recognisers make words up for less
	leastSaid = time.Second            // of voice without words: worth an apology

	probeEvery = 10 * time.Second // of voice without a pause: are there words in it?
	longAnswer = 90 * time.Second // from here on the next short pause ends it
	longPause  = 600 * time.Millisecond
	lastAnswer = 120 * time.Second // and here it ends without one

	duckAfter = 150 * time.Millisecond
	brief     = 8 // words: people who say no more than that often go on
	mostGrown = 4 // times that somebody is given more time, in equal parts

	bargeAfter  = 500 * time.Millisecond // with two words
	bargeAlone  = 900 * time.Millisecond // with none yet
	bargeWords  = 2
	mergeAfter  = 200 * time.Millisecond
	falseAfter  = 1500 * time.Millisecond
	overlapTail = time.Second // an answer given this shortly before the line ends is one

	replyWait    = 10 * time.Second // for the first sound of a reply
	soundWait    = 10 * time.Second // for the next sign of a line that is being sent
	playbackLate = 2 * time.Second  // beyond the length of a line that was sent
	longestLine  = time.Minute
	reportSlack  = 250 * time.Millisecond

	stallSlack  = time.Second // beyond the cap, without a frame
	afterLine   = 4 * time.Second
	typingPause = 5 * time.Minute

	connectWait = 10 * time.Second
	consentWait = 5 * time.Minute
	grace       = 30 * time.Second
	pausedLimit = 15 * time.Minute
	wakeAfter   = 500 * time.Millisecond // of voice ends a pause that nobody pressed

	mostMisheard = 3 // in a row: two apologies, and then typing is offered
)

// idleStages are the silences after a question: a word of patience, a way out,
// and then a pause.
var idleStages = [...]time.Duration{8 * time.Second, 20 * time.Second, 45 * time.Second}
