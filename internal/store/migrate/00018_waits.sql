-- +goose Up
-- owned by trigger.go
-- Runs of versions that are no more are found by it, and deleted a few at a time.
DROP INDEX trigger_runs_trigger;
CREATE INDEX trigger_runs_version ON trigger_runs (trigger_id, version);
