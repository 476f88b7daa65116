package web

import (
	"net/http"

	"github.com/usercall/usercall/internal/report"
)

// homeView is the first page.
type homeView struct {
	shell
	report.Home
	Stages []stage
	Last   *report.Event // nil: nothing ever arrived
	Ready  []ReadyMade
}

func (d *dashboard) home(w http.ResponseWriter, r *request) error {
	h, err := report.ReadHome(r.Context(), d.Reports, r.project, r.now)
	if err != nil {
		return err
	}
	last, err := d.Reports.LastEvent(r.Context(), r.project.ID)
	if err != nil {
		return err
	}
	return d.render(w, http.StatusOK, "home", homeView{shell: r.shell(r.project.Name, "Home"), Home: h,
		Stages: weekFunnel(h.Week), Last: last, Ready: d.Ready})
}

// NeedURL is where one does something about a need.
func (homeView) NeedURL(n report.Need) string {
	switch n.Where {
	case "origins":
		return "/settings#origins"
	case "voice":
		return "/settings#voice"
	case "delivery":
		return "/settings/delivery"
	case "deliveries":
		return "/deliveries"
	case "undelivered":
		return "/deliveries?state=failed"
	case "triggers":
		return link("studies", n.ID, "triggers")
	case "report":
		return link("studies", n.ID)
	}
	return "/events"
}

func (d *dashboard) switchProject(w http.ResponseWriter, r *request) error {
	if err := r.parse(); err != nil {
		return err
	}
	for _, p := range r.projects {
		if p.Key == r.form("project") {
			http.SetCookie(w, &http.Cookie{Name: projectCookie, Value: p.Key, Path: "/", MaxAge: 365 * 24 * 3600,
				Secure: d.sessions.secure(), HttpOnly: true, SameSite: http.SameSiteLaxMode})
		}
	}
	return back(w, r, "/")
}
