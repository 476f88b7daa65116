-- +goose Up
-- owned by project.go
-- Since when everything of a project is paused; NULL: it is not. Who paused and
-- resumed it, and when, stays.
ALTER TABLE projects ADD COLUMN paused_at BIGINT;
CREATE TABLE pauses (
  id          @id,
  project_id  BIGINT NOT NULL REFERENCES projects (id),
  paused_at   BIGINT NOT NULL,
  paused_by   TEXT NOT NULL,
  resumed_at  BIGINT,
  resumed_by  TEXT NOT NULL DEFAULT ''
) @strict;
CREATE INDEX pauses_project ON pauses (project_id, id);

-- A trigger that is not active may be in test mode. What comes of that is not
-- counted anywhere.
ALTER TABLE triggers ADD COLUMN testing INTEGER NOT NULL DEFAULT 0;
ALTER TABLE decisions ADD COLUMN test INTEGER NOT NULL DEFAULT 0;
ALTER TABLE invitations ADD COLUMN test INTEGER NOT NULL DEFAULT 0;
ALTER TABLE interviews ADD COLUMN test INTEGER NOT NULL DEFAULT 0;

-- The person's time zone as it was known when the invite was made; '': not known,
-- or not asked for.
ALTER TABLE invitations ADD COLUMN zone TEXT NOT NULL DEFAULT '';
