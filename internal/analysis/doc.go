// Package analysis is the built-in engine that turns what people said into
// themes with verbatim quotes. It needs no language model and no network.
//
// It owns: cutting speech into clauses (segment.go) and words (terms.go),
// finding groups among them (fit.go), making themes with counts and quotes of
// the groups ([Study]), the summary of one interview ([Summarise]), the answer
// of a study ([Report]), and the check that a quote is what was said
// ([Locate]). An engine with a model behind it stands beside Study and takes
// the same input; what it proposes as a quote has to pass Locate before it is
// stored, and the counting and [Wilson] stay here.
//
// It must not: read a clock, draw randomness, do I/O (but for the reader and
// writer of [ThemesJSONL]), or import anything of this module but research.
// The same input gives the same output, in whatever order it comes.
//
// Offsets count Unicode code points of the original text, everywhere.
//
// Start reading at study.go, then groups.go and fit.go; jsonl.go is the way in
// of the command line.
package analysis
