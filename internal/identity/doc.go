// Package identity proves whose a browser's event is: a customer's server signs
// a token (a JWT) that names the userId, the page passes it on, and [Verify]
// reads it. It is pure: token, keys and time go in, claims or an error come out.
//
// It owns the algorithms, the limits of a token and the rules for keys and sets
// of them. It must not store, fetch or log anything, and there must be no second
// place that reads a token. Start at [Verify].
package identity
