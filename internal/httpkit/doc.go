// Package httpkit is what every HTTP surface shares: handlers that return an
// error, one writer that turns an error into an answer, and the middleware
// around them.
//
// It owns the mapping from [research.Code] to a status and the shape of a
// problem document (RFC 9457). It knows no product words, no routes and no
// credentials. Start at [Handle], then [WriteProblem].
package httpkit
