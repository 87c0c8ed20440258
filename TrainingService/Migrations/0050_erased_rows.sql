-- Whether the receipt of the erasure has the version: versions are marked with the rows' removal, and counted after it.
ALTER TABLE erased_rows ADD COLUMN counted boolean NOT NULL DEFAULT true;
CREATE INDEX erased_rows_uncounted ON erased_rows (subject) WHERE NOT counted;
-- Who is erased is looked for in every data set.
CREATE INDEX dataset_revisions_by_caller ON dataset_revisions (caller);
