package participant

import (
	"context"
	"fmt"

	"github.com/usercall/usercall/internal/interview"
)

// Kinds of voice, as the page and the wire name them.
const (
	// VoiceServer: this server speaks and listens.
	VoiceServer = "server"
	// VoiceBrowser: it can do neither; the page reads aloud what it can on the
	// participant's device, and answers are typed.
	VoiceBrowser = "browser"
)

// Speech is what an installation does about voice. Its zero value is: nothing,
// every interview is typed.
type Speech struct {
	Kind       string // [VoiceServer], [VoiceBrowser] or ""
	Service    string // whom the participant's sound goes to, as they would know it; "": it stays on this server
	Recordings bool   // sound may be kept, if the participant agrees
}

// spoken is what the page says of voice and lends to it.
type spoken struct {
	Offers        string // "voice" or "choice" where one may speak; else ""
	Voice         string // as Speech.Kind; "" where the interview is typed
	Mode          string // of an interview under way: "voice" or "text"
	Language      string
	Recordable    bool
	TapeDays      int // that a recording is kept; 0: until somebody deletes it
	SpeechService string
	VoiceScript   string
	Worklet       string
}

// Speaks tells whether the page may speak, and so may ask for a microphone.
func (s spoken) Speaks() bool { return s.Voice != "" && (s.Offers == "voice" || s.Offers == "choice") }

// spoken puts together what the study offers and what this installation can.
func (s *Surface) spoken(ctx context.Context, o *interview.Offer, su interview.Setup) (spoken, error) {
	plan, err := s.Room.Plan(o.Study.File)
	if err != nil {
		return spoken{}, fmt.Errorf("read what a study offers: %w", err)
	}
	if s.Speech.Kind == "" || plan.Mode != "voice" && plan.Mode != "choice" {
		return spoken{}, nil
	}
	v := spoken{
		Offers: plan.Mode, Voice: s.Speech.Kind, Mode: su.Mode, Language: su.Language,
		Recordable: s.Speech.Recordings && su.Recorded, SpeechService: s.Speech.Service,
		VoiceScript: s.Asset("voice.js"), Worklet: s.Asset("worklet.js"),
	}
	if v.Recordable {
		v.TapeDays, err = s.Room.TapeDays(ctx, o)
	}
	return v, err
}
