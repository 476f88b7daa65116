-- +goose Up
-- The inbox is a queue: its rows live for a moment, and what they leave behind is
-- to be tidied up long before a fifth of the table is dead.
SELECT 1;
@postgres ALTER TABLE inbox SET (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 10000);
