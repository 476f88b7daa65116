-- +goose Up
-- Events become a log of packs with sealed indexes; see package eventlog. What
-- the tables before held is moved by migrate_events.go, which then drops them.

-- owned by log.go
-- The row whose lock is the right to append.
CREATE TABLE event_log (
  one       INTEGER NOT NULL PRIMARY KEY CHECK (one = 1),
  last_seq  BIGINT NOT NULL
) @strict;
INSERT INTO event_log (one, last_seq) SELECT 1, coalesce(max(seq), 0) FROM events;

CREATE TABLE packs (
  first_seq   BIGINT NOT NULL PRIMARY KEY,
  received_at BIGINT NOT NULL,
  heads       @bytes NOT NULL,
  body        @bytes NOT NULL
) @strict;

CREATE TABLE runs (
  first_seq   BIGINT NOT NULL PRIMARY KEY,
  last_seq    BIGINT NOT NULL,
  filter      @bytes NOT NULL
) @strict;

CREATE TABLE run_parts (
  part        INTEGER NOT NULL,
  first_seq   BIGINT NOT NULL,
  entries     @bytes NOT NULL,
  PRIMARY KEY (part, first_seq)
) @strict;

-- All of it is compressed already, or random.
@postgres ALTER TABLE packs ALTER COLUMN heads SET STORAGE EXTERNAL;
@postgres ALTER TABLE packs ALTER COLUMN body SET STORAGE EXTERNAL;
@postgres ALTER TABLE runs ALTER COLUMN filter SET STORAGE EXTERNAL;
@postgres ALTER TABLE run_parts ALTER COLUMN entries SET STORAGE EXTERNAL;

-- owned by trigger.go
ALTER TABLE inbox ADD COLUMN news INTEGER NOT NULL DEFAULT 15;
ALTER TABLE inbox ADD COLUMN record @bytes;

-- A link leads from an anonymous person, or from a user that an alias folded
-- into another: the key says which.
ALTER TABLE links RENAME COLUMN anonymous_id TO from_key;
UPDATE links SET from_key = 'a:' || from_key;

ALTER TABLE decisions ADD COLUMN event_name TEXT NOT NULL DEFAULT '';
UPDATE decisions SET event_name = coalesce((SELECT e.name FROM events e WHERE e.seq = decisions.event_seq), '');

-- owned by invite.go
ALTER TABLE invitations ADD COLUMN event_name TEXT NOT NULL DEFAULT '';
UPDATE invitations SET event_name = coalesce((SELECT e.name FROM events e WHERE e.seq = invitations.event_seq), '');
