package web

import (
	"net/http"

	"github.com/usercall/usercall/internal/report"
)

// themesView is the themes of all studies.
type themesView struct {
	shell
	Rows    []report.ThemeLine
	Studies []report.TriggerName // only their study, for the filter
	Study   string
	CSV     string
}

func (d *dashboard) themes(w http.ResponseWriter, r *request) error {
	all, err := d.Reports.Themes(r.Context(), r.project.ID)
	if err != nil {
		return err
	}
	v := themesView{shell: r.shell("Themes", "Themes"), Study: r.query("study"), CSV: r.with("format", "csv")}
	seen := map[string]bool{}
	for _, t := range all {
		if !seen[t.Study] {
			seen[t.Study] = true
			v.Studies = append(v.Studies, report.TriggerName{Study: t.Study, StudyName: t.StudyName})
		}
		if v.Study == "" || t.Study == v.Study {
			v.Rows = append(v.Rows, t)
		}
	}
	if r.query("format") == "csv" {
		return themesCSV(w, v.Rows)
	}
	return d.render(w, http.StatusOK, "themes", v)
}
