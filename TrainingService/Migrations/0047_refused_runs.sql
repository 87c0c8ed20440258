-- Why the last run by policy was not queued, although its time had come; null: it was.
ALTER TABLE dataset_policies ADD COLUMN refused jsonb;
