package web

import (
	"net/http"

	"github.com/usercall/usercall/internal/research"
)

// signInView is the page where one signs in.
type signInView struct {
	shell
	Next  string
	Email string
	Wrong string // why the last attempt failed
	Link  bool   // by a one-time link: nothing but a button
}

func (d *dashboard) signInPage(w http.ResponseWriter, r *request) error {
	if r.who != nil {
		return back(w, r, local(r.query("next")))
	}
	return d.render(w, http.StatusOK, "signin", signInView{shell: r.shell("Sign in", ""), Next: local(r.query("next"))})
}

func (d *dashboard) signIn(w http.ResponseWriter, r *request) error {
	if err := r.parse(); err != nil {
		return err
	}
	user, err := d.sessions.withPassword(r.Context(), d.address(r.Request), r.form("email"), r.PostFormValue("password"))
	if code := research.CodeOf(err); code == research.Unauthenticated || code == research.Quota {
		return d.signInAgain(w, r, err)
	}
	if err != nil {
		return err
	}
	if err := d.sessions.begin(w, r.Request, user); err != nil {
		return err
	}
	return back(w, r, local(r.form("next")))
}

// linkPage shows a button: mail scanners open every link, so looking at one must
// not use it up. Whether the link is good, only pressing tells.
func (d *dashboard) linkPage(w http.ResponseWriter, r *request) error {
	return d.render(w, http.StatusOK, "signin", signInView{shell: r.shell("Sign in", ""), Link: true})
}

func (d *dashboard) useLink(w http.ResponseWriter, r *request) error {
	user, err := d.sessions.withLink(r.Context(), d.address(r.Request), r.path("token"))
	if code := research.CodeOf(err); code == research.Unauthenticated || code == research.Quota {
		return d.signInAgain(w, r, err)
	}
	if err != nil {
		return err
	}
	if err := d.sessions.begin(w, r.Request, user); err != nil {
		return err
	}
	return back(w, r, "/")
}

func (d *dashboard) signInAgain(w http.ResponseWriter, r *request, err error) error {
	return d.render(w, tell(w, err), "signin", signInView{shell: r.shell("Sign in", ""), Next: local(r.form("next")),
		Email: r.form("email"), Wrong: message(err)})
}

func (d *dashboard) signOut(w http.ResponseWriter, r *request) error {
	if err := d.sessions.signOut(w, r.Request); err != nil {
		return err
	}
	return back(w, r, "/signin")
}
