package web

import (
	"context"
	"time"

	"github.com/usercall/usercall/internal/research"
)

// Accounts is who may sign in. Hashes are made here; the store never sees a
// token or a password.
type Accounts interface {
	// ByEmail is an account and the hash of its password, "" where it has none;
	// user is 0 where there is no account of that address.
	ByEmail(ctx context.Context, email string) (user int64, password string, err error)
	// SetPassword stores a password's hash and ends all sessions but keep.
	SetPassword(ctx context.Context, user int64, password string, keep []byte) error
	// PutLoginToken keeps the hash of a one-time sign-in link.
	PutLoginToken(ctx context.Context, hash []byte, user int64, expires time.Time) error
	// RedeemLoginToken uses a sign-in link up; 0 where it is unknown, used or
	// expired.
	RedeemLoginToken(ctx context.Context, hash []byte, now time.Time) (user int64, err error)
	// PutSession keeps a new session and forgets those made before dead.
	PutSession(ctx context.Context, hash []byte, user int64, now, dead time.Time) error
	// Session is whose it is; user is 0 where there is none.
	Session(ctx context.Context, hash []byte) (user int64, email string, created, seen time.Time, err error)
	TouchSession(ctx context.Context, hash []byte, now time.Time) error
	EndSession(ctx context.Context, hash []byte) error
}

// Commands is what one can change in the dashboard. Ids are public ones, looked
// up inside the project; a foreign one is not_found.
type Commands interface {
	// SetTriggerActive activates or pauses a trigger.
	SetTriggerActive(ctx context.Context, p *research.Project, trigger string, active bool) error
	// SetTriggerTesting puts a trigger into test mode, also an active one.
	SetTriggerTesting(ctx context.Context, p *research.Project, trigger string) error
	// SetPacing changes settings of package pacing by their names, all or none;
	// invalid, with the reason, where one cannot be.
	SetPacing(ctx context.Context, p *research.Project, values map[string]string) error
	// Pause pauses everything of a project, or resumes it; who is who did that.
	Pause(ctx context.Context, p *research.Project, paused bool, who string) error
	// SetStudyOpen opens or closes a study.
	SetStudyOpen(ctx context.Context, p *research.Project, study string, open bool) error
	// CreateStudy makes a study from a file, its triggers paused, and returns
	// its public id. Where the project has a study of that key, it is that one,
	// unchanged. Who is the account that does it.
	CreateStudy(ctx context.Context, p *research.Project, file []byte, who string) (study string, err error)
	// StartStudy makes a study of that name without triggers, and returns its
	// public id; invalid where there is no such name.
	StartStudy(ctx context.Context, p *research.Project, name, who string) (study string, err error)
	// CheckStudy tells what is wrong with a study file, a *trigger.FileError where
	// the lines are known, or else which of its events and paths the project has
	// not had.
	CheckStudy(ctx context.Context, p *research.Project, file []byte) (unseen []string, err error)
	// SaveStudy puts another file of a study in force, a new version made from the
	// version base. It fails as CheckStudy does, and is a conflict where the study
	// has moved on; invalid where the file has another key.
	SaveStudy(ctx context.Context, p *research.Project, s *research.Study, file []byte, base int, who string) error
	// EraseInterview deletes what was said in an interview, and every quote of
	// it. That it took place stays.
	EraseInterview(ctx context.Context, p *research.Project, interview string) error
	// ErasePerson has everything of a person deleted, in a moment: it is written
	// down when it returns. Whether they are known makes no difference.
	ErasePerson(ctx context.Context, p *research.Project, key research.PersonKey) error
	// SaveProject changes a project's name and the origins whose pages may use
	// the SDK; invalid, with the reason, where one cannot be.
	SaveProject(ctx context.Context, p *research.Project, name string, origins []string) error
	// RotateKey makes a new key beside the one in force. publicKey is PEM, for an
	// identity key whose other half the customer keeps; "" makes a secret.
	RotateKey(ctx context.Context, p *research.Project, kind research.KeyKind, publicKey string) (NewKey, error)
	// RevokeOldKeys ends all keys of a kind but the newest; conflict where there
	// is no other.
	RevokeOldKeys(ctx context.Context, p *research.Project, kind research.KeyKind) error
	// SetConsent changes which consent category an event has to allow; "" is none.
	SetConsent(ctx context.Context, p *research.Project, category string) error
	// SetRecordingDays changes how many days recordings are kept; 0 is until somebody
	// deletes them; invalid, with the reason, where that cannot be.
	SetRecordingDays(ctx context.Context, p *research.Project, days int) error
	// SetIdentity changes what is asked of the userIds that browsers send;
	// conflict where there is no key to check a token with.
	SetIdentity(ctx context.Context, p *research.Project, mode research.IdentityMode) error
	// SetKeySet says where identity keys are published, and reads them; "" is
	// nowhere. Invalid where nothing can be read there, conflict where tokens are
	// asked for and no other key is there.
	SetKeySet(ctx context.Context, p *research.Project, url string) error
	DeliveryCommands
}

// ReadyMade is a study that one picks instead of writing one.
type ReadyMade struct {
	Key         string // of the study in its file
	Name        string
	Description string
	File        []byte // YAML
}

// StudyWords is a study file in words.
type StudyWords struct {
	Sentences map[string]string // trigger key to "When … happens, ask …"
	Events    []string          // names that the triggers wait for
	Mode      string            // voice, text or choice
	Minutes   int
	Languages []string
	Guide     research.Guide // with its questions, also where the file only names it
}
