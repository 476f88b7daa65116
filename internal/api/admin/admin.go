// Package admin is the API for programs: what a project holds, as JSON, under
// /api/v1.
//
// A caller shows a secret key, which belongs to one project; no request names a
// project. It reads views of package report and changes nothing yet. Start at
// [New].
package admin

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"strings"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"

	"github.com/usercall/usercall/internal/httpkit"
	"github.com/usercall/usercall/internal/report"
	"github.com/usercall/usercall/internal/research"
)

// Keys finds projects by their API keys; an unknown key is a NotFound error.
type Keys interface {
	ByAPIKey(ctx context.Context, key string) (*research.Project, error)
}

// Views reads rows of one kind, newest first.
type Views interface {
	Events(ctx context.Context, p *research.Project, q report.Query) ([]report.EventRow, error)
	Invites(ctx context.Context, p *research.Project, q report.Query) ([]report.InviteRow, error)
	Decisions(ctx context.Context, p *research.Project, q report.Query) ([]report.DecisionRow, error)
	Deliveries(ctx context.Context, p *research.Project, q report.Query) ([]report.DeliveryRow, error)
	Interviews(ctx context.Context, p *research.Project, q report.Query) ([]report.InterviewRow, error)
	Themes(ctx context.Context, p *research.Project, q report.Query) ([]report.ThemeRow, error)
	Reports(ctx context.Context, p *research.Project, q report.Query) ([]report.ReportRow, error)
	People(ctx context.Context, p *research.Project, q report.Query) ([]report.PersonRow, error)
	Catalogue(ctx context.Context, p *research.Project, q report.Query) ([]report.CatalogueRow, error)
	Why(ctx context.Context, p *research.Project, q report.Query) ([]report.WhyRow, error)
	// Forecast is what a trigger would have done, by the keys of its study and
	// itself; not_found, with words, where there is none.
	Forecast(ctx context.Context, p *research.Project, study, trigger string) (report.ForecastRow, error)
	// Recording opens what was recorded of an interview; not_found, with words,
	// where there is nothing to hear.
	Recording(ctx context.Context, p *research.Project, interview string) (*report.Sound, error)
}

// New is the surface. Mount it at /api/.
func New(keys Keys, views Views, log *slog.Logger) http.Handler {
	mux := http.NewServeMux()
	Register(mux, views)
	open := http.NewServeMux()
	open.Handle("GET /api/openapi.json", mux)
	open.Handle("/api/", authenticate(keys, log, mux))
	return open
}

// Register adds every operation to mux and returns the description of the API.
func Register(mux *http.ServeMux, views Views) *huma.OpenAPI {
	config := huma.DefaultConfig("usercall", "1")
	config.OpenAPIPath, config.DocsPath, config.SchemasPath = "/api/openapi", "", ""
	config.CreateHooks = nil // no $schema links in answers
	huma.NewError = refusal
	config.Components.SecuritySchemes = map[string]*huma.SecurityScheme{"key": {Type: "http", Scheme: "bearer"}}
	config.Security = []map[string][]string{{"key": {}}}
	api := humago.New(mux, config)
	list(api, "events", "Stored events", views.Events)
	list(api, "invites", "Invites and how far they got", views.Invites)
	list(api, "decisions", "The decision log: who was invited, who was not, and why", views.Decisions)
	list(api, "deliveries", "Invites that were to be sent, with each attempt", views.Deliveries)
	list(api, "interviews", "Interviews with their transcripts", views.Interviews)
	list(api, "themes", "Themes with their quotes", views.Themes)
	list(api, "reports", "The report of each study", views.Reports)
	people(api, views.People)
	catalogue(api, views.Catalogue)
	why(api, views.Why)
	forecast(api, views.Forecast)
	recording(api, views.Recording)
	return api.OpenAPI()
}

// problem is an error of the API as every error of ours looks: RFC 9457, with a
// stable code.
type problem struct{ httpkit.Problem }

func (p *problem) Error() string             { return p.Detail }
func (p *problem) GetStatus() int            { return p.Status }
func (p *problem) ContentType(string) string { return "application/problem+json" }

// refusal makes a problem of what huma found wrong with a request, or of what
// a view failed with.
func refusal(status int, message string, errs ...error) huma.StatusError {
	code := research.Invalid
	if status >= 500 {
		status, code, message = http.StatusInternalServerError, research.Internal, httpkit.Message(errors.New(""))
	} else if status == http.StatusUnprocessableEntity {
		status = http.StatusBadRequest
	}
	for _, err := range errs {
		if err != nil && code == research.Invalid {
			message += ": " + err.Error()
		}
	}
	return &problem{httpkit.Problem{Type: "about:blank", Title: http.StatusText(status), Status: status, Detail: message, Code: code}}
}

// asked is what every listing can be asked.
type asked struct {
	Person string    `query:"person" maxLength:"512" doc:"Only this person's, by userId or anonymousId."`
	Study  string    `query:"study" maxLength:"64" doc:"Only of this study, by its key."`
	Since  time.Time `query:"since" doc:"Only what came at or after this time."`
	Limit  int       `query:"limit" minimum:"1" maximum:"1000" default:"100" doc:"How many rows, newest first."`
}

type listed[T any] struct {
	Body struct {
		Items []T `json:"items"`
	}
}

func list[T any](api huma.API, name, summary string, read func(context.Context, *research.Project, report.Query) ([]T, error)) {
	huma.Register(api, huma.Operation{OperationID: "list-" + name, Method: http.MethodGet, Path: "/api/v1/" + name, Summary: summary},
		func(ctx context.Context, in *asked) (*listed[T], error) {
			rows, err := read(ctx, projectOf(ctx), report.Query{Since: in.Since, Person: in.Person, Study: in.Study, Limit: in.Limit})
			out := &listed[T]{}
			out.Body.Items = append([]T{}, rows...)
			return out, err
		})
}

