package participant

import (
	"net/http"
	"net/url"

	"github.com/usercall/usercall/internal/interview"
	"github.com/usercall/usercall/internal/research"
)

// tape is what the page says about the recording at the end.
type tape struct {
	Tape interview.Tape
	Drop string // where the form that deletes it goes; "": there is none to delete
}

// tape is that of an interview that is over, or of one that may become recorded: its
// script shows the form at the end.
func (s *Surface) tape(r *http.Request, o *interview.Offer, standing interview.Standing, recordable bool) (t tape, err error) {
	if standing == interview.Over {
		if t.Tape, err = s.Room.Tape(r.Context(), o); err != nil {
			return tape{}, err
		}
	}
	if recordable && standing != interview.Over || t.Tape == interview.TapeKept {
		t.Drop = "/i/" + url.PathEscape(r.PathValue("token")) + "/recording/delete"
	}
	return t, nil
}

// dropTape deletes the recording, as often as it is asked, and shows the page again.
// It is a form without a script: it works on every page of an interview that is over.
func (s *Surface) dropTape(w http.ResponseWriter, r *http.Request) {
	guard(w)
	if !s.ownForm(r) {
		s.refuse(w, research.Errorf(research.Forbidden, "A recording is deleted on our own page only."))
		return
	}
	offer, err := s.Room.Find(r.Context(), r.PathValue("token"))
	if err == nil {
		err = s.Room.DropTape(r.Context(), offer)
	}
	if err != nil && research.CodeOf(err) != research.Conflict { // then the page says how far it is
		s.unfound(w, err)
		return
	}
	http.Redirect(w, r, "/i/"+url.PathEscape(r.PathValue("token")), http.StatusSeeOther)
}

// ownForm is ownOrigin for a form: of a page that sends no Referer, browsers say that
// its origin is null, and beside it whether that was ours.
func (s *Surface) ownForm(r *http.Request) bool {
	return s.ownOrigin(r) || r.Header.Get("Origin") == "null" && r.Header.Get("Sec-Fetch-Site") == "same-origin"
}
