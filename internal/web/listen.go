package web

import (
	"fmt"
	"net/http"
	"strconv"
	"time"

	"github.com/usercall/usercall/internal/httpkit"
	"github.com/usercall/usercall/internal/report"
	"github.com/usercall/usercall/internal/research"
)

// recording answers with what was recorded of an interview, or a part of it.
func (d *dashboard) recording(w http.ResponseWriter, r *request) error {
	sound, err := d.sound(r, r.path("interview"))
	if research.CodeOf(err) == research.NotFound {
		return d.render(w, http.StatusNotFound, "problem", problem{shell: r.shell("There is nothing to hear", "Interviews"),
			Status: http.StatusNotFound, Heading: "There is nothing to hear", Message: httpkit.Message(err)})
	}
	if err != nil {
		return err
	}
	defer sound.Close()
	httpkit.ServePrivate(w, r.Request, sound.Type, sound.Modified, sound)
	return nil
}

func (d *dashboard) sound(r *request, interview string) (*report.Sound, error) {
	if d.Recording == nil {
		return nil, research.Errorf(research.NotFound, "This interview has no recording.")
	}
	return d.Recording(r.Context(), r.project, interview)
}

// player is what the page of an interview has to be heard.
type player struct {
	URL    string        // "": there is nothing to hear any more
	Length time.Duration // 0: it still runs
	Until  time.Time     // when it is deleted; zero: when somebody does
	Why    string        // why there is nothing to hear
}

// player looks what can be heard of an interview; nil where it was never recorded,
// or where nothing of it is left.
func (d *dashboard) player(r *request, i *report.Interview) (*player, error) {
	if i.Recording == nil || len(i.Turns) == 0 || d.Recording == nil {
		return nil, nil
	}
	sound, err := d.sound(r, i.ID)
	if research.CodeOf(err) == research.NotFound || research.CodeOf(err) == research.Unavailable {
		return &player{Why: httpkit.Message(err)}, nil // the page says it, and is whole without
	}
	if err != nil {
		return nil, err
	}
	return &player{URL: link("interviews", i.ID, "recording"), Length: i.Recording.Length, Until: i.Recording.DeleteAt}, sound.Close()
}

// turn is where a turn is heard, from its start on; "" where it cannot be.
func (p *player) turn(t research.Turn) string {
	if p == nil || p.URL == "" || t.StartMS == nil || t.Excluded {
		return ""
	}
	return p.URL + "#t=" + seconds(*t.StartMS)
}

// span is where a quote of a turn is heard.
func (p *player) span(interview string, t research.Turn, q research.Quote) string {
	from, to, ok := t.Span(q.Start, q.End)
	if p == nil || p.URL == "" || t.Excluded || !ok {
		return ""
	}
	return playSpan(interview, &from, &to)
}

// pad is how much is heard before and after a quote, so that no sound is cut.
const pad = 300

// playQuote is where a quote is heard; "" where it cannot be.
func playQuote(q report.Quote) string { return playSpan(q.Interview, q.StartMS, q.EndMS) }

func playSpan(interview string, from, to *int64) string {
	if from == nil || to == nil {
		return ""
	}
	return link("interviews", interview, "recording") + "#t=" + seconds(max(0, *from-pad)) + "," + seconds(*to+pad)
}

// seconds is a place in a recording as an address has it.
func seconds(ms int64) string { return strconv.FormatFloat(float64(ms)/1000, 'f', -1, 64) }

// place is a place in a recording as people write it: 3:07.
func place(ms *int64) string {
	if ms == nil {
		return ""
	}
	return fmt.Sprintf("%d:%02d", *ms/60_000, *ms/1000%60)
}
