-- Rows by which a data set's models are judged, and which none of them is trained on.
CREATE TABLE dataset_reference (
  dataset int NOT NULL REFERENCES datasets (number) ON DELETE CASCADE,
  label   uuid NOT NULL,
  PRIMARY KEY (dataset, label)
);

-- How good a version is on a data set. Facts: never changed, the newest of a reference counts.
CREATE TABLE evaluations (
  id             uuid PRIMARY KEY,
  model          text NOT NULL,
  version        text NOT NULL,
  dataset        int NOT NULL REFERENCES datasets (number) ON DELETE CASCADE,
  run            uuid REFERENCES runs (id) ON DELETE CASCADE,
  snapshot       uuid NOT NULL REFERENCES dataset_snapshots (id) ON DELETE CASCADE,
  labels         bigint NOT NULL,  -- in the snapshot
  reference_hash text NOT NULL,    -- of the reference rows and their labels: two versions compare where it is the same
  reference      jsonb NOT NULL,
  test           jsonb,
  training       jsonb,
  answers        bytea NOT NULL,   -- int16 little endian by reference row in the order of their ids: the class that was predicted, by the classes of the evaluation
  classes        jsonb NOT NULL,
  created_at     timestamptz NOT NULL,
  FOREIGN KEY (model, version) REFERENCES versions (model, version)
);
CREATE INDEX evaluations_of_version ON evaluations (model, version, created_at);
CREATE INDEX evaluations_of_dataset ON evaluations (dataset, created_at);
