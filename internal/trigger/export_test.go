package trigger

import (
	"time"

	"github.com/usercall/usercall/internal/research"
)

// WhoHolds lets the oracle use who, which condition_test.go holds to its own.
func (r *Rule) WhoHolds(person, group research.Traits, now time.Time) bool {
	return r.who.holds(&view{person: person, group: group, now: now})
}
