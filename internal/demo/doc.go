// Package demo is the scripted people of `usercall demo --people`: they sign up,
// look around, leave, are asked why, and answer.
//
// They come in by the public doors only, as anybody would: Segment's tracking
// API, the SDK's requests, the participant's page and its socket. The package
// knows nothing of the program behind those doors. Start at [Walk].
package demo
