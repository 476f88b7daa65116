// Package analysis is the built-in engine that turns what people said into
// themes with verbatim quotes. It needs no language model and no network.
//
// It owns: cutting speech into clauses ([segment.go]), clauses into terms
// ([terms.go]), terms into groups ([fit.go]), groups into named themes with
// counts and quotes ([Study]), the summary of one interview ([Summarise]) and
// the check that a quote is really what was said ([Locate]). An engine with a
// model behind it plugs in beside Study; whatever it proposes as a quote has
// to pass Locate before it is stored, and Wilson and the counting stay here.
//
// It must not: read a clock, draw randomness, do I/O (but for the reader and
// writer of [ThemesJSONL]), or import anything of this module but research.
// The same input gives the same output, in whatever order it comes.
//
// Offsets count Unicode code points of the original text, everywhere.
//
// Start reading at study.go, then fit.go.
package analysis
