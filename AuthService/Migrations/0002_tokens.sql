CREATE TABLE signing_keys (
  kid         text PRIMARY KEY,
  private_key bytea NOT NULL, -- PKCS #8, P-256
  created_at  timestamptz NOT NULL
);

-- A login starts a family; each refresh uses one token up and adds the next. Only hashes are kept.
CREATE TABLE refresh_tokens (
  hash       bytea PRIMARY KEY,
  family     uuid NOT NULL,
  user_id    uuid NOT NULL REFERENCES users ON DELETE CASCADE,
  issued_at  timestamptz NOT NULL,
  expires_at timestamptz NOT NULL,
  used_at    timestamptz
);
CREATE INDEX refresh_tokens_of_family ON refresh_tokens (family);
CREATE INDEX refresh_tokens_of_user ON refresh_tokens (user_id);
CREATE INDEX refresh_tokens_by_expiry ON refresh_tokens (expires_at);

-- Failed sign-ins by account, a keyed hash of what was typed as e-mail: known and unknown accounts lock alike.
CREATE TABLE sign_in_attempts (
  account      bytea PRIMARY KEY,
  failures     int NOT NULL,
  last_at      timestamptz NOT NULL,
  locked_until timestamptz
);
CREATE INDEX sign_in_attempts_by_time ON sign_in_attempts (last_at);
