package web

import (
	"net/http"

	"github.com/usercall/usercall/internal/httpkit"
	"github.com/usercall/usercall/internal/research"
)

// parse reads a form's body; too_large or invalid where it cannot be one.
func (r *request) parse() error {
	if err := r.ParseForm(); err != nil {
		if httpkit.Status(err) == http.StatusRequestEntityTooLarge {
			return err
		}
		return research.Errorf(research.Invalid, "This form arrived broken, so nothing was changed. Send it again.")
	}
	return nil
}

// tell sets what the error says about coming back, and is its status.
func tell(w http.ResponseWriter, err error) int {
	httpkit.SetRetryAfter(w, err)
	return httpkit.Status(err)
}

func message(err error) string { return httpkit.Message(err) }

// mistaken tells whether the error is about what somebody typed: then the form
// is shown again with what is wrong.
func mistaken(err error) bool {
	code := research.CodeOf(err)
	return code == research.Invalid || code == research.Conflict || code == research.Quota
}
