-- When its data set is deleted, a model is guarded by none: what serves goes on, and only an admin puts it under another.
UPDATE models SET dataset = NULL WHERE dataset NOT IN (SELECT number FROM datasets);
ALTER TABLE models ADD FOREIGN KEY (dataset) REFERENCES datasets (number) ON DELETE SET NULL;
