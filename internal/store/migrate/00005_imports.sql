-- +goose Up
-- owned by import.go
-- How far a file of messages was read. A file that changed is another file.
CREATE TABLE imports (
  project_id  BIGINT NOT NULL REFERENCES projects (id),
  path        TEXT NOT NULL,
  size        BIGINT NOT NULL,
  head        @bytes NOT NULL,
  done_bytes  BIGINT NOT NULL,
  done_lines  BIGINT NOT NULL,
  finished    INTEGER NOT NULL,
  started_at  BIGINT NOT NULL,
  updated_at  BIGINT NOT NULL,
  PRIMARY KEY (project_id, path, size, head)
) @rowless;
