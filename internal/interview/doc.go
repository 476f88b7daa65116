// Package interview is the moderator: it decides, turn by turn, what is said to
// a participant, when to probe, and when to stop.
//
// It owns the guides that ship with usercall, the budget of time and questions,
// the safety rules, and every word the moderator says. It must not do I/O or
// read a clock: an interview is a [State] that [Start] makes and [Step] moves
// on, and the same inputs always give the same interview. Whoever runs one
// stores the State after each turn and may resume from it anywhere.
//
// Start reading at [Step], whose order is the order of importance: an ended
// interview stays ended, what a person needs (interrupts) comes before what we
// want to know (guide and probes), and no line is said that the output filter
// refuses. The words are in english.json and guides.json; another language is
// another such file.
//
// A language model would add one thing: a candidate in front of those that
// [moderator.candidates] offers, judged by the same filter. Time, order, safety and
// ending stay here.
package interview
