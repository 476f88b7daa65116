package report

import (
	"cmp"
	"slices"

	"github.com/usercall/usercall/internal/research"
)

// Trust is how far events say who they are about in a way that can be believed.
type Trust struct {
	Share
	By []SourceShare // the most unverified first
}

// Share is how many of the events with a userId were verified.
type Share struct{ Verified, N int }

// Unverified is those that anybody may have sent.
func (s Share) Unverified() int { return s.N - s.Verified }

// SourceShare is the share of what came one way.
type SourceShare struct {
	Source research.Source
	Share
}

// TrustOf adds up what was counted of events with a userId.
func TrustOf(named []Count) (t Trust) {
	by := map[research.Source]Share{}
	for _, c := range named {
		s := by[c.Source]
		s.add(c)
		by[c.Source] = s
		t.add(c)
	}
	for source, share := range by {
		t.By = append(t.By, SourceShare{source, share})
	}
	slices.SortFunc(t.By, func(a, b SourceShare) int {
		return cmp.Or(cmp.Compare(b.Unverified(), a.Unverified()), cmp.Compare(b.N, a.N), cmp.Compare(a.Source, b.Source))
	})
	return t
}

func (s *Share) add(c Count) {
	s.N += c.N
	if c.Why == "verified" {
		s.Verified += c.N
	}
}
