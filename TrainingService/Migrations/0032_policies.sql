-- What happens by itself with a data set and the model that it trains.
CREATE TABLE dataset_policies (
  dataset         int PRIMARY KEY REFERENCES datasets (number) ON DELETE CASCADE,
  policy          jsonb NOT NULL,
  caller          text NOT NULL,
  changed_at      timestamptz NOT NULL,
  trained_added   bigint NOT NULL DEFAULT 0, -- labels ever added when the last run by policy was queued
  due_at          timestamptz                -- when to queue the next one, if nothing more comes in
);
SELECT refuse_erased_subjects('dataset_policies', 'caller');
