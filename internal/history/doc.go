// Package history brings in what was recorded before usercall was there: files
// of Segment messages, one a line, become quiet events.
//
// It owns finding and reading the files, and going on where a run was stopped.
// It must not invite anybody, hold more than a group of messages in memory, or
// tell what a message says. Start at [Importer.Run].
package history
