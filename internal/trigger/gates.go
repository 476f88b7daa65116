package trigger

import (
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"strings"
	"time"

	"github.com/usercall/usercall/internal/research"
)

func askInactive(r *Rule, f *Facts) *failure {
	switch {
	case !f.PausedSince.IsZero():
		return &failure{detail: "everything has been paused since " + f.PausedSince.UTC().Format("2 Jan 2006 15:04 UTC"), change: "Without that pause"}
	case !r.Active:
		return &failure{detail: "the trigger is paused", change: "With the trigger active"}
	case r.Testing && !f.Tester:
		return &failure{detail: "the trigger is in test mode, and the person is not one of the test people", change: "With the trigger active"}
	case f.StudyClosed:
		return &failure{detail: "the study is closed", change: "With the study open"}
	}
	return nil
}

func askStale(_ *Rule, f *Facts) *failure {
	age := f.ReceivedAt.Sub(f.EventAt)
	if f.MaxAge == 0 || age <= f.MaxAge {
		return nil
	}
	return &failure{
		detail: fmt.Sprintf("the event was %s old when it arrived; %s is the limit", spell(age), spell(f.MaxAge)),
		change: "With a maximum age of " + spellUp(age),
	}
}

func askPeople(r *Rule, f *Facts) *failure {
	if f.Unproved && f.Person.Key.Identified() {
		return &failure{detail: "the project requires identity, and the browser's was not proved", change: "With a valid identity token"}
	}
	if r.People == Anyone || f.Person.Key.Identified() {
		return nil
	}
	return &failure{detail: "the person has no userId, and this trigger asks identified people", change: `With "people: anyone"`}
}

func askWho(r *Rule, f *Facts) *failure {
	v := f.view()
	term := r.who.failing(v)
	if term == nil {
		return nil
	}
	return &failure{detail: "it does not hold that " + term.words(inWho) + term.absence(v), change: "Without that condition"}
}

// absence says that the value is missing, which is worth knowing: what it is
// instead is the person's own business and stays out of the log.
func (t *Term) absence(v *view) string {
	if t.Join == "" && v.find(t.Path).kind == missing {
		return "; nothing is known of " + inWho(t.Path)
	}
	return ""
}

func askExcluded(_ *Rule, f *Facts) *failure {
	switch {
	case f.Deleted:
		return &failure{detail: "the person opted out, and was deleted since", remedy: "Somebody who opted out is never invited, also after they were deleted."}
	case f.OptedOut:
		return &failure{detail: "the person opted out", remedy: "Somebody who opted out is never invited."}
	}
	email, _ := emailOf(f.Person.Traits)
	for _, entry := range f.Excluded {
		if what := excludedBy(entry, f.Person.Key, email); what != "" {
			return &failure{detail: "the person's " + what + " is on the project's list of people never to invite",
				change: "Without that entry on the list"}
		}
	}
	return nil
}

func emailOf(t research.Traits) (string, bool) {
	v := traitOf(t, "email")
	if v.kind != text {
		return "", false
	}
	return strings.TrimSpace(v.string()), true
}

// excludedBy is what of the person an entry of the list names: a userId as it
// stands, an e-mail address or domain in any case.
func excludedBy(entry string, key research.PersonKey, email string) string {
	_, domain, _ := strings.Cut(email, "@")
	switch {
	case entry == "":
		return ""
	case key.Identified() && entry == key.ID():
		return "userId"
	case strings.EqualFold(entry, email):
		return "e-mail address"
	case domain != "" && strings.EqualFold(strings.TrimPrefix(entry, "@"), domain):
		return "e-mail domain"
	}
	return ""
}

func askSample(r *Rule, f *Facts) *failure {
	if r.Sample.All() {
		return nil
	}
	drawn := draw(r.StudyKey, r.Key, f.Person.Key)
	if drawn < r.Sample.Share() {
		return nil
	}
	return &failure{
		detail: fmt.Sprintf("not among the %s %% who are asked; the draw is the same every time", string(r.Sample)),
		change: fmt.Sprintf("With a sample of %d%%", min(100, int(drawn*100)+1)),
	}
}

