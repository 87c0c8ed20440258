-- One row per predicted item. A request with several items shares request_id; item keeps their order.
CREATE TABLE predictions (
  id          uuid PRIMARY KEY,
  request_id  uuid NOT NULL,
  item        integer NOT NULL,
  owner       text NOT NULL,
  model       text NOT NULL,
  version     text NOT NULL,
  task        text NOT NULL,
  label       text,
  confidence  double precision,
  score       double precision,
  scores      jsonb,
  input       jsonb NOT NULL,
  timings     jsonb NOT NULL,
  total_ms    double precision NOT NULL,
  created_at  timestamptz NOT NULL
);
CREATE INDEX predictions_by_request ON predictions (request_id);
-- Ids are UUIDv7: their order is the order of time.
CREATE INDEX predictions_by_owner ON predictions (owner, id DESC);

-- Images whose prediction was answered before StorageService had them; moved there as soon as it answers.
CREATE TABLE pending_images (
  owner        text NOT NULL,
  sha256       text NOT NULL,
  content_type text NOT NULL,
  bytes        bytea NOT NULL,
  created_at   timestamptz NOT NULL,
  refused      text, -- why StorageService will never take it; such a row is left for a person to look at
  PRIMARY KEY (owner, sha256)
);
ALTER TABLE pending_images ALTER COLUMN bytes SET STORAGE EXTERNAL; -- compressed already
