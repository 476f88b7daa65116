package trigger

import (
	"time"

	"github.com/usercall/usercall/internal/research"
)

// Verdict is what was decided of a match, and why, in words for whoever asks
// "why (not) me?".
type Verdict struct {
	Outcome research.Outcome
	Gate    research.Gate // of a skip
	Detail  string        // the facts that failed it
	Remedy  string        // what would have to be different for an invite
	Test    bool          // it is about a test person, and not counted
}

// Decide asks the gates in the order of research.Gates; the first that fails
// ends it. It is pure: the live server, the backtest and the forecast call it
// with facts of their own and decide the same.
func Decide(r *Rule, f Facts, now time.Time) Verdict {
	f.At = now
	failed, at := firstFailure(r, &f, 0)
	if failed == nil {
		return Verdict{Outcome: research.Invited, Test: f.Tester}
	}
	v := Verdict{Outcome: research.Skipped, Gate: research.Gates[at], Detail: failed.detail, Remedy: failed.remedy, Test: f.Tester}
	if failed.change == "" {
		return v
	}
	v.Remedy = failed.change + " this would have been an invite."
	if next, i := firstFailure(r, &f, at+1); next != nil {
		v.Remedy = failed.change + " the gate " + string(research.Gates[i]) + " would have said no: " + next.detail + "."
	}
	return v
}

// failure is a gate that said no.
type failure struct {
	detail string
	// change is the setting that would have let it through, as the beginning of
	// a sentence: "With a cooldown of 3 days". Where no setting would, remedy is
	// a sentence of its own.
	change string
	remedy string
}

// gate is one question; nil means it passes.
type gate func(r *Rule, f *Facts) *failure

// gates is in the order of research.Gates.
var gates = []gate{askInactive, askStale, askPeople, askWho, askExcluded, counting(askSample),
	askOpenInvite, counting(askCooldown), counting(askProjectCooldown), counting(askTarget), counting(askPerDay), counting(askTotal)}

// counting is a gate about how many are asked and how often, which is open to test
// people: they try again and again, and nothing of theirs is counted.
func counting(g gate) gate {
	return func(r *Rule, f *Facts) *failure {
		if f.Tester {
			return nil
		}
		return g(r, f)
	}
}

func firstFailure(r *Rule, f *Facts, from int) (*failure, int) {
	for i := from; i < len(gates); i++ {
		if failed := gates[i](r, f); failed != nil {
			return failed, i
		}
	}
	return nil, len(gates)
}

// Overtaken is the verdict on a match that passed every gate and then met a
// constraint while its invite was being reserved: somebody else was quicker.
func Overtaken(g research.Gate) Verdict {
	v := Verdict{Outcome: research.Skipped, Gate: g, Remedy: "Nothing has to change: this match came a moment too late."}
	switch g {
	case research.GateOpenInvite:
		v.Detail = "another invite for this person was made at the same moment"
	case research.GatePerDay:
		v.Detail = "the last place of the day was taken at the same moment"
	case research.GateTotal:
		v.Detail = "the last place of the trigger was taken at the same moment"
	case research.GateTarget:
		v.Detail = "the study reached its target at the same moment"
	case research.GateCooldown, research.GateProjectCooldown:
		v.Detail = "another invite was shown to this person at the same moment"
	default:
		v.Detail = "this changed while the invite was being made"
	}
	return v
}
