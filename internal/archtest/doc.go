// Package archtest holds the rules of the house as tests: who may import whom,
// who writes which table, that every package says what it is. It has no code.
package archtest
