package trigger

import (
	"strings"
	"testing"
)

func TestKeyFor(t *testing.T) {
	for _, c := range []struct {
		name string
		n    int
		want string
	}{
		{"Why Pro customers cancel", 1, "why-pro-customers-cancel"}, {"Über  Größe!", 1, "uber-gro-e"}, {"  ", 1, "unnamed"}, {"日本", 2, "unnamed-2"},
		{"feature_opened", 3, "feature-opened-3"}, {strings.Repeat("ab ", 40), 100, strings.TrimRight(strings.Repeat("ab-", 19)[:56], "-") + "-100"},
	} {
		got := KeyFor(c.name, c.n)
		if got != c.want || !keyForm.MatchString(got) {
			t.Errorf("KeyFor(%q, %d) = %q, want %q", c.name, c.n, got, c.want)
		}
	}
}
