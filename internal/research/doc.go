// Package research is the vocabulary of usercall: the nouns that every other
// package speaks in, and the rules that belong to a noun alone.
//
// It imports the standard library only, does no I/O and knows no clock: times
// and randomness are arguments. Start reading at [Event], then [Decision],
// [Invite], [Interview] and [Theme]: that is the way a moment in a product
// travels through the program.
package research
