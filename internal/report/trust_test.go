package report

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/usercall/usercall/internal/research"
)

func TestTrustOf(t *testing.T) {
	got := TrustOf([]Count{
		{Source: research.FromServer, Why: "verified", N: 40}, {Source: research.FromBrowser, Why: "unverified", N: 7},
		{Source: research.FromBrowser, Why: "verified", N: 3}, {Source: research.FromCustom, Why: "unverified", N: 9},
	})
	want := Trust{Share{43, 59}, []SourceShare{{research.FromCustom, Share{0, 9}}, {research.FromBrowser, Share{3, 10}}, {research.FromServer, Share{40, 40}}}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	if got := TrustOf(nil); got.N != 0 || got.By != nil {
		t.Errorf("of nothing: %+v", got)
	}
}
