CREATE TABLE models (
  name       text PRIMARY KEY,
  task       text NOT NULL,
  created_at timestamptz NOT NULL
);

-- A version never changes but for its state. Its file is in StorageService: owner "registry", the same hash.
CREATE TABLE versions (
  model       text NOT NULL REFERENCES models (name),
  version     text NOT NULL,
  state       text NOT NULL CHECK (state IN ('candidate', 'live', 'refused', 'archived')),
  manifest    jsonb NOT NULL,
  sha256      text NOT NULL,
  bytes       bigint NOT NULL,
  metrics     jsonb,
  lineage     jsonb,
  created_at  timestamptz NOT NULL,
  promoted_at timestamptz,
  PRIMARY KEY (model, version)
);
CREATE UNIQUE INDEX versions_one_live ON versions (model) WHERE state = 'live';
