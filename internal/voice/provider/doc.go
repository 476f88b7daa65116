// Package provider speaks to the services that hear, speak and word lines:
// speech to text, text to speech, and chat models; over plain HTTP in the form
// that OpenAI made common and self-hosted servers copied, over Deepgram's
// socket, and with espeak-ng on this machine.
//
// It owns the differences between servers, and what protects an interview from
// them: bounded answers, time limits, one repetition, a breaker that stops
// asking who does not answer, and the way to the next provider. What comes back
// is a stranger's text and a stranger's sound. It must not know interviews,
// keep anything of what was said, or name a key, an address or somebody's words
// in an error or a log.
//
// Start reading at [STT], [TTS] and [Chat]; [OpenAI] has one of each. Guard.go
// is the protection, decode.go the tolerance for what servers answer.
package provider
