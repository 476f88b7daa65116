-- +goose Up
-- owned by trigger.go
-- Where a key led before its link moved: a second link moves later events only.
-- Events before until, and those at that time received before until_seq, stay.
CREATE TABLE former_links (
  project_id  BIGINT NOT NULL,
  from_key    TEXT NOT NULL,
  until       BIGINT NOT NULL,
  until_seq   BIGINT NOT NULL,
  user_key    TEXT NOT NULL,
  PRIMARY KEY (project_id, from_key, until, until_seq)
) @rowless;
CREATE INDEX former_links_user ON former_links (project_id, user_key);
