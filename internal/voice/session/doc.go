// Package session is one spoken interview while it runs: it hears through a
// detector and a recogniser, lets [turn] decide when to speak, has a [Mind]
// decide what is said, and brings both to the page and into the recording.
//
// It owns the actor of an interview: one goroutine holds all state, everything
// else tells it what happened over bounded queues. It must not know the wire,
// a database or what an interview is about. Start at [Session].
package session
