// Package speak turns a line into pieces: the text into sentences, so that the
// first can be heard while the next is made, and its sound into frames that
// leave no sooner than needed, so that little is lost when somebody interrupts.
//
// It owns how far the server may be ahead of what is heard. It must not do I/O
// or read a clock; the time is an argument. Start reading at [Sentences] and
// [Line].
package speak
