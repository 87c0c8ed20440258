-- Answers of POSTs that carried an Idempotency-Key, so that a repeated request gets the same one.
-- The row is written in the transaction of what the request made. Rows older than a day are deleted by later claims.
CREATE TABLE idempotency (
  caller      text NOT NULL,
  key         text NOT NULL,
  fingerprint bytea NOT NULL,
  status      int,
  location    text,
  body        text,
  time        timestamptz NOT NULL,
  PRIMARY KEY (caller, key)
);
CREATE INDEX idempotency_by_time ON idempotency (time);
