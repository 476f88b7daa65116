package admin

import (
	"context"
	"encoding/json"
	"flag"
	"net/http"
	"os"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/usercall/usercall/internal/report"
	"github.com/usercall/usercall/internal/research"
)

var update = flag.Bool("update", false, "write testdata/openapi.json anew")

// none has no rows.
type none struct{}

func (none) Events(context.Context, *research.Project, report.Query) ([]report.EventRow, error) {
	return nil, nil
}
func (none) Invites(context.Context, *research.Project, report.Query) ([]report.InviteRow, error) {
	return nil, nil
}
func (none) Deliveries(context.Context, *research.Project, report.Query) ([]report.DeliveryRow, error) {
	return nil, nil
}
func (none) Decisions(context.Context, *research.Project, report.Query) ([]report.DecisionRow, error) {
	return nil, nil
}
func (none) Interviews(context.Context, *research.Project, report.Query) ([]report.InterviewRow, error) {
	return nil, nil
}
func (none) Themes(context.Context, *research.Project, report.Query) ([]report.ThemeRow, error) {
	return nil, nil
}
func (none) Reports(context.Context, *research.Project, report.Query) ([]report.ReportRow, error) {
	return nil, nil
}

func (none) People(context.Context, *research.Project, report.Query) ([]report.PersonRow, error) {
	return nil, nil
}

func (none) Catalogue(context.Context, *research.Project, report.Query) ([]report.CatalogueRow, error) {
	return nil, nil
}

func (none) Why(context.Context, *research.Project, report.Query) ([]report.WhyRow, error) {
	return nil, nil
}

func (none) Forecast(context.Context, *research.Project, string, string) (report.ForecastRow, error) {
	return report.ForecastRow{}, nil
}

func (none) Recording(context.Context, *research.Project, string) (*report.Sound, error) {
	return nil, research.Errorf(research.NotFound, "This interview has no recording.")
}

// TestTheDescriptionIsTheOneWePublished compares the API with its golden file:
// a change of a surface that others build on has to be meant.
func TestTheDescriptionIsTheOneWePublished(t *testing.T) {
	const golden = "testdata/openapi.json"
	got, err := json.MarshalIndent(Register(http.NewServeMux(), none{}), "", " ")
	if err != nil {
		t.Fatal(err)
	}
	got = append(got, '\n')
	if *update {
		if err := os.WriteFile(golden, got, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), string(got)); diff != "" {
		t.Errorf("the API changed; if that is meant, run go test ./internal/api/admin -update\n%s", diff)
	}
}
