-- +goose Up
-- owned by trigger.go
-- What a trigger remembers of a person: trigger.Run says in which form. next_at is
-- when the next wait or delayed decision is taken up, ticket_hash the browser that
-- may ask about it.
CREATE TABLE trigger_runs (
  project_id  BIGINT NOT NULL,
  user_key    TEXT NOT NULL,
  trigger_id  BIGINT NOT NULL,
  version     INTEGER NOT NULL,
  shard       INTEGER NOT NULL,
  state       @bytes NOT NULL,
  next_at     BIGINT,
  ticket_hash @bytes,
  PRIMARY KEY (project_id, user_key, trigger_id)
) @rowless;
CREATE INDEX trigger_runs_due ON trigger_runs (next_at, shard) WHERE next_at IS NOT NULL;
CREATE INDEX trigger_runs_ticket ON trigger_runs (project_id, ticket_hash) WHERE ticket_hash IS NOT NULL;
CREATE INDEX trigger_runs_trigger ON trigger_runs (trigger_id);

-- A decision without delay that failed people or who is taken once more where the
-- person says who they are until then.
ALTER TABLE decisions ADD COLUMN again_until BIGINT;
ALTER TABLE decisions ADD COLUMN ticket_hash @bytes;
CREATE INDEX decisions_again ON decisions (project_id, user_key) WHERE again_until IS NOT NULL;