// askedOfPeople is what the people of a project can be asked.
type askedOfPeople struct {
	Person   string    `query:"person" maxLength:"512" doc:"Only the one of this userId or anonymousId."`
	OptedOut bool      `query:"opted_out" doc:"Only those who opted out."`
	Since    time.Time `query:"since" doc:"Only people seen at or after this time."`
	Limit    int       `query:"limit" minimum:"1" maximum:"1000" default:"100" doc:"How many rows, those seen last first."`
}

func people(api huma.API, read func(context.Context, *research.Project, report.Query) ([]report.PersonRow, error)) {
	huma.Register(api, huma.Operation{OperationID: "list-people", Method: http.MethodGet, Path: "/api/v1/people", Summary: "People, and who of them opted out"},
		func(ctx context.Context, in *askedOfPeople) (*listed[report.PersonRow], error) {
			rows, err := read(ctx, projectOf(ctx), report.Query{Since: in.Since, Person: in.Person, OptedOut: in.OptedOut, Limit: in.Limit})
			out := &listed[report.PersonRow]{}
			out.Body.Items = append([]report.PersonRow{}, rows...)
			return out, err
		})
}

// askedOfCatalogue is what the catalogue can be asked: it has no persons and no
// studies.
type askedOfCatalogue struct {
	Since time.Time `query:"since" doc:"Only events seen at or after this time."`
	Limit int       `query:"limit" minimum:"1" maximum:"2000" default:"2000" doc:"How many rows, those seen last first."`
}

func catalogue(api huma.API, read func(context.Context, *research.Project, report.Query) ([]report.CatalogueRow, error)) {
	huma.Register(api, huma.Operation{OperationID: "list-catalogue", Method: http.MethodGet, Path: "/api/v1/catalogue",
		Summary: "Every event of the last 30 days, with its properties"},
		func(ctx context.Context, in *askedOfCatalogue) (*listed[report.CatalogueRow], error) {
			rows, err := read(ctx, projectOf(ctx), report.Query{Since: in.Since, Limit: in.Limit})
			out := &listed[report.CatalogueRow]{}
			out.Body.Items = append([]report.CatalogueRow{}, rows...)
			return out, err
		})
}

// askedWhy is whom "why (not) me?" is about.
type askedWhy struct {
	Person string `query:"person" required:"true" minLength:"1" maxLength:"512" doc:"Whom it is about, by userId or anonymousId."`
	Study  string `query:"study" maxLength:"64" doc:"Only the triggers of this study, by its key."`
}

func why(api huma.API, read func(context.Context, *research.Project, report.Query) ([]report.WhyRow, error)) {
	huma.Register(api, huma.Operation{OperationID: "list-why", Method: http.MethodGet, Path: "/api/v1/why",
		Summary: "Why (not) me: how far somebody has come with each trigger, what was decided last, and what would be decided now"},
		func(ctx context.Context, in *askedWhy) (*listed[report.WhyRow], error) {
			rows, err := read(ctx, projectOf(ctx), report.Query{Person: in.Person, Study: in.Study})
			if research.CodeOf(err) == research.NotFound {
				return nil, &problem{httpkit.ProblemOf(err)}
			}
			out := &listed[report.WhyRow]{}
			out.Body.Items = append([]report.WhyRow{}, rows...)
			return out, err
		})
}

// askedForecast is which trigger a forecast is of.
type askedForecast struct {
	Study   string `query:"study" required:"true" minLength:"1" maxLength:"64" doc:"The study's key."`
	Trigger string `query:"trigger" required:"true" minLength:"1" maxLength:"64" doc:"The trigger's key."`
}

func forecast(api huma.API, read func(ctx context.Context, p *research.Project, study, trigger string) (report.ForecastRow, error)) {
	huma.Register(api, huma.Operation{OperationID: "get-forecast", Method: http.MethodGet, Path: "/api/v1/forecast",
		Summary: "What a trigger would have done over the stored events of the last 30 days, had it been active"},
		func(ctx context.Context, in *askedForecast) (*struct{ Body report.ForecastRow }, error) {
			row, err := read(ctx, projectOf(ctx), in.Study, in.Trigger)
			if research.CodeOf(err) == research.NotFound {
				return nil, &problem{httpkit.ProblemOf(err)}
			}
			return &struct{ Body report.ForecastRow }{row}, err
		})
}

type projectKey struct{}

// projectOf is the project of the caller's key.
func projectOf(ctx context.Context) *research.Project {
	p, _ := ctx.Value(projectKey{}).(*research.Project)
	return p
}

var errNoKey = research.Errorf(research.Unauthenticated, "Send the project's API key: Authorization: Bearer uc_…")

func authenticate(keys Keys, log *slog.Logger, next http.Handler) http.Handler {
	return httpkit.Handle(log, func(w http.ResponseWriter, r *http.Request) error {
		scheme, key, _ := strings.Cut(r.Header.Get("Authorization"), " ")
		if !strings.EqualFold(scheme, "bearer") || key == "" {
			return errNoKey
		}
		p, err := keys.ByAPIKey(r.Context(), strings.TrimSpace(key))
		if research.CodeOf(err) == research.NotFound {
			return research.Errorf(research.Unauthenticated, "This API key is unknown here.")
		}
		if err != nil {
			return err
		}
		w.Header().Set("Cache-Control", "no-store")
		next.ServeHTTP(w, r.WithContext(context.WithValue(r.Context(), projectKey{}, p)))
		return nil
	})
}
