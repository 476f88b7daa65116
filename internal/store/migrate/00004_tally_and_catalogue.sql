-- +goose Up
-- owned by tally.go: what came in, counted. Project 0 is requests whose project
-- could not be told. An hour counts from 1970.
CREATE TABLE tallies (
  project_id  BIGINT NOT NULL,
  hour        BIGINT NOT NULL,
  kind        TEXT NOT NULL,
  source      TEXT NOT NULL,
  why         TEXT NOT NULL,
  key_prefix  TEXT NOT NULL,
  count       BIGINT NOT NULL,
  last_at     BIGINT NOT NULL,
  names       TEXT NOT NULL,
  PRIMARY KEY (project_id, hour, kind, source, why, key_prefix)
) @rowless;
CREATE INDEX tallies_hour ON tallies (hour);

CREATE TABLE arrivals (
  project_id  BIGINT NOT NULL,
  source      TEXT NOT NULL,
  type        TEXT NOT NULL,
  name        TEXT NOT NULL,
  library     TEXT NOT NULL,
  at          BIGINT NOT NULL,
  PRIMARY KEY (project_id, source)
) @rowless;

-- owned by catalogue.go. A day counts from 1970.
CREATE TABLE catalogue_names (
  project_id  BIGINT NOT NULL,
  type        TEXT NOT NULL,
  name        TEXT NOT NULL,
  first_at    BIGINT NOT NULL,
  last_at     BIGINT NOT NULL,
  PRIMARY KEY (project_id, type, name)
) @rowless;
CREATE INDEX catalogue_names_last ON catalogue_names (last_at);

CREATE TABLE catalogue_days (
  project_id  BIGINT NOT NULL,
  type        TEXT NOT NULL,
  name        TEXT NOT NULL,
  day         BIGINT NOT NULL,
  source      TEXT NOT NULL,
  count       BIGINT NOT NULL,
  PRIMARY KEY (project_id, type, name, day, source)
) @rowless;
CREATE INDEX catalogue_days_day ON catalogue_days (day);

-- samples is a JSON array of the values seen, [] where there are too many.
CREATE TABLE catalogue_paths (
  project_id  BIGINT NOT NULL,
  type        TEXT NOT NULL,
  name        TEXT NOT NULL,
  path        TEXT NOT NULL,
  kinds       INTEGER NOT NULL,
  count       BIGINT NOT NULL,
  samples     TEXT NOT NULL,
  many        INTEGER NOT NULL,
  last_at     BIGINT NOT NULL,
  PRIMARY KEY (project_id, type, name, path)
) @rowless;
CREATE INDEX catalogue_paths_last ON catalogue_paths (last_at);
