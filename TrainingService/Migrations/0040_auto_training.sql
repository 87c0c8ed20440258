-- Since when labels have been coming in, and the last change that was noticed: an event that comes again, or late, moves nothing.
ALTER TABLE dataset_policies
  ADD COLUMN pending_since timestamptz,
  ADD COLUMN seen_revision int NOT NULL DEFAULT 0;
CREATE INDEX dataset_policies_due ON dataset_policies (due_at) WHERE due_at IS NOT NULL;
