// Package store is the only place with SQL: what the stages of the pipeline
// keep, on SQLite and on PostgreSQL, with one text for both where they agree.
//
// It owns every table but jobs. A file a stage: only that file writes that
// stage's tables, and a method is one transaction that a stage can name. What
// differs between the engines stands in dialect.go. Start at [Open], then read
// ingest.go and trigger.go, which are the hot path.
//
// Rules of the SQL: times are Unix milliseconds written by Go, JSON is text
// decoded by Go, booleans are 0 and 1, parameters are $1, and every statement
// on a tenant's table names project_id.
package store
