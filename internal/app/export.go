package app

import (
	"context"

	"github.com/usercall/usercall/internal/report"
	"github.com/usercall/usercall/internal/research"
)

// Query picks what is exported.
type Query = report.Query

// Export streams rows of one kind, each a struct of package report.
func (a *App) Export(ctx context.Context, kind string, p *research.Project, q report.Query, yield func(any) error) error {
	switch kind {
	case "events":
		return a.db.ExportEvents(ctx, p, q, func(r report.EventRow) error { return yield(r) })
	case "invites":
		return a.db.ExportInvites(ctx, p, q, a.link, func(r report.InviteRow) error { return yield(r) })
	case "decisions":
		return a.db.ExportDecisions(ctx, p, q, func(r report.DecisionRow) error { return yield(r) })
	case "interviews":
		return a.db.ExportInterviews(ctx, p, q, func(r report.InterviewRow) error { return yield(r) })
	case "themes":
		return a.db.ExportThemes(ctx, p, q, func(r report.ThemeRow) error { return yield(r) })
	case "report":
		return a.db.ExportReports(ctx, p, q, func(r report.ReportRow) error { return yield(r) })
	case "people":
		return a.db.ExportPeople(ctx, p, q, func(r report.PersonRow) error { return yield(r) })
	case "deliveries":
		return a.db.ExportDeliveries(ctx, p, q, func(r report.DeliveryRow) error { return yield(r) })
	case "catalogue":
		return a.db.ExportCatalogue(ctx, p, q, func(r report.CatalogueRow) error { return yield(r) })
	case "why":
		return a.exportWhy(ctx, p, q, func(r report.WhyRow) error { return yield(r) })
	}
	return research.Errorf(research.Invalid, "%q cannot be exported.", kind)
}

// StudyFile is a study as a file.
func (a *App) StudyFile(ctx context.Context, p *research.Project, key string) ([]byte, error) {
	s, err := a.db.StudyByKey(ctx, p.ID, key)
	if err != nil {
		return nil, err
	}
	return s.File, nil
}
