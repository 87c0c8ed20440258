-- What is stored, for whom and how long; the bytes are in the object store under the same owner and hash.
CREATE TABLE objects (
  owner        text NOT NULL,
  sha256       text NOT NULL,
  kind         text NOT NULL,
  content_type text NOT NULL,
  bytes        bigint NOT NULL,
  created_at   timestamptz NOT NULL,
  expires_at   timestamptz,
  PRIMARY KEY (owner, sha256)
);
CREATE INDEX objects_expiry ON objects (expires_at) WHERE expires_at IS NOT NULL;
