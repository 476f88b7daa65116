// Package web is the dashboard: what a signed-in person sees of their projects,
// and the few things they change there.
//
// It owns sessions, pages and their words. Pages are rendered on the server,
// whole, from values of package report; a script only adds keys and clocks. It
// holds no SQL and calls no provider: what it reads and commands comes through
// the interfaces in interfaces.go. The project of a request follows from the
// session, never from an id in it, so an id of another project is as unknown as
// one that never was. Start at [New], then routes.go.
package web
