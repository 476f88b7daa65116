// Package trigger decides, for one person at one moment, whether to invite.
//
// It owns the language of study files and its meaning, both specified in
// docs/reference: [Parse] reads a file, [Compile] turns it into rules,
// an event moves the [Run] of its person on and makes the [Match] of a rule, and
// [Decide] asks the gates at the moment of decision. An [Index] finds the few
// rules that wait for an event among many that do not.
//
// All of that is values in, values out: no clock, no store, no randomness.
// That is what lets the live server, the backtest and the forecast share it
// and never disagree. What acts on the answers stands beside it, not in it.
//
// Start reading at [File], then [Rule], then [Run], then [Decide].
package trigger
