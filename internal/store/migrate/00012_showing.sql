-- +goose Up
-- owned by invite.go
-- Browsers that may see an invite besides the one whose event led to it: they
-- proved whose they are, or a signed event vouches for them.
CREATE TABLE invite_tickets (
  project_id  BIGINT NOT NULL,
  ticket_hash @bytes NOT NULL,
  invite_id   BIGINT NOT NULL,
  PRIMARY KEY (project_id, ticket_hash, invite_id)
) @rowless;
CREATE INDEX invite_tickets_invite ON invite_tickets (project_id, invite_id);

-- Why browsers did not show an invite, a row for each reason.
CREATE TABLE refusals (
  project_id  BIGINT NOT NULL,
  invite_id   BIGINT NOT NULL,
  reason      TEXT NOT NULL,
  first_at    BIGINT NOT NULL,
  last_at     BIGINT NOT NULL,
  times       INTEGER NOT NULL,
  PRIMARY KEY (project_id, invite_id, reason)
) @rowless;

-- Open pages ask once a second what ended.
CREATE INDEX invitations_closed ON invitations (closed_at) WHERE closed_at IS NOT NULL;
