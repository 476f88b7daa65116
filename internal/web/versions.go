package web

import (
	"net/http"
	"strconv"

	"github.com/usercall/usercall/internal/report"
	"github.com/usercall/usercall/internal/research"
)

// versionsView is every file that a study had.
type versionsView struct {
	studyShell
	Versions []report.Version
}

func (d *dashboard) studyVersions(w http.ResponseWriter, r *request) error {
	s, err := d.study(r, "Settings")
	if err != nil {
		return err
	}
	all, err := d.Reports.Versions(r.Context(), r.project.ID, s.Study.ID)
	if err != nil {
		return err
	}
	return d.render(w, http.StatusOK, "versions", versionsView{s, all})
}

// versionView is one of them, and what it changed.
type versionView struct {
	studyShell
	report.Version
	Before int // the version before it; 0: none
	Lines  []diffLine
	Newest bool
	Wrong  string
	// Effects is what restoring it does to the triggers.
	Effects []string
}

func (d *dashboard) studyVersion(w http.ResponseWriter, r *request) error {
	v, err := d.version(r)
	if err != nil {
		return err
	}
	return d.render(w, http.StatusOK, "version", v)
}

func (d *dashboard) version(r *request) (*versionView, error) {
	s, err := d.study(r, "Settings")
	if err != nil {
		return nil, err
	}
	n, err := strconv.Atoi(r.path("version"))
	if err != nil {
		return nil, research.Errorf(research.NotFound, "There is no such version.")
	}
	v := &versionView{studyShell: s, Newest: n == s.Study.Version}
	if v.Version, err = d.Reports.Version(r.Context(), r.project.ID, s.Study.ID, n); err != nil {
		return nil, err
	}
	v.Effects = effects(s.Study, v.File)
	before, err := d.Reports.Version(r.Context(), r.project.ID, s.Study.ID, n-1)
	if research.CodeOf(err) == research.NotFound {
		return v, nil
	}
	v.Before, v.Lines = before.Number, diff(string(before.File), string(v.File))
	return v, err
}

// restoreVersion makes a new version of an old one.
func (d *dashboard) restoreVersion(w http.ResponseWriter, r *request) error {
	v, err := d.version(r)
	if err != nil {
		return err
	}
	err = d.Commands.SaveStudy(r.Context(), r.project, v.Study, v.File, v.Study.Version, r.who.email)
	if err != nil && mistaken(err) {
		v.Wrong = message(err)
		return d.render(w, tell(w, err), "version", v)
	}
	if err != nil {
		return err
	}
	return back(w, r, link("studies", v.Study.PublicID, "versions"))
}

// overtaken is what somebody else saved while this form was open.
type overtaken struct {
	report.Version
	Made  int // the version that the form was made from
	Lines []diffLine
}

// since is what became of a part of the file since a version; nil where nothing did.
// Of a file that is unknown, all of it is new.
func (d *dashboard) since(r *request, s *research.Study, made int, part func(file []byte) string) (*overtaken, error) {
	if made == s.Version {
		return nil, nil
	}
	was, err := d.Reports.Version(r.Context(), r.project.ID, s.ID, made)
	if err != nil && research.CodeOf(err) != research.NotFound {
		return nil, err
	}
	before, now := part(was.File), part(s.File)
	if before == now {
		return nil, nil
	}
	newest, err := d.Reports.Version(r.Context(), r.project.ID, s.ID, s.Version)
	if err != nil && research.CodeOf(err) != research.NotFound {
		return nil, err
	}
	newest.Number = s.Version
	return &overtaken{newest, made, diff(before, now)}, nil
}
