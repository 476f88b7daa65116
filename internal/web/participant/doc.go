// Package participant is the surface that somebody with an interview's link
// meets: one page and one socket.
//
// It owns /i/… and trusts one credential only, the link's token; it reads no
// cookie and no key. It must not know what is asked next nor how anything is
// stored: that is [interview.Room]. A GET changes nothing, because link scanners
// open everything.
//
// The way of an interview: the page (page.go) asks for consent; its script asks
// for a ticket (ticket.go) and opens a socket with it (socket.go); a visit
// (visit.go) then carries frames (wire.go) between socket and Room.
//
// Where it is spoken (voice.go), the visit joins a call (call.go): a session of
// package voice/session, which thinks with a mind (mind.go) and goes on while
// sockets come and go (talk.go). Sound is in binary frames (sound.go), and one
// goroutine writes to the socket (outlet.go). Start at [New].
package participant
