-- How right versions were in use when they were measured last, and whether that is under their data set's gate.
CREATE TABLE measured_quality (
  model   text NOT NULL,
  version text NOT NULL,
  time    timestamptz NOT NULL,      -- of the measurement; an earlier one that comes later is ignored
  labels  bigint NOT NULL,
  below   text,                      -- why; null while it is not. What was done about it is in the history
  PRIMARY KEY (model, version)
);
