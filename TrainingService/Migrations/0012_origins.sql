-- Where a version came from: one that was imported is trusted as whoever put it into the folder is, the others have to prove themselves.
ALTER TABLE versions
  ADD COLUMN origin  text NOT NULL DEFAULT 'imported' CHECK (origin IN ('imported', 'trained', 'uploaded')),
  ADD COLUMN refused text[];           -- why, a sentence each
ALTER TABLE versions ALTER COLUMN origin DROP DEFAULT;

-- A run that is begun again after a crash finds the version that it registered.
CREATE UNIQUE INDEX versions_of_run ON versions ((lineage ->> 'run')) WHERE lineage ->> 'run' IS NOT NULL;

-- Taken down for good, as a person's own model is when they are erased.
ALTER TABLE models ADD COLUMN retired_at timestamptz;
