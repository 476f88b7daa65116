package app

import "github.com/usercall/usercall/internal/voice/vad"

// Licences is the notices of works by others whose data is in the program.
func Licences() string {
	return "\nusercall is under the Apache License 2.0.\n\n" + vad.License +
		"\nIt serves Segment's browser library, with its licences beside it at /analytics-next/LICENSE.\n"
}
