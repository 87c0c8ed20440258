CREATE TABLE users (
  id            uuid PRIMARY KEY,
  email         text NOT NULL UNIQUE, -- normalised: two spellings of one address are one user
  password_hash text NOT NULL,
  role          text NOT NULL CHECK (role IN ('user', 'analyst', 'admin')),
  created_at    timestamptz NOT NULL
);

-- What a user agreed to and when; a later version or a withdrawal is another row or a date, never a change of history.
CREATE TABLE consents (
  id           uuid PRIMARY KEY,
  user_id      uuid NOT NULL REFERENCES users ON DELETE CASCADE,
  version      text NOT NULL,
  given_at     timestamptz NOT NULL,
  withdrawn_at timestamptz
);
CREATE INDEX consents_of_user ON consents (user_id, given_at DESC);
