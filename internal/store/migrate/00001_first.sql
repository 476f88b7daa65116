-- +goose Up
-- One text for both engines: @id, @bytes, @real, @strict and @rowless are filled
-- in by dialect.go, which also says BIGINT in SQLite's way. Times are Unix milliseconds, JSON is text that Go decodes,
-- booleans are 0 and 1. Every table of a tenant names its project.

-- owned by project.go
CREATE TABLE projects (
  id          @id,
  key         TEXT NOT NULL UNIQUE,
  name        TEXT NOT NULL,
  write_key   TEXT NOT NULL UNIQUE,
  origins     TEXT NOT NULL DEFAULT '[]',
  settings    TEXT NOT NULL DEFAULT '{}',
  open        INTEGER NOT NULL DEFAULT 0,
  sample      INTEGER NOT NULL DEFAULT 0,
  created_at  BIGINT NOT NULL
) @strict;

CREATE TABLE project_keys (
  hash        @bytes NOT NULL PRIMARY KEY,
  project_id  BIGINT NOT NULL REFERENCES projects (id),
  kind        TEXT NOT NULL CHECK (kind IN ('server', 'api')),
  prefix      TEXT NOT NULL,
  created_at  BIGINT NOT NULL,
  revoked_at  BIGINT
) @strict;

-- owned by study.go
CREATE TABLE studies (
  id          @id,
  public_id   TEXT NOT NULL UNIQUE,
  project_id  BIGINT NOT NULL REFERENCES projects (id),
  key         TEXT NOT NULL,
  name        TEXT NOT NULL,
  goal        TEXT NOT NULL,
  target      INTEGER NOT NULL,
  file        TEXT NOT NULL,
  state       TEXT NOT NULL CHECK (state IN ('open', 'closed')),
  revision    BIGINT NOT NULL,
  created_at  BIGINT NOT NULL,
  UNIQUE (project_id, key),
  UNIQUE (project_id, id)
) @strict;

CREATE TABLE triggers (
  id          @id,
  public_id   TEXT NOT NULL UNIQUE,
  project_id  BIGINT NOT NULL,
  study_id    BIGINT NOT NULL,
  key         TEXT NOT NULL,
  name        TEXT NOT NULL,
  version     INTEGER NOT NULL,
  fingerprint TEXT NOT NULL,
  active      INTEGER NOT NULL,
  deleted     INTEGER NOT NULL DEFAULT 0,
  created_at  BIGINT NOT NULL,
  UNIQUE (study_id, key),
  UNIQUE (project_id, id),
  FOREIGN KEY (project_id, study_id) REFERENCES studies (project_id, id)
) @strict;

-- Grows by one with every change of projects, studies and triggers, so that
-- running servers notice within one poll.
CREATE TABLE revisions (
  one      INTEGER NOT NULL PRIMARY KEY CHECK (one = 1),
  revision BIGINT NOT NULL
) @strict;
INSERT INTO revisions (one, revision) VALUES (1, 0);

-- owned by ingest.go
CREATE TABLE dedupe (
  project_id  BIGINT NOT NULL,
  message_key @bytes NOT NULL,
  signed      INTEGER NOT NULL,
  fingerprint BIGINT NOT NULL,
  seen_day    INTEGER NOT NULL,
  PRIMARY KEY (project_id, message_key)
) @rowless;
CREATE INDEX dedupe_day ON dedupe (seen_day);

CREATE TABLE events (
  seq         @id,
  shard       INTEGER NOT NULL,
  project_id  BIGINT NOT NULL,
  user_key    TEXT NOT NULL,
  type        TEXT NOT NULL,
  name        TEXT NOT NULL,
  ts          BIGINT NOT NULL,
  received_at BIGINT NOT NULL,
  source      TEXT NOT NULL,
  signed      INTEGER NOT NULL,
  message_id  TEXT NOT NULL,
  payload     TEXT NOT NULL
) @strict;
CREATE INDEX events_person ON events (project_id, user_key, ts);
CREATE INDEX events_latest ON events (project_id, seq);

-- owned by trigger.go
CREATE TABLE shards (
  shard INTEGER NOT NULL PRIMARY KEY
) @strict;

