package app

import (
	"context"
	"net/url"
	"strings"

	"github.com/usercall/usercall/examples/studies"
	"github.com/usercall/usercall/internal/interview"
	"github.com/usercall/usercall/internal/research"
	"github.com/usercall/usercall/internal/store"
	"github.com/usercall/usercall/internal/trigger"
	"github.com/usercall/usercall/internal/web"
)

// commands implements web.Commands: what one can change in the dashboard.
type commands struct{ *App }

// SetTriggerActive activates or pauses a trigger.
func (c commands) SetTriggerActive(ctx context.Context, p *research.Project, id string, active bool) error {
	if err := c.checkActivation(ctx, p, id, active); err != nil {
		return err
	}
	if err := c.db.SetActive(ctx, p.ID, id, active, c.now()); err != nil {
		return err
	}
	return c.catalog.refresh(ctx)
}

// SetStudyOpen opens or closes a study.
func (c commands) SetStudyOpen(ctx context.Context, p *research.Project, id string, open bool) error {
	state := research.StudyClosed
	if open {
		state = research.StudyOpen
	}
	if err := c.db.SetStudyState(ctx, p.ID, id, state); err != nil {
		return err
	}
	return c.catalog.refresh(ctx)
}

// EraseInterview deletes what was said in an interview.
func (c commands) EraseInterview(ctx context.Context, p *research.Project, id string) error {
	if err := c.db.EraseInterview(ctx, p.ID, id, c.now()); err != nil {
		return err
	}
	c.queue.Wake()
	return nil
}

// ErasePerson deletes what is stored of somebody, in the background: a long
// history takes a while.
func (c commands) ErasePerson(ctx context.Context, p *research.Project, key research.PersonKey) error {
	return c.eraseLater(ctx, p, key)
}

// CreateStudy makes a study from a file, unless the project has it already.
func (c commands) CreateStudy(ctx context.Context, p *research.Project, file []byte, who string) (string, error) {
	f, err := CheckStudy(file)
	if err != nil {
		return "", err
	}
	s, err := c.db.StudyByKey(ctx, p.ID, f.Study.Key)
	if research.CodeOf(err) == research.NotFound {
		s, err = c.keepStudy(ctx, p, f, store.ApplyStudy{Who: who})
	}
	if err != nil {
		return "", err
	}
	return s.PublicID, nil
}

// maxName is how long a project's name may be, in bytes.
const maxName = 120

// SaveProject changes what participants know the product by, and which sites may
// use the SDK: both or neither.
func (c commands) SaveProject(ctx context.Context, p *research.Project, name string, origins []string) error {
	name = strings.TrimSpace(name)
	if name == "" || len(name) > maxName || strings.ContainsAny(name, "\x00\r\n") {
		return research.Errorf(research.Invalid, "A name has 1 to %d characters on one line.", maxName)
	}
	changed := *p
	changed.Name, changed.Origins = name, nil
	for _, o := range origins {
		clean, err := origin(o)
		if err != nil {
			return err
		}
		changed.Origins = append(changed.Origins, clean)
	}
	if err := c.db.UpdateProject(ctx, &changed); err != nil {
		return err
	}
	return c.catalog.refresh(ctx)
}

// RotateKey makes a new key and says how it is shown.
func (c commands) RotateKey(ctx context.Context, p *research.Project, kind research.KeyKind, publicKey string) (web.NewKey, error) {
	k, err := c.App.RotateKey(ctx, p, kind, publicKey)
	return web.NewKey{Lines: k.Lines(), Secret: k.Secret(), KID: k.KID, Algorithm: k.Algorithm}, err
}

// SetKeySet says where identity keys are published.
func (c commands) SetKeySet(ctx context.Context, p *research.Project, url string) error {
	_, err := c.App.SetKeySet(ctx, p, url)
	return err
}

// SetConsent changes which category of the customer's consent manager an event
// that brings consent has to allow.
func (c commands) SetConsent(ctx context.Context, p *research.Project, category string) error {
	if len(category) > 100 || strings.ContainsAny(category, "\x00\r\n") {
		return research.Errorf(research.Invalid, "A category has up to 100 characters on one line.")
	}
	changed := *p
	changed.Settings.ConsentCategory = category
	if err := c.db.UpdateProject(ctx, &changed); err != nil {
		return err
	}
	return c.catalog.refresh(ctx)
}

// origin is what a browser sends for a site: scheme and host, nothing else.
func origin(s string) (string, error) {
	u, err := url.Parse(strings.TrimRight(strings.TrimSpace(s), "/"))
	if err != nil || u.Host == "" || u.Scheme != "https" && u.Scheme != "http" || u.Path != "" || u.RawQuery != "" || u.User != nil {
		return "", research.Errorf(research.Invalid, "%q is no origin. Write it like https://app.example.com, without a path.", short(s))
	}
	return strings.ToLower(u.Scheme + "://" + u.Host), nil
}

// short keeps a stranger's text in a message readable.
func short(s string) string {
	if r := []rune(s); len(r) > 80 {
		return string(r[:80]) + "…"
	}
	return s
}

// readyMade is the studies that one picks instead of writing one.
func readyMade() ([]web.ReadyMade, error) {
	all, err := studies.All()
	var out []web.ReadyMade
	for _, s := range all {
		out = append(out, web.ReadyMade{Key: s.Key, Name: s.Name, Description: s.Description, File: s.Source})
	}
	return out, err
}

// describe is a study file in words.
func describe(file []byte) (web.StudyWords, error) {
	f, err := trigger.Parse(file)
	if err != nil {
		return web.StudyWords{}, err
	}
	compiled, err := trigger.Compile(f)
	if err != nil {
		return web.StudyWords{}, err
	}
	w := web.StudyWords{Sentences: map[string]string{}, Mode: "text", Minutes: compiled.Interview.Minutes, Languages: compiled.Interview.Languages}
	for _, r := range compiled.Rules {
		w.Sentences[r.Key] = r.Sentence()
		for _, s := range r.Steps {
			w.Events = append(w.Events, s.Names...)
		}
	}
	w.Guide = guideOf(f, w.Events)
	if f.Interview.Minutes == 0 {
		w.Minutes = usualMinutes(w.Guide)
	}
	return w, nil
}

// usualMinutes is how long a guide's interviews usually take: the moderator aims
// at three fifths of the hard end.
func usualMinutes(g research.Guide) int { return (g.MaxSeconds*3/5 + 59) / 60 }

// guideOf is the guide that the study's interviews follow.
func guideOf(f *trigger.File, events []string) research.Guide {
	if f.Guide != nil {
		return *f.Guide
	}
	if g, ok := interview.GuideByID(f.GuideID); ok {
		return g
	}
	if len(events) > 0 {
		return interview.GuideForEvent(events[0])
	}
	return interview.GuideForEvent("")
}
