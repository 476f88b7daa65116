-- +goose Up
-- owned by delivery.go
-- Where a project's invites are sent to besides its own pages, and how that went.
-- target is the address, sealed with the instance key; e-mail has none.
CREATE TABLE endpoints (
  project_id    BIGINT NOT NULL REFERENCES projects (id),
  channel       TEXT NOT NULL CHECK (channel IN ('email', 'webhook', 'slack')),
  target        @bytes,
  host          TEXT NOT NULL DEFAULT '',
  generation    INTEGER NOT NULL DEFAULT 0,
  rotated_at    BIGINT NOT NULL DEFAULT 0,
  failures      INTEGER NOT NULL DEFAULT 0,
  failing_since BIGINT,
  quiet_until   BIGINT,
  paused_at     BIGINT,
  pause_reason  TEXT NOT NULL DEFAULT '',
  PRIMARY KEY (project_id, channel)
) @rowless;

-- One row for each invite that is sent, and for each test, which has no invite.
-- next_at is when it is tried next, while it waits; NULL while its endpoint is paused.
CREATE TABLE deliveries (
  id          @id,
  public_id   TEXT NOT NULL UNIQUE,
  project_id  BIGINT NOT NULL REFERENCES projects (id),
  channel     TEXT NOT NULL CHECK (channel IN ('email', 'webhook', 'slack')),
  invite_id   BIGINT UNIQUE,
  state       TEXT NOT NULL CHECK (state IN ('waiting', 'sent', 'failed', 'cancelled')),
  reason      TEXT NOT NULL DEFAULT '',
  attempts    INTEGER NOT NULL DEFAULT 0,
  next_at     BIGINT,
  created_at  BIGINT NOT NULL,
  ended_at    BIGINT,
  UNIQUE (project_id, id),
  FOREIGN KEY (project_id, invite_id) REFERENCES invitations (project_id, id)
) @strict;
CREATE INDEX deliveries_listed ON deliveries (project_id, created_at, id);
CREATE INDEX deliveries_waiting ON deliveries (next_at) WHERE state = 'waiting';
CREATE INDEX deliveries_ended ON deliveries (ended_at) WHERE ended_at IS NOT NULL;

CREATE TABLE delivery_attempts (
  project_id  BIGINT NOT NULL,
  delivery_id BIGINT NOT NULL,
  n           INTEGER NOT NULL,
  began_at    BIGINT NOT NULL,
  ended_at    BIGINT,
  status      INTEGER NOT NULL DEFAULT 0,
  error       TEXT NOT NULL DEFAULT '',
  unclear     INTEGER NOT NULL DEFAULT 0,
  PRIMARY KEY (delivery_id, n),
  FOREIGN KEY (project_id, delivery_id) REFERENCES deliveries (project_id, id)
) @rowless;

-- When an address was written to last, by any project, as a keyed hash: nobody
-- without the instance key can tell whose it is.
CREATE TABLE mailed (
  hash        @bytes NOT NULL PRIMARY KEY,
  at          BIGINT NOT NULL,
  delivery_id BIGINT NOT NULL
) @rowless;
CREATE INDEX mailed_delivery ON mailed (delivery_id);
CREATE INDEX mailed_at ON mailed (at);

-- Addresses that a project must not write to any more, as the same hash.
CREATE TABLE mail_refused (
  project_id  BIGINT NOT NULL REFERENCES projects (id),
  hash        @bytes NOT NULL,
  PRIMARY KEY (project_id, hash)
) @rowless;
