package app

import (
	"strings"
	"testing"
)

func TestTheNoticeOfTheWeightsIsPassedOn(t *testing.T) {
	for _, part := range []string{"Silero", "MIT License", "Permission is hereby granted", "WITHOUT WARRANTY OF ANY KIND"} {
		if !strings.Contains(Licences(), part) {
			t.Errorf("the notices lack %q", part)
		}
	}
}
