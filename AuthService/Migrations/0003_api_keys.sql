CREATE TABLE api_keys (
  id                  uuid PRIMARY KEY,
  user_id             uuid NOT NULL REFERENCES users ON DELETE CASCADE,
  name                text NOT NULL,
  prefix              text NOT NULL, -- shown in lists, and what a presented key is looked up by
  hash                bytea NOT NULL, -- SHA-256: the key has 256 random bits, there is nothing to guess slowly
  scopes              text[] NOT NULL,
  created_at          timestamptz NOT NULL,
  expires_at          timestamptz,
  last_used_at        timestamptz,
  revoked_at          timestamptz,
  requests_per_minute int,
  daily_quota         int
);
CREATE INDEX api_keys_by_prefix ON api_keys (prefix);
CREATE INDEX api_keys_of_user ON api_keys (user_id, id);
