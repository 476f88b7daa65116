-- +goose Up
-- owned by voice_budget.go
-- Of how many seconds the day has, and at how many percent of them somebody was told.
ALTER TABLE voice_budget ADD COLUMN most BIGINT NOT NULL DEFAULT 0;
ALTER TABLE voice_budget ADD COLUMN told INTEGER NOT NULL DEFAULT 0;
