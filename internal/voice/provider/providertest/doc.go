// Package providertest stands in for the services of package provider: one real
// HTTP server that hears, speaks and words lines, with fixed delays and faults
// on request. Tests, benchmarks and the whole-system test use it; nothing of it
// is in the program.
//
// It owns what a well-behaved server answers, and the ways in which servers
// misbehave. It must not judge what it is asked. Start reading at [Start].
package providertest
