// Package e2e is the test that is the product: the whole program, a real
// browser, Segment's own client, and a sentence that somebody typed standing
// under a theme on the dashboard. It has no code but its tests.
package e2e
