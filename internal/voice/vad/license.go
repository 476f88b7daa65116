package vad

import _ "embed"

// License is the notice under which the weights are passed on.
//
//go:embed LICENSE.silero
var License string
