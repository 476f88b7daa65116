-- +goose Up
-- Keys rotate: a new one beside the old, which stays valid until the next
-- rotation or until somebody revokes it.

-- owned by project.go
-- What proves whose a browser's event is. A secret is not here: it follows from
-- the instance key, the project and kid. public_key is PEM, '' for a secret.
CREATE TABLE identity_keys (
  project_id  BIGINT NOT NULL REFERENCES projects (id),
  kid         TEXT NOT NULL,
  algorithm   TEXT NOT NULL CHECK (algorithm IN ('HS256', 'RS256', 'ES256')),
  public_key  TEXT NOT NULL,
  created_at  BIGINT NOT NULL,
  revoked_at  BIGINT,
  PRIMARY KEY (project_id, kid)
) @strict;

-- Write keys that were replaced; the one in force is in projects.
CREATE TABLE former_write_keys (
  key         TEXT NOT NULL PRIMARY KEY,
  project_id  BIGINT NOT NULL REFERENCES projects (id),
  created_at  BIGINT NOT NULL,
  replaced_at BIGINT NOT NULL,
  revoked_at  BIGINT
) @strict;
CREATE INDEX former_write_keys_project ON former_write_keys (project_id);

-- The webhook's token and secret follow from the instance key, the project and
-- a generation. A project without rows is in generation 0.
CREATE TABLE webhook_generations (
  project_id  BIGINT NOT NULL REFERENCES projects (id),
  generation  BIGINT NOT NULL,
  created_at  BIGINT NOT NULL,
  revoked_at  BIGINT,
  PRIMARY KEY (project_id, generation)
) @strict;
