-- +goose Up
-- owned by interview_turns.go
-- When each word of a turn was said, as JSON; '' where nobody knows.
ALTER TABLE turns ADD COLUMN words TEXT NOT NULL DEFAULT '';

-- owned by recording.go
-- The sound is in files that name names. delete_at is when it goes; NULL: when
-- somebody says so. A row outlives its interview until the files are gone.
CREATE TABLE recordings (
  project_id   BIGINT NOT NULL,
  interview_id BIGINT NOT NULL PRIMARY KEY,
  name         TEXT NOT NULL UNIQUE,
  state        TEXT NOT NULL CHECK (state IN ('running', 'ended', 'settled', 'deleted')),
  length_ms    BIGINT NOT NULL DEFAULT 0,
  started_at   BIGINT NOT NULL,
  delete_at    BIGINT
) @rowless;
CREATE INDEX recordings_due ON recordings (delete_at) WHERE state <> 'deleted' AND delete_at IS NOT NULL;
CREATE INDEX recordings_running ON recordings (started_at) WHERE state = 'running';

-- owned by exchange.go
-- How long each step of a spoken exchange took, as JSON.
CREATE TABLE exchanges (
  project_id   BIGINT NOT NULL,
  interview_id BIGINT NOT NULL,
  n            INTEGER NOT NULL,
  body         TEXT NOT NULL,
  PRIMARY KEY (interview_id, n),
  FOREIGN KEY (project_id, interview_id) REFERENCES interviews (project_id, id)
) @rowless;

-- owned by voice_budget.go
-- Seconds of voice that a project used or reserved on a day, in UTC.
CREATE TABLE voice_budget (
  project_id BIGINT NOT NULL REFERENCES projects (id),
  day        TEXT NOT NULL,
  seconds    BIGINT NOT NULL CHECK (seconds >= 0),
  PRIMARY KEY (project_id, day)
) @rowless;

-- owned by project.go
-- How many days recordings are kept; 0: until somebody deletes them.
ALTER TABLE projects ADD COLUMN recording_days INTEGER NOT NULL DEFAULT 90;
