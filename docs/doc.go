// Package docs is the documentation. It has no code but its test, which keeps
// what the documentation says true of the program: commands, settings, routes,
// states, study files and links.
package docs