// draw is the person's lot from 0 to 1, the same whenever it is drawn:
// triggers.md §5.
func draw(study, trigger string, person research.PersonKey) float64 {
	sum := sha256.Sum256([]byte(study + "/" + trigger + "\n" + person.ID()))
	return float64(binary.BigEndian.Uint64(sum[:8])) / (1 << 64)
}

func askOpenInvite(_ *Rule, f *Facts) *failure {
	if !f.OpenInvite {
		return nil
	}
	detail := "the person has an invite that is still open"
	if !f.OpenSince.IsZero() {
		detail += ", from " + ago(f.At.Sub(f.OpenSince))
	}
	return &failure{detail: detail, remedy: "Once that invite is answered or expires, the person can be asked again."}
}

func askCooldown(r *Rule, f *Facts) *failure {
	since := f.At.Sub(f.LastByTrigger)
	if f.LastByTrigger.IsZero() || since >= r.Cooldown {
		return nil
	}
	return &failure{detail: "invited " + toGo(since, r.Cooldown), change: withCooldown("a cooldown", since)}
}

func askProjectCooldown(_ *Rule, f *Facts) *failure {
	if f.Never {
		return &failure{detail: `the person said "don't ask again"`, remedy: `Somebody who said "don't ask again" is never invited.`}
	}
	since, cooldown := f.At.Sub(f.LastByAny), doubled(f.ProjectCooldown, f.Dismissals)
	if f.LastByAny.IsZero() || since >= cooldown {
		return nil
	}
	detail := "invited by this project " + toGo(since, cooldown)
	if f.Dismissals > 0 {
		detail += fmt.Sprintf("; dismissed %s in a row, so the project's cooldown of %s is now %s",
			plural(f.Dismissals, "invite"), spell(f.ProjectCooldown), spell(cooldown))
	}
	return &failure{detail: detail, change: withCooldown("a project cooldown", since>>min(f.Dismissals, 62))}
}

// withCooldown is the longest cooldown, in a round figure, that would be over.
func withCooldown(what string, since time.Duration) string {
	if since < time.Second {
		return "Without " + what
	}
	return "With " + what + " of " + spell(since)
}

// doubled is a cooldown after so many dismissals in a row.
func doubled(d time.Duration, times int) time.Duration {
	for range times {
		if d > maxDuration/2 {
			return maxDuration
		}
		d *= 2
	}
	return d
}

func askTarget(r *Rule, f *Facts) *failure {
	if r.Target > 0 && f.Interviews >= r.Target {
		return &failure{detail: fmt.Sprintf("the study has %d of %s", f.Interviews, plural(r.Target, "interview")),
			change: "With a higher target"}
	}
	in := r.quotasFor(f)
	for _, q := range in {
		if f.ByQuota[q.Name] < q.Target {
			return nil
		}
	}
	if len(in) == 0 {
		return nil
	}
	full := make([]string, len(in))
	for i, q := range in {
		full[i] = fmt.Sprintf("quota %s has %d of %s", quoted(q.Name), f.ByQuota[q.Name], plural(q.Target, "interview"))
	}
	return &failure{detail: strings.Join(full, ", "), change: "With a higher quota"}
}

func askPerDay(r *Rule, f *Facts) *failure {
	if r.PerDay == 0 || f.Today < r.PerDay {
		return nil
	}
	return &failure{detail: fmt.Sprintf("%d of %d invites made today", f.Today, r.PerDay), change: fmt.Sprintf("With %d a day", f.Today+1)}
}

func askTotal(r *Rule, f *Facts) *failure {
	if r.Total == 0 || f.Ever < r.Total {
		return nil
	}
	return &failure{detail: fmt.Sprintf("%d of %d invites made", f.Ever, r.Total), change: fmt.Sprintf("With a total of %d", f.Ever+1)}
}
