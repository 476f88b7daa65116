package app

import (
	"context"
	"net/http"

	"github.com/usercall/usercall/internal/api/admin"
	"github.com/usercall/usercall/internal/report"
	"github.com/usercall/usercall/internal/research"
)

func (a *App) adminAPI() http.Handler { return admin.New(a.catalog, apiViews{a}, a.log) }

// ByAPIKey implements admin.Keys.
func (c *catalog) ByAPIKey(ctx context.Context, key string) (*research.Project, error) {
	return c.db.ProjectBySecret(ctx, "api", key)
}

// apiViews implements admin.Views over the exports.
type apiViews struct{ *App }

func (v apiViews) Events(ctx context.Context, p *research.Project, q report.Query) (all []report.EventRow, err error) {
	err = v.db.ExportEvents(ctx, p, q, into(&all))
	return all, err
}

func (v apiViews) Invites(ctx context.Context, p *research.Project, q report.Query) (all []report.InviteRow, err error) {
	err = v.db.ExportInvites(ctx, p, q, v.link, into(&all))
	return all, err
}

func (v apiViews) Decisions(ctx context.Context, p *research.Project, q report.Query) (all []report.DecisionRow, err error) {
	err = v.db.ExportDecisions(ctx, p, q, into(&all))
	return all, err
}

func (v apiViews) Deliveries(ctx context.Context, p *research.Project, q report.Query) (all []report.DeliveryRow, err error) {
	err = v.db.ExportDeliveries(ctx, p, q, into(&all))
	return all, err
}

func (v apiViews) Interviews(ctx context.Context, p *research.Project, q report.Query) (all []report.InterviewRow, err error) {
	err = v.db.ExportInterviews(ctx, p, q, into(&all))
	return all, err
}

func (v apiViews) Themes(ctx context.Context, p *research.Project, q report.Query) (all []report.ThemeRow, err error) {
	err = v.db.ExportThemes(ctx, p, q, into(&all))
	return all, err
}

func (v apiViews) Reports(ctx context.Context, p *research.Project, q report.Query) (all []report.ReportRow, err error) {
	err = v.db.ExportReports(ctx, p, q, into(&all))
	return all, err
}

func (v apiViews) Catalogue(ctx context.Context, p *research.Project, q report.Query) (all []report.CatalogueRow, err error) {
	err = v.db.ExportCatalogue(ctx, p, q, into(&all))
	return all, err
}

func (v apiViews) People(ctx context.Context, p *research.Project, q report.Query) (all []report.PersonRow, err error) {
	err = v.db.ExportPeople(ctx, p, q, into(&all))
	return all, err
}

func (v apiViews) Why(ctx context.Context, p *research.Project, q report.Query) (all []report.WhyRow, err error) {
	err = v.exportWhy(ctx, p, q, into(&all))
	return all, err
}

// Forecast implements admin.Views.
func (v apiViews) Forecast(ctx context.Context, p *research.Project, study, trigger string) (row report.ForecastRow, err error) {
	s, err := v.Study(ctx, p, study)
	if err != nil {
		return row, err
	}
	f, err := v.App.Forecast(ctx, p, s, trigger, nil, func(report.ForecastStep) {})
	if err != nil {
		return row, err
	}
	return f.Row(study, trigger), nil
}

// into collects rows in a slice.
func into[T any](all *[]T) func(T) error {
	return func(v T) error {
		*all = append(*all, v)
		return nil
	}
}
