-- +goose Up
-- owned by invite.go
-- Who said "don't ask again" and was erased afterwards, as a keyed hash: it is of
-- no use to anybody who does not have the id already.
CREATE TABLE suppressed (
  project_id  BIGINT NOT NULL REFERENCES projects (id),
  hash        @bytes NOT NULL,
  PRIMARY KEY (project_id, hash)
) @rowless;
