// Package pcm is sound as samples of 16 bits: to and from bytes and floats, from one rate to
// another, from one track to two, and in and out of WAV.
//
// All of it works on a stream in chunks of any size, keeps what it needs between them, and gives
// the same samples however the stream was cut. It owns arithmetic and the WAV header; it knows no
// network, no codec and no meaning of what is said. Start at [Resampler] and [Reader].
package pcm
