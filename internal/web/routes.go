package web

import (
	"net/http"

	"github.com/usercall/usercall/internal/httpkit"
	"github.com/usercall/usercall/internal/web/assets"
)

// route is one path of the dashboard. An open one needs no session.
type route struct {
	pattern string
	handle  func(http.ResponseWriter, *request) error
	open    bool
}

// routes is every path of the dashboard.
func (d *dashboard) routes() {
	for _, r := range d.table() {
		d.mux.Handle(r.pattern, httpkit.HandleWith(d.Log, d.failure, d.enter(r)))
	}
	d.mux.Handle("GET /assets/", assets.Handler())
}

func (d *dashboard) table() []route {
	return []route{
		{"GET /signin", d.signInPage, true},
		{"POST /signin", d.signIn, true},
		{"GET /signin/{token}", d.linkPage, true},
		{"POST /signin/{token}", d.useLink, true},
		{"POST /signout", d.signOut, true},

		{"GET /{$}", d.home, false},
		{"GET /studies", d.studies, false},
		{"GET /studies/new", d.newStudy, false},
		{"POST /studies", d.createStudy, false},
		{"GET /studies/{study}", d.studyReport, false},
		{"GET /studies/{study}/interviews", d.studyInterviews, false},
		{"GET /studies/{study}/triggers", d.studyTriggers, false},
		{"GET /studies/{study}/guide", d.studyGuide, false},
		{"GET /studies/{study}/settings", d.studySettings, false},
		{"POST /studies/{study}/about", d.saveAbout, false},
		{"POST /studies/{study}/state", d.setStudyState, false},
		{"POST /studies/{study}/triggers/{trigger}", d.setTrigger, false},
		{"GET /studies/{study}/triggers/new", d.triggerPage, false},
		{"POST /studies/{study}/triggers/new", d.triggerForm, false},
		{"GET /studies/{study}/triggers/{trigger}/edit", d.triggerPage, false},
		{"POST /studies/{study}/triggers/{trigger}/edit", d.triggerForm, false},
		{"POST /studies/{study}/triggers/{trigger}/preview", d.previewTrigger, false},
		{"GET /studies/{study}/file", d.studyFile, false},
		{"POST /studies/{study}/file", d.saveFile, false},
		{"GET /studies/{study}/versions", d.studyVersions, false},
		{"GET /studies/{study}/versions/{version}", d.studyVersion, false},
		{"POST /studies/{study}/versions/{version}/restore", d.restoreVersion, false},
		{"GET /studies/{study}/triggers/{trigger}/forecast", d.forecast, false},
		{"POST /studies/{study}/triggers/{trigger}/forecast", d.forecastFile, false},
		{"GET /interviews", d.interviews, false},
		{"GET /interviews/{interview}", d.interview, false},
		{"GET /interviews/{interview}/recording", d.recording, false},
		{"POST /interviews/{interview}/erase", d.eraseInterview, false},
		{"GET /themes", d.themes, false},
		{"GET /people", d.people, false},
		{"GET /people/{person}", d.person, false},
		{"GET /why", d.why, false},
		{"POST /people/{person}/erase", d.erasePerson, false},
		{"GET /events", d.events, false},
		{"GET /decisions", d.decisions, false},
		{"GET /connect", d.connect, false},
		{"GET /catalogue", d.catalogue, false},
		{"GET /catalogue/{type}/{name...}", d.catalogueEvent, false},
		{"GET /catalogue.json", d.eventNames, false},
		{"GET /settings", d.settings, false},
		{"POST /settings/name", d.saveName, false},
		{"POST /settings/origins", d.saveOrigins, false},
		{"POST /settings/keys/{kind}", d.rotateKey, false},
		{"POST /settings/keys/{kind}/revoke", d.revokeKeys, false},
		{"POST /settings/consent", d.saveConsent, false},
		{"POST /settings/recordings", d.saveRecordings, false},
		{"POST /settings/identity", d.saveIdentity, false},
		{"POST /settings/identity/keys", d.saveKeySet, false},
		{"GET /settings/pacing", d.pacing, false},
		{"POST /settings/pacing", d.savePacing, false},
		{"POST /settings/pacing/people", d.saveTestPeople, false},
		{"POST /settings/pacing/excluded", d.saveExcluded, false},
		{"POST /settings/pause", d.pause, false},
		{"POST /settings/password", d.savePassword, false},
		{"GET /settings/delivery", d.deliverySettings, false},
		{"POST /settings/delivery/{channel}", d.saveEndpoint, false},
		{"POST /settings/delivery/{channel}/rotate", d.rotateDelivery, false},
		{"POST /settings/delivery/{channel}/test", d.testDelivery, false},
		{"POST /settings/delivery/{channel}/resume", d.resumeDelivery, false},
		{"GET /deliveries", d.deliveries, false},
		{"POST /deliveries/{delivery}/again", d.sendAgain, false},
		{"POST /project", d.switchProject, false},
		{"/", d.nowhere, false},
	}
}
