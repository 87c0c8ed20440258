-- A model that a data set trains is guarded by that set's gates; one that belongs to somebody serves only them.
ALTER TABLE models
  ADD COLUMN dataset          int,
  ADD COLUMN owner            text,
  ADD COLUMN suspended_at     timestamptz,
  ADD COLUMN suspended_reason text;
