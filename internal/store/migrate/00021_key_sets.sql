-- +goose Up
-- owned by project.go
-- Where a customer publishes identity keys, and how reading it went: read_at is
-- the last time that it could be, tried_at the last time at all, wrong what was
-- wrong then. Keys stay in force while the address is down.
CREATE TABLE key_sets (
  project_id  BIGINT NOT NULL PRIMARY KEY REFERENCES projects (id),
  url         TEXT NOT NULL,
  read_at     BIGINT NOT NULL,
  tried_at    BIGINT NOT NULL,
  wrong       TEXT NOT NULL
) @rowless;

-- public_key is PEM, as in identity_keys.
CREATE TABLE published_keys (
  project_id  BIGINT NOT NULL REFERENCES key_sets (project_id),
  kid         TEXT NOT NULL,
  algorithm   TEXT NOT NULL CHECK (algorithm IN ('RS256', 'ES256')),
  public_key  TEXT NOT NULL,
  PRIMARY KEY (project_id, kid)
) @rowless;
