-- One row per request that the gateway answered. No bodies, tokens, keys or query strings.
CREATE TABLE request_log (
  id           uuid NOT NULL,
  time         timestamptz NOT NULL,
  request_id   text NOT NULL,
  method       text NOT NULL,
  path         text NOT NULL,
  route        text,
  status       integer NOT NULL,
  milliseconds double precision NOT NULL,
  bytes_in     bigint NOT NULL,
  bytes_out    bigint NOT NULL,
  items        integer NOT NULL,
  principal    text,
  key_id       uuid,
  key_prefix   text,
  address      text,
  user_agent   text,
  PRIMARY KEY (time, id)
);
CREATE INDEX request_log_by_request ON request_log (request_id);
CREATE INDEX request_log_by_principal ON request_log (principal, time) WHERE principal IS NOT NULL;

-- What each key was used for, kept when the requests themselves are not any more.
CREATE TABLE IF NOT EXISTS key_usage (
  key_id   uuid NOT NULL,
  day      date NOT NULL,
  requests bigint NOT NULL,
  items    bigint NOT NULL,
  refused  bigint NOT NULL,
  PRIMARY KEY (key_id, day)
);
