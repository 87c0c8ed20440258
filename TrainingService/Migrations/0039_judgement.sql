-- How and when a data set's reference rows (dataset_reference) were chosen.
CREATE TABLE dataset_reference_choices (
  dataset     int PRIMARY KEY REFERENCES datasets (number) ON DELETE CASCADE,
  kind        text NOT NULL CHECK (kind IN ('trusted', 'share')),
  provisional boolean NOT NULL,        -- too few rows of a class to judge by: chosen anew as the data set grows
  revision    int NOT NULL,            -- of the data set when they were chosen
  chosen_at   timestamptz NOT NULL
);

-- A run that is begun again finds what it recorded.
CREATE UNIQUE INDEX evaluations_of_run ON evaluations (run, model, version);

-- Versions that were trained on rows of people who were erased since. Who they were, nobody can tell from the keyed hash.
CREATE TABLE erased_rows (
  model   text NOT NULL,
  version text NOT NULL,
  subject bytea NOT NULL,
  rows    bigint NOT NULL,
  at      timestamptz NOT NULL,
  PRIMARY KEY (model, version, subject),
  FOREIGN KEY (model, version) REFERENCES versions (model, version)
);
