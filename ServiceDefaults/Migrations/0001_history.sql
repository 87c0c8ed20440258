-- What was changed, by whom and when, each entry chained to the one before by its hash.
-- Rows are only ever added; how to check the chain: ServiceDefaults/History.
CREATE TABLE history (
  seq           bigint PRIMARY KEY,
  time          timestamptz NOT NULL,
  subject       text NOT NULL,
  action        text NOT NULL,
  actor         text NOT NULL,
  details       jsonb NOT NULL,
  previous_hash text NOT NULL,
  hash          text NOT NULL
);
CREATE INDEX history_subject ON history (subject, seq);
