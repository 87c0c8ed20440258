-- Which choice a reference row came with: versions that were trained before that choice may have seen the row.
ALTER TABLE dataset_reference ADD COLUMN since int NOT NULL DEFAULT 0;
ALTER TABLE dataset_reference_choices ADD COLUMN number int NOT NULL DEFAULT 0;
