-- Encryption: one data key per owner, wrapped by a master key. Without its row the owner's objects can't be read any more, wherever their bytes still lie.
CREATE TABLE data_keys (
  id         uuid PRIMARY KEY,
  owner      text NOT NULL UNIQUE,
  master_key text NOT NULL,
  wrapped    bytea NOT NULL,
  created_at timestamptz NOT NULL
);
CREATE INDEX data_keys_master ON data_keys (master_key);

-- What an owner's objects take up. The check is the quota as it stood at the owner's last put; null: no limit.
CREATE TABLE owner_usage (
  owner text PRIMARY KEY,
  bytes bigint NOT NULL,
  quota bigint,
  CONSTRAINT owner_usage_quota CHECK (bytes <= quota)
);
INSERT INTO owner_usage (owner, bytes) SELECT owner, sum(bytes) FROM objects GROUP BY owner;

ALTER TABLE objects
  ADD COLUMN key_id     uuid REFERENCES data_keys, -- null: the bytes are plain
  ADD COLUMN written_at timestamptz,               -- when the bytes were put in place last
  ADD COLUMN damaged_at timestamptz;               -- the bytes were found to be others than the hash says
UPDATE objects SET written_at = created_at;
ALTER TABLE objects ALTER COLUMN written_at SET NOT NULL, ALTER COLUMN written_at SET DEFAULT now(); -- for a replica of before, which does not know it
CREATE INDEX objects_damaged ON objects (damaged_at) WHERE damaged_at IS NOT NULL;

-- How far the scrub has come on its way through the objects.
CREATE TABLE scrub (
  only_one   boolean PRIMARY KEY DEFAULT true CHECK (only_one),
  owner      text NOT NULL,
  sha256     text NOT NULL,
  began_at   timestamptz NOT NULL,
  ended_at   timestamptz
);
