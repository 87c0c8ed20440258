ALTER TABLE api_keys ADD models text[]; -- null: all
ALTER TABLE api_keys RENAME daily_quota TO daily_requests;
ALTER TABLE api_keys ALTER daily_requests TYPE bigint;
ALTER TABLE api_keys ADD daily_items bigint;

-- What was handed out of a key's daily quota, to gateways and services, less what they gave back. The day is UTC's.
CREATE TABLE quota_use (
  key_id     uuid NOT NULL REFERENCES api_keys ON DELETE CASCADE,
  unit       text NOT NULL CHECK (unit IN ('requests', 'items')),
  day        date NOT NULL,
  used       bigint NOT NULL CHECK (used >= 0),
  last_grant bigint NOT NULL,
  PRIMARY KEY (key_id, unit, day)
);

CREATE TABLE IF NOT EXISTS key_usage (
  key_id   uuid NOT NULL,
  day      date NOT NULL,
  requests bigint NOT NULL,
  items    bigint NOT NULL,
  refused  bigint NOT NULL,
  PRIMARY KEY (key_id, day)
);
