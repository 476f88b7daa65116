package sdk

import (
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"slices"

	"github.com/usercall/usercall/internal/httpkit"
	"github.com/usercall/usercall/internal/identity"
	"github.com/usercall/usercall/internal/ingest"
	"github.com/usercall/usercall/internal/invite"
	"github.com/usercall/usercall/internal/research"
)

// request is what every body of the SDK begins with.
type request struct {
	Project string               `json:"project"`
	Ticket  string               `json:"ticket"`
	Token   string               `json:"identity_token"`
	Locale  string               `json:"locale"`
	Browser research.AnonymousID `json:"anonymousId"`
	User    research.UserID      `json:"userId"`
	Zone    json.RawMessage      `json:"timeZone"`
}

// visitor is whose page sends a request.
type visitor struct {
	project *research.Project
	ticket  []byte // hash of the browser's ticket; nil: none
	token   string // identity token, not looked at yet; "": none
	locale  string // language of the page
	zone    string // time zone of the browser; "": not asked for, or none that is known
	// Whose browser the page says it is; worth nothing by itself.
	browser research.AnonymousID
	claimed research.UserID
}

// is the visitor as invites know one; proved is what its token proves, nil: nothing.
func (v visitor) is(proved *identity.Claims) invite.Visitor {
	out := invite.Visitor{Project: v.project.ID, Ticket: v.ticket, Claimed: v.claimed, Browser: v.browser}
	if proved != nil && (proved.AnonymousID == "" || v.browser == "" || proved.AnonymousID == v.browser) {
		out.Proved = proved.UserID
	}
	return out
}

// maxID is the bytes of a userId or anonymousId.
const maxID = 512

// handler answers a page of a known project.
type handler func(r *http.Request, v visitor, body []byte) (any, error)

// page finds the project, checks the page's origin against its list, and writes
// the answer with the CORS headers that let the page read it, also on refusal.
func (c Config) page(h handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		allowOrigin(w, r)
		out, err := c.serve(w, r, h)
		if err != nil {
			httpkit.WriteProblem(w, err)
			return
		}
		w.Header().Set("Content-Type", "application/json")
		w.Header().Set("Cache-Control", "no-store")
		_ = json.NewEncoder(w).Encode(out) // a page that is gone asks again
	})
}

func (c Config) serve(w http.ResponseWriter, r *http.Request, h handler) (any, error) {
	v, body, err := c.visitor(w, r)
	if err != nil {
		return nil, err
	}
	return h(r, v, body)
}

func (c Config) visitor(w http.ResponseWriter, r *http.Request) (v visitor, body []byte, err error) {
	if body, err = readBody(w, r); err != nil {
		return v, nil, err
	}
	req := request{Project: r.URL.Query().Get("project")}
	if r.Method == http.MethodPost && json.Unmarshal(body, &req) != nil {
		return v, nil, research.Errorf(research.Invalid, "The body is not the JSON that the SDK sends.")
	}
	if len(req.Ticket) > 128 || len(req.Locale) > 64 || len(req.Browser) > maxID || len(req.User) > maxID {
		return v, nil, research.Errorf(research.Invalid, "The ticket, the locale or an id is not one of the SDK's.")
	}
	p, err := c.Projects.ByPageKey(r.Context(), req.Project)
	if err != nil {
		return v, nil, err
	}
	if !mayUse(p, r.Header.Get("Origin")) {
		return v, nil, research.Errorf(research.Forbidden,
			"This site is not on the project's list of origins. Add it under Settings.")
	}
	return visitor{p, invite.TicketHash(req.Ticket), req.Token, req.Locale, research.ZoneOf(req.Zone), req.Browser, req.User}, body, nil
}

// mayUse tells whether a page of that origin may use the project. The list is a
// filter against accidents: anybody can send an Origin from outside a browser.
func mayUse(p *research.Project, origin string) bool {
	return p.Open || slices.Contains(p.Origins, origin)
}

func allowOrigin(w http.ResponseWriter, r *http.Request) {
	w.Header().Add("Vary", "Origin")
	if origin := r.Header.Get("Origin"); origin != "" {
		w.Header().Set("Access-Control-Allow-Origin", origin)
		w.Header().Set("Access-Control-Expose-Headers", "Retry-After")
	}
}

func (c Config) preflight(w http.ResponseWriter, r *http.Request) {
	allowOrigin(w, r)
	w.Header().Set("Access-Control-Allow-Methods", "GET, POST, OPTIONS")
	w.Header().Set("Access-Control-Allow-Headers", "Content-Type")
	w.Header().Set("Access-Control-Max-Age", "86400")
	w.WriteHeader(http.StatusNoContent)
}

func readBody(w http.ResponseWriter, r *http.Request) ([]byte, error) {
	if r.Method != http.MethodPost {
		return nil, nil
	}
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, ingest.MaxRequest))
	var tooLarge *http.MaxBytesError
	if errors.As(err, &tooLarge) {
		return nil, research.Errorf(research.TooLarge, "The request has more than %d bytes.", ingest.MaxRequest)
	}
	if err != nil {
		return nil, research.Errorf(research.Invalid, "The body could not be read to its end.")
	}
	return body, nil
}
