// Package turn decides when: when somebody has finished, when the interviewer
// may begin to speak, when it must stop, and when a silence is long enough to
// say something about it. What is said is the business of package interview.
//
// It owns the patience of a spoken interview, the rules of interruption, and
// the judgement whether a clause is still open. It must not do I/O, read a
// clock or know any protocol: a conversation is a [State] that [New] makes and
// [Step] moves on, one [Event] at a time, and the same events always give the
// same [Action]s. Whoever runs one performs the actions in order and reports
// what came of them as further events.
//
// Two clocks are in use. Event.At is the session's clock; every deadline is on
// it. Event.Audio is the clock of the microphone's samples; how long somebody
// spoke or was silent is measured on it, so that frames which arrive late and
// in a bunch never look like a pause. A pause is what was heard to be silent:
// frames that are missing are no silence.
//
// Start reading at [Step]. The rules of one phase are in the file named after
// it: listen.go, think.go, speak.go; barge.go is speech over speech, and
// heard.go what words change.
package turn
