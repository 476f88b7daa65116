package admin

import (
	"context"
	"net/http"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"

	"github.com/usercall/usercall/internal/httpkit"
	"github.com/usercall/usercall/internal/report"
	"github.com/usercall/usercall/internal/research"
)

// askedToHear is which recording is wanted.
type askedToHear struct {
	Interview string `path:"interview" maxLength:"64" doc:"Id of the interview."`
	Range     string `header:"Range" doc:"Which part of it, in bytes; the whole where it is left out."`
}

func recording(api huma.API, open func(context.Context, *research.Project, string) (*report.Sound, error)) {
	huma.Register(api, huma.Operation{OperationID: "get-recording", Method: http.MethodGet, Path: "/api/v1/interviews/{interview}/recording",
		Summary: "What was recorded of an interview, whole or in part", Responses: sounds},
		func(ctx context.Context, in *askedToHear) (*huma.StreamResponse, error) {
			sound, err := open(ctx, projectOf(ctx), in.Interview)
			if err != nil {
				return nil, spoken(err)
			}
			return &huma.StreamResponse{Body: func(c huma.Context) {
				defer sound.Close()
				r, w := humago.Unwrap(c)
				httpkit.ServePrivate(w, r, sound.Type, sound.Modified, sound)
			}}, nil
		})
}

// spoken keeps the words of an error that the caller can act on.
func spoken(err error) error {
	if research.CodeOf(err) == research.Internal {
		return err
	}
	return &problem{httpkit.ProblemOf(err)}
}

var sounds = map[string]*huma.Response{
	"200": {Description: "All of it", Content: sound},
	"206": {Description: "The part that was asked for", Content: sound},
}

var sound = map[string]*huma.MediaType{"audio/flac": binary, "audio/wav": binary}

var binary = &huma.MediaType{Schema: &huma.Schema{Type: huma.TypeString, Format: "binary"}}
