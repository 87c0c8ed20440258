-- Model files that were stored for a version to come. One that no version has an hour later is removed.
CREATE TABLE registry_files (
  sha256    text PRIMARY KEY,
  stored_at timestamptz NOT NULL
);
CREATE INDEX registry_files_by_age ON registry_files (stored_at);
