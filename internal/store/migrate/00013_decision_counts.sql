-- +goose Up
-- owned by trigger.go
-- Decisions that a busy event makes by the thousand (not drawn, inactive,
-- cancelled), by trigger and UTC day: how many are in the log, and how many were
-- counted here only.
CREATE TABLE decision_counts (
  project_id  BIGINT NOT NULL,
  trigger_id  BIGINT NOT NULL,
  day         BIGINT NOT NULL,
  outcome     TEXT NOT NULL,
  gate        TEXT NOT NULL,
  kept        BIGINT NOT NULL,
  beyond      BIGINT NOT NULL,
  last_at     BIGINT NOT NULL,
  PRIMARY KEY (project_id, trigger_id, day, outcome, gate)
) @rowless;
