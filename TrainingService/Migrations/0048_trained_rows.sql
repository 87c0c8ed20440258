-- Of versions whose data set was deleted: on how many rows of whom they were trained, so that an erasure can still tell. Who that is, nobody can from the keyed hash.
CREATE TABLE trained_rows (
  model   text NOT NULL,
  version text NOT NULL,
  subject bytea NOT NULL,
  rows    bigint NOT NULL,
  PRIMARY KEY (model, version, subject),
  FOREIGN KEY (model, version) REFERENCES versions (model, version)
);
CREATE INDEX trained_rows_by_subject ON trained_rows (subject);