CREATE TABLE inbox (
  shard       INTEGER NOT NULL,
  seq         BIGINT NOT NULL,
  project_id  BIGINT NOT NULL,
  user_key    TEXT NOT NULL,
  ticket_hash @bytes,
  PRIMARY KEY (shard, seq)
) @rowless;

CREATE TABLE people (
  project_id  BIGINT NOT NULL,
  user_key    TEXT NOT NULL,
  traits      TEXT NOT NULL DEFAULT '{}',
  group_id    TEXT NOT NULL DEFAULT '',
  group_at    BIGINT NOT NULL DEFAULT 0,
  first_seen  BIGINT NOT NULL,
  last_seen   BIGINT NOT NULL,
  PRIMARY KEY (project_id, user_key)
) @rowless;

CREATE INDEX people_seen ON people (project_id, last_seen);

CREATE TABLE group_traits (
  project_id  BIGINT NOT NULL,
  group_id    TEXT NOT NULL,
  traits      TEXT NOT NULL,
  PRIMARY KEY (project_id, group_id)
) @rowless;

CREATE TABLE links (
  project_id   BIGINT NOT NULL,
  anonymous_id TEXT NOT NULL,
  user_key     TEXT NOT NULL,
  linked_at    BIGINT NOT NULL,
  PRIMARY KEY (project_id, anonymous_id)
) @rowless;
CREATE INDEX links_user ON links (project_id, user_key);

CREATE TABLE decisions (
  id          @id,
  project_id  BIGINT NOT NULL,
  study_id    BIGINT NOT NULL,
  trigger_id  BIGINT NOT NULL,
  version     INTEGER NOT NULL,
  user_key    TEXT NOT NULL,
  at          BIGINT NOT NULL,
  event_seq   BIGINT NOT NULL,
  message_id  TEXT NOT NULL,
  outcome     TEXT NOT NULL CHECK (outcome IN ('invited', 'skipped', 'waiting', 'cancelled')),
  gate        TEXT NOT NULL DEFAULT '',
  detail      TEXT NOT NULL DEFAULT '',
  remedy      TEXT NOT NULL DEFAULT '',
  invite_id   BIGINT,
  UNIQUE (trigger_id, event_seq)
) @strict;
CREATE INDEX decisions_person ON decisions (project_id, user_key, at);
CREATE INDEX decisions_at ON decisions (project_id, at, id);

-- owned by invite.go
CREATE TABLE invitations (
  id          @id,
  public_id   TEXT NOT NULL UNIQUE,
  project_id  BIGINT NOT NULL REFERENCES projects (id),
  study_id    BIGINT NOT NULL,
  trigger_id  BIGINT NOT NULL,
  user_key    TEXT NOT NULL,
  event_seq   BIGINT NOT NULL,
  message_id  TEXT NOT NULL,
  state       TEXT NOT NULL CHECK (state IN ('reserved', 'shown', 'accepted', 'declined', 'expired', 'revoked')),
  reason      TEXT NOT NULL DEFAULT '',
  verified    INTEGER NOT NULL,
  token_hash  @bytes NOT NULL UNIQUE,
  ticket_hash @bytes,
  reserved_at BIGINT NOT NULL,
  shown_at    BIGINT,
  later_at    BIGINT,
  expires_at  BIGINT NOT NULL,
  closed_at   BIGINT,
  UNIQUE (project_id, id),
  FOREIGN KEY (project_id, study_id) REFERENCES studies (project_id, id),
  FOREIGN KEY (project_id, trigger_id) REFERENCES triggers (project_id, id)
) @strict;
-- "One person, one open invite" is this line, whatever runs beside it.
CREATE UNIQUE INDEX invitations_one_open ON invitations (project_id, user_key) WHERE closed_at IS NULL;
CREATE UNIQUE INDEX invitations_cause ON invitations (trigger_id, event_seq);
CREATE INDEX invitations_ticket ON invitations (project_id, ticket_hash) WHERE ticket_hash IS NOT NULL;
CREATE INDEX invitations_message ON invitations (project_id, message_id);
CREATE INDEX invitations_expiry ON invitations (expires_at) WHERE closed_at IS NULL;
CREATE INDEX invitations_study ON invitations (project_id, study_id, state);
CREATE INDEX invitations_reserved ON invitations (project_id, reserved_at, id);

