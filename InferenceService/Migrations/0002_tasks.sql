-- Work that is done later. A row is open until finished_at is set; a worker holds it while lease_until lies ahead, and only
-- the holder of lease_epoch may write to it or to its results. All times are the database's: replicas share no other clock.
CREATE TABLE tasks (
  id           uuid PRIMARY KEY,
  owner        text NOT NULL,
  model        text NOT NULL,
  version      text,                        -- null: the live one, chunk by chunk
  top          integer NOT NULL,
  status       text NOT NULL,               -- queued, running, succeeded, failed, cancelled
  kind         text NOT NULL,               -- zip, ndjson, csv
  sha256       text NOT NULL,               -- the input in StorageService, under the owner
  bytes        bigint NOT NULL,
  total        integer NOT NULL,
  done         integer NOT NULL DEFAULT 0,  -- items 0..done-1 are in task_results
  failed_items integer NOT NULL DEFAULT 0,
  error        text,                        -- problem details as JSON
  attempts     integer NOT NULL DEFAULT 0,  -- holders lost since the last progress
  lease_epoch  bigint NOT NULL DEFAULT 0,
  lease_owner  text,
  lease_until  timestamptz,
  not_before   timestamptz,                 -- waits for something that was away
  notified_at  timestamptz,                 -- when a worker was last sent for it
  created_at   timestamptz NOT NULL,
  started_at   timestamptz,
  finished_at  timestamptz
);
-- Ids are UUIDv7: their order is the order of time.
CREATE INDEX tasks_by_owner ON tasks (owner, id DESC);
CREATE INDEX tasks_open ON tasks (owner) WHERE finished_at IS NULL;
CREATE INDEX tasks_by_end ON tasks (finished_at) WHERE finished_at IS NOT NULL;

-- One line of the results, as it is sent.
CREATE TABLE task_results (
  task_id uuid NOT NULL REFERENCES tasks (id),
  item    integer NOT NULL,
  line    text NOT NULL,
  PRIMARY KEY (task_id, item)
);

-- When a caller last had a turn, so that callers take turns however many tasks each of them has.
CREATE TABLE task_turns (
  owner     text PRIMARY KEY,
  served_at timestamptz NOT NULL
);
