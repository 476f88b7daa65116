-- +goose Up
-- owned by replays.go
-- The activation of a trigger: its runs are made out of the stored events, and
-- until then nobody goes by them. floor_seq is the last event that was evaluated
-- when it began: what came later is decided. attempt grows with every try, and
-- whenever somebody was erased meanwhile; held_until is the lease of the process
-- that is at it.
CREATE TABLE replays (
  trigger_id  BIGINT NOT NULL PRIMARY KEY,
  project_id  BIGINT NOT NULL,
  version     INTEGER NOT NULL,
  begun_at    BIGINT NOT NULL,
  floor_seq   BIGINT NOT NULL,
  attempt     INTEGER NOT NULL DEFAULT 0,
  held_until  BIGINT NOT NULL DEFAULT 0,
  done        BIGINT NOT NULL DEFAULT 0,
  total       BIGINT NOT NULL DEFAULT 0,
  since       BIGINT NOT NULL DEFAULT 0,
  ready_at    BIGINT
) @strict;
CREATE INDEX replays_open ON replays (project_id) WHERE ready_at IS NULL;
