-- Work on a data set: a training, or the evaluation of a version. The queue says that there is work; which it is the table says.
CREATE TABLE runs (
  id           uuid PRIMARY KEY,
  kind         text NOT NULL CHECK (kind IN ('training', 'evaluation')),
  dataset      int NOT NULL REFERENCES datasets (number) ON DELETE CASCADE,
  snapshot     uuid NOT NULL REFERENCES dataset_snapshots (id) ON DELETE CASCADE,
  caller       text NOT NULL,
  cause        text NOT NULL CHECK (cause IN ('request', 'policy', 'compatibility')),
  model        text NOT NULL,
  version      text,             -- what it registered or evaluates
  request      jsonb NOT NULL,
  status       text NOT NULL CHECK (status IN ('queued', 'running', 'succeeded', 'failed', 'cancelled')),
  progress     jsonb,
  result       jsonb,
  error        jsonb,
  attempts     int NOT NULL DEFAULT 0,
  lease_owner  text,
  lease_epoch  bigint NOT NULL DEFAULT 0,
  lease_until  timestamptz,
  not_before   timestamptz,
  notified_at  timestamptz,
  created_at   timestamptz NOT NULL,
  started_at   timestamptz,
  finished_at  timestamptz
);
CREATE INDEX runs_of_dataset ON runs (dataset, id);
CREATE INDEX runs_unfinished ON runs (id) WHERE finished_at IS NULL;
SELECT refuse_erased_subjects('runs', 'caller');