CREATE TABLE invite_quotas (
  project_id  BIGINT NOT NULL,
  study_id    BIGINT NOT NULL,
  invite_id   BIGINT NOT NULL,
  quota       TEXT NOT NULL,
  PRIMARY KEY (invite_id, quota)
) @rowless;
CREATE INDEX invite_quotas_study ON invite_quotas (project_id, study_id, quota);

CREATE TABLE contacts (
  project_id    BIGINT NOT NULL,
  user_key      TEXT NOT NULL,
  trigger_id    BIGINT NOT NULL,
  last_shown_at BIGINT NOT NULL,
  dismissals    INTEGER NOT NULL DEFAULT 0,
  never         INTEGER NOT NULL DEFAULT 0,
  PRIMARY KEY (project_id, user_key, trigger_id)
) @rowless;

CREATE TABLE caps (
  project_id  BIGINT NOT NULL,
  trigger_id  BIGINT NOT NULL,
  period      TEXT NOT NULL,
  used        INTEGER NOT NULL CHECK (used >= 0),
  PRIMARY KEY (project_id, trigger_id, period)
) @rowless;

CREATE TABLE cap_reservations (
  invite_id   BIGINT NOT NULL,
  project_id  BIGINT NOT NULL,
  trigger_id  BIGINT NOT NULL,
  period      TEXT NOT NULL,
  PRIMARY KEY (invite_id, period)
) @rowless;

-- owned by interview.go
CREATE TABLE interviews (
  id            @id,
  public_id     TEXT NOT NULL UNIQUE,
  project_id    BIGINT NOT NULL,
  study_id      BIGINT NOT NULL,
  trigger_id    BIGINT NOT NULL,
  invite_id     BIGINT NOT NULL UNIQUE,
  user_key      TEXT NOT NULL,
  state         TEXT NOT NULL CHECK (state IN ('consenting', 'running', 'paused', 'completed', 'stopped', 'abandoned', 'declined')),
  reason        TEXT NOT NULL DEFAULT '',
  mode          TEXT NOT NULL CHECK (mode IN ('text', 'voice')),
  language      TEXT NOT NULL,
  consent       TEXT NOT NULL DEFAULT '',
  consent_at    BIGINT,
  started_at    BIGINT NOT NULL,
  last_contact  BIGINT NOT NULL,
  ended_at      BIGINT,
  setup         TEXT NOT NULL,
  conductor     TEXT NOT NULL DEFAULT '',
  UNIQUE (project_id, id),
  FOREIGN KEY (project_id, invite_id) REFERENCES invitations (project_id, id),
  FOREIGN KEY (project_id, study_id) REFERENCES studies (project_id, id)
) @strict;
CREATE INDEX interviews_study ON interviews (project_id, study_id, state, ended_at);
CREATE INDEX interviews_started ON interviews (project_id, started_at, id);
CREATE INDEX interviews_contact ON interviews (last_contact) WHERE ended_at IS NULL;

CREATE TABLE turns (
  project_id   BIGINT NOT NULL,
  interview_id BIGINT NOT NULL,
  n            INTEGER NOT NULL,
  speaker      TEXT NOT NULL CHECK (speaker IN ('interviewer', 'participant')),
  text         TEXT NOT NULL,
  question     TEXT NOT NULL DEFAULT '',
  rule         TEXT NOT NULL DEFAULT '',
  answer_id    TEXT,
  excluded     INTEGER NOT NULL DEFAULT 0,
  at           BIGINT NOT NULL,
  start_ms     BIGINT,
  end_ms       BIGINT,
  PRIMARY KEY (interview_id, n),
  UNIQUE (interview_id, answer_id),
  FOREIGN KEY (project_id, interview_id) REFERENCES interviews (project_id, id)
) @strict;

