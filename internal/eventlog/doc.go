// Package eventlog is the form in which events are stored: a log of packs, and
// an index of what is in them.
//
// The events of one commit are one [Pack]: a fixed-size [Head] for each event,
// and their records, compressed. The heads of the newest events are kept in
// memory ([Recent]), which is how a duplicate is found without a row or an index
// entry an event. When there are enough of them they are sealed into a [Run]: an
// index that is sorted once and written once, with a [Filter] that says what is
// not in it. So an event costs two writes that go in order, and none to a random
// place, whatever has been stored before it.
//
// It owns formats and look-ups, all pure. It runs no SQL and knows no
// transactions; package store puts packs and runs into tables. Start at [Pack].
package eventlog
