-- +goose Up
-- owned by study.go
-- Every file that a study has had. Number is the study's revision at that time.
-- Who is the account's address, "apply" for the command, and "" for what was there
-- before versions were kept.
CREATE TABLE study_versions (
  project_id  BIGINT NOT NULL,
  study_id    BIGINT NOT NULL,
  number      BIGINT NOT NULL,
  at          BIGINT NOT NULL,
  who         TEXT NOT NULL,
  file        TEXT NOT NULL,
  PRIMARY KEY (project_id, study_id, number)
) @rowless;
INSERT INTO study_versions (project_id, study_id, number, at, who, file)
  SELECT project_id, id, revision, created_at, '', file FROM studies;
