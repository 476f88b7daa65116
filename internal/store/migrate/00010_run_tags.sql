-- +goose Up
-- owned by log.go
-- Runs get finer parts whose entries say who stands beside an anonymousId; see
-- eventlog.Format. Those that are there stay as they are, in format 0. When the
-- latest event of a run was says where nothing newer can be: no event is later than
-- its receipt.
ALTER TABLE runs ADD COLUMN format INTEGER NOT NULL DEFAULT 0;
ALTER TABLE runs ADD COLUMN latest_at BIGINT NOT NULL DEFAULT 9223372036854775807;
UPDATE runs SET latest_at = coalesce((SELECT max(p.received_at) FROM packs p WHERE p.first_seq <= runs.last_seq
  AND p.first_seq >= coalesce((SELECT max(b.first_seq) FROM packs b WHERE b.first_seq <= runs.first_seq), 0)), latest_at);

-- Retention deletes a run's parts.
CREATE INDEX run_parts_run ON run_parts (first_seq);
