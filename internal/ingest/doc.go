// Package ingest is the first stage: Segment messages become Events that are
// stored once.
//
// It decodes and checks what strangers send ([Decode]), corrects its time, and
// writes it in groups ([Writer]): whatever arrives while one commit runs goes
// into the next. It must not acknowledge before the commit, look at what an
// event means, or know who a person is; that is package trigger. Its Store
// writes an event and the work it causes in one transaction.
package ingest
