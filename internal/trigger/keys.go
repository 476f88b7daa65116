package trigger

// The keys of each map of a study file, in the order of the specification. What
// reads a file and what describes it to an editor share them.
var (
	fileKeys      = []string{"usercall", "study", "interview", "guide", "triggers"}
	studyKeys     = []string{"key", "name", "goal", "context", "interviews", "quotas"}
	quotaKeys     = []string{"name", "where", "interviews"}
	interviewKeys = []string{"mode", "minutes", "languages", "patience", "voice", "record"}
	guideKeys     = []string{"id", "title", "goal", "target_seconds", "max_seconds", "context", "questions", "last", "texts"}
	questionKeys  = []string{"id", "topic", "must", "ask", "again", "max_probes"}
	wordingKeys   = []string{"ask", "again"}

	triggerKeys = []string{"key", "name", "on", "then", "absent", "did", "did_not", "who", "people", "delay",
		"sample", "cooldown", "per_day", "total", "priority", "expires", "page", "invite"}
	onKeys     = []string{"event", "type", "where", "source", "times", "within"} // of did too
	stepKeys   = []string{"event", "type", "where", "source", "within"}          // of then and did_not
	absentKeys = []string{"event", "type", "where", "source", "for"}
	pageKeys   = []string{"url", "dwell"}
	pageParts  = []string{"full", "host", "path"} // what of an address a page rule can look at
	inviteKeys = []string{"title", "body", "accept", "decline", "delivery"}
)