CREATE TABLE socket_tickets (
  hash        @bytes NOT NULL PRIMARY KEY,
  project_id  BIGINT NOT NULL,
  invite_id   BIGINT NOT NULL,
  expires_at  BIGINT NOT NULL
) @strict;

-- owned by analysis.go
CREATE TABLE themes (
  id          @id,
  public_id   TEXT NOT NULL UNIQUE,
  project_id  BIGINT NOT NULL,
  study_id    BIGINT NOT NULL,
  position    INTEGER NOT NULL,
  label       TEXT NOT NULL,
  definition  TEXT NOT NULL,
  people      INTEGER NOT NULL,
  of_people   INTEGER NOT NULL,
  low         @real NOT NULL,
  high        @real NOT NULL,
  created_at  BIGINT NOT NULL,
  UNIQUE (project_id, id),
  FOREIGN KEY (project_id, study_id) REFERENCES studies (project_id, id)
) @strict;
CREATE INDEX themes_study ON themes (project_id, study_id, position);

CREATE TABLE quotes (
  id           @id,
  public_id    TEXT NOT NULL UNIQUE,
  project_id   BIGINT NOT NULL,
  study_id     BIGINT NOT NULL,
  theme_id     BIGINT NOT NULL,
  interview_id BIGINT NOT NULL,
  turn         INTEGER NOT NULL,
  start_at     INTEGER NOT NULL,
  end_at       INTEGER NOT NULL,
  position     INTEGER NOT NULL,
  text         TEXT NOT NULL,
  FOREIGN KEY (project_id, theme_id) REFERENCES themes (project_id, id),
  FOREIGN KEY (project_id, interview_id) REFERENCES interviews (project_id, id)
) @strict;
CREATE INDEX quotes_theme ON quotes (theme_id, position);
CREATE INDEX quotes_interview ON quotes (interview_id);

CREATE TABLE summaries (
  interview_id BIGINT NOT NULL PRIMARY KEY,
  project_id   BIGINT NOT NULL,
  study_id     BIGINT NOT NULL,
  engine       TEXT NOT NULL,
  body         TEXT NOT NULL,
  made_at      BIGINT NOT NULL,
  FOREIGN KEY (project_id, interview_id) REFERENCES interviews (project_id, id)
) @strict;

CREATE TABLE study_reports (
  study_id     BIGINT NOT NULL PRIMARY KEY,
  project_id   BIGINT NOT NULL,
  interviews   INTEGER NOT NULL,
  engine       TEXT NOT NULL,
  body         TEXT NOT NULL,
  model        TEXT NOT NULL,
  made_at      BIGINT NOT NULL,
  FOREIGN KEY (project_id, study_id) REFERENCES studies (project_id, id)
) @strict;

-- owned by account.go
CREATE TABLE users (
  id          @id,
  email       TEXT NOT NULL UNIQUE,
  name        TEXT NOT NULL DEFAULT '',
  password    TEXT NOT NULL DEFAULT '',
  created_at  BIGINT NOT NULL
) @strict;

CREATE TABLE sessions (
  hash        @bytes NOT NULL PRIMARY KEY,
  user_id     BIGINT NOT NULL REFERENCES users (id),
  created_at  BIGINT NOT NULL,
  seen_at     BIGINT NOT NULL
) @strict;

CREATE TABLE login_tokens (
  hash        @bytes NOT NULL PRIMARY KEY,
  user_id     BIGINT NOT NULL REFERENCES users (id),
  expires_at  BIGINT NOT NULL
) @strict;

-- owned by package jobs
CREATE TABLE jobs (
  id           @id,
  queue        TEXT NOT NULL,
  kind         TEXT NOT NULL,
  dedupe_key   TEXT UNIQUE,
  payload      TEXT NOT NULL,
  priority     INTEGER NOT NULL DEFAULT 0,
  run_at       BIGINT NOT NULL,
  attempt      INTEGER NOT NULL DEFAULT 0,
  max_attempts INTEGER NOT NULL,
  last_error   TEXT,
  created_at   BIGINT NOT NULL,
  dead_at      BIGINT
) @strict;
CREATE INDEX jobs_due ON jobs (queue, run_at, id) WHERE dead_at IS NULL;
