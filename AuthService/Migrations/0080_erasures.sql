-- Erasures and what became of them. Whose it was is known until it is done, and to nobody afterwards; the receipt is asked for by
-- the id and a token, of which the hash is here.
CREATE TABLE erasures (
  id           uuid PRIMARY KEY,
  subject      text,
  token_hash   bytea NOT NULL,
  requested_at timestamptz NOT NULL,
  finished_at  timestamptz,
  repeats      int NOT NULL DEFAULT 0,
  repeat_at    timestamptz NOT NULL,
  alarmed_at   timestamptz,
  history_head text
);
CREATE UNIQUE INDEX erasures_open ON erasures (subject) WHERE finished_at IS NULL;
CREATE INDEX erasures_finished ON erasures (finished_at) WHERE finished_at IS NOT NULL;

-- One row per service that has to answer, made with the request.
CREATE TABLE erasure_answers (
  erasure_id  uuid NOT NULL REFERENCES erasures ON DELETE CASCADE,
  service     text NOT NULL,
  counts      jsonb,
  answered_at timestamptz,
  PRIMARY KEY (erasure_id, service)
);

-- What the gateways report comes in batches of many callers: an erased one's late records are left out.
SELECT drop_erased_subjects('request_log', 'principal');
