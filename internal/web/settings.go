package web

import (
	"cmp"
	"net/http"
	"strconv"
	"strings"

	"github.com/usercall/usercall/internal/report"
	"github.com/usercall/usercall/internal/research"
)

// settingsView is what one can change of a project and one's own account.
type settingsView struct {
	shell
	Keys      []report.Key
	Name      string
	Consent   string // category of the consent manager
	Origins   string
	Days      string          // that recordings are kept
	Voice     report.VoiceDay // what of today's time was spoken
	Mode      research.IdentityMode
	PublicKey string
	Set       *report.KeySet // nil: none
	SetURL    string         // that was typed
	KID       string         // of the identity key in force; "": none
	Snips     []snippet      // how an identity token is made
	Wrong     string         // what could not be saved, and why
	Of        string         // the form that is about: a key of saved
	Done      string         // what was just saved
}

var saved = map[string]string{
	"name":     "The project is renamed.",
	"consent":  "The consent category is saved. It counts from now on.",
	"origins":  "The list of sites is saved. It counts from now on.",
	"voice":    "How long recordings are kept is saved. Those that have to go now go within a few minutes.",
	"keys":     "The older key is revoked. Only the newest one opens anything now.",
	"identity": "Signed identity is saved. It counts from now on.",
	"password": "Your password is set. Every other session of yours was ended.",
}

func (d *dashboard) settings(w http.ResponseWriter, r *request) error {
	return d.showSettings(w, r, http.StatusOK, settingsView{Done: saved[r.query("done")]})
}

func (d *dashboard) showSettings(w http.ResponseWriter, r *request, status int, v settingsView) error {
	v.shell = r.shell("Settings", "Settings")
	if v.Of != "name" {
		v.Name = r.project.Name
	}
	if v.Of != "consent" {
		v.Consent = r.project.Settings.ConsentCategory
	}
	if v.Of != "origins" {
		v.Origins = strings.Join(r.project.Origins, "\n")
	}
	if v.Of != "identity" {
		v.Mode = r.project.Settings.Identity
	}
	if err := d.spoken(r, &v); err != nil {
		return err
	}
	all, err := d.Reports.Keys(r.Context(), r.project.ID)
	if err != nil {
		return err
	}
	if v.Set, err = d.Reports.KeySet(r.Context(), r.project.ID); err != nil {
		return err
	}
	v.Keys, v.KID = keyRows(all), currentKID(all)
	v.Snips = tokenSnippets(r.project.Key, cmp.Or(v.KID, "idk_…"))
	return d.render(w, status, "settings", v)
}

func (d *dashboard) saveName(w http.ResponseWriter, r *request) error {
	if err := r.parse(); err != nil {
		return err
	}
	name := strings.TrimSpace(r.form("name"))
	return d.settled(w, r, settingsView{Of: "name", Name: name}, d.Commands.SaveProject(r.Context(), r.project, name, r.project.Origins))
}

func (d *dashboard) saveOrigins(w http.ResponseWriter, r *request) error {
	if err := r.parse(); err != nil {
		return err
	}
	typed := r.form("origins")
	return d.settled(w, r, settingsView{Of: "origins", Origins: typed}, d.Commands.SaveProject(r.Context(), r.project, r.project.Name, strings.Fields(typed)))
}

// saveConsent changes which consent an event has to bring, if it brings any.
func (d *dashboard) saveConsent(w http.ResponseWriter, r *request) error {
	if err := r.parse(); err != nil {
		return err
	}
	category := strings.TrimSpace(r.form("category"))
	return d.settled(w, r, settingsView{Of: "consent", Consent: category}, d.Commands.SetConsent(r.Context(), r.project, category))
}

// spoken fills in what the page says about spoken interviews.
func (d *dashboard) spoken(r *request, v *settingsView) (err error) {
	if v.Of != "voice" {
		days, err := d.Reports.RecordingDays(r.Context(), r.project.ID)
		if err != nil {
			return err
		}
		v.Days = strconv.Itoa(days)
	}
	v.Voice, err = d.Reports.VoiceDay(r.Context(), r.project.ID, r.now)
	return err
}

// saveRecordings changes how many days recordings are kept.
func (d *dashboard) saveRecordings(w http.ResponseWriter, r *request) error {
	if err := r.parse(); err != nil {
		return err
	}
	typed := strings.TrimSpace(r.form("days"))
	days, err := strconv.Atoi(typed)
	if err != nil {
		err = research.Errorf(research.Invalid, "Days are a whole number, like 90; 0 keeps recordings until somebody deletes them.")
	} else {
		err = d.Commands.SetRecordingDays(r.Context(), r.project, days)
	}
	return d.settled(w, r, settingsView{Of: "voice", Days: typed}, err)
}

func (d *dashboard) savePassword(w http.ResponseWriter, r *request) error {
	if err := r.parse(); err != nil {
		return err
	}
	return d.settled(w, r, settingsView{Of: "password"}, d.changePassword(r))
}

// settled answers a form of this page: with the page anew, or with what was
// typed and what is wrong with it.
func (d *dashboard) settled(w http.ResponseWriter, r *request, typed settingsView, err error) error {
	if mistaken(err) {
		typed.Wrong = message(err)
		return d.showSettings(w, r, tell(w, err), typed)
	}
	if err != nil {
		return err
	}
	return back(w, r, "/settings?done="+typed.Of)
}

var errCurrent = research.Errorf(research.Invalid, "The current password is not right, so nothing was changed.")

// changePassword wants the current password, where there is one: a session that
// was left open must not be enough to take an account over.
func (d *dashboard) changePassword(r *request) error {
	user, stored, err := d.Accounts.ByEmail(r.Context(), r.who.email)
	if err != nil {
		return err
	}
	if user == r.who.user && stored != "" {
		_, err := d.sessions.withPassword(r.Context(), d.address(r.Request), r.who.email, r.PostFormValue("current"))
		if research.CodeOf(err) == research.Unauthenticated {
			return errCurrent
		}
		if err != nil {
			return err
		}
	}
	hash, err := HashPassword(r.PostFormValue("password"))
	if err != nil {
		return err
	}
	return d.Accounts.SetPassword(r.Context(), r.who.user, hash, r.who.hash)
}
