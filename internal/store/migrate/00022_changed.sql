-- +goose Up
-- owned by study.go
-- The revision at which a study or its triggers last changed: what running servers
-- read again. 0: before this was written down.
ALTER TABLE studies ADD COLUMN changed BIGINT NOT NULL DEFAULT 0;
CREATE INDEX studies_changed ON studies (project_id, changed);
