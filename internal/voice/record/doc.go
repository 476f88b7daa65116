// Package record keeps what was heard in an interview: one file, the participant on the left and
// the moderator on the right, both on one clock that counts samples from the recording's start.
//
// While an interview runs, the file is a WAV that is playable up to whatever cut it off. A job
// turns it into FLAC afterwards, compares every sample, and only then deletes the WAV. A place in a
// recording is therefore the same number of milliseconds for ever.
//
// Whoever runs an interview asks [Clock] where the participant's frames stand and [Playback] where
// the moderator's do, of which only what was really played counts, and gives both to a [Recorder].
//
// It owns the files and their names. It knows no database, no rights and no retention: its caller
// says which recordings exist, who may hear them, and when they go. Start at [Store] and [Recorder].
package record
