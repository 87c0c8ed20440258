-- A data set belongs to a user. Whoever changes it locks its row, so that changes of one set come one after the other.
-- Labels refer to it by its number and without a foreign key, which would cost more than storing a row does.
CREATE TABLE datasets (
  id            uuid PRIMARY KEY,
  number        int GENERATED ALWAYS AS IDENTITY UNIQUE,
  owner         text NOT NULL,
  name          text NOT NULL,
  kind          text NOT NULL CHECK (kind IN ('tabular', 'image')),
  schema        jsonb,           -- null until the first labels say it
  revision      int NOT NULL,    -- of the last change
  snapshotted   int NOT NULL,    -- revision of the newest snapshot: what was there then is kept when it is removed
  labelled      bigint NOT NULL,
  unlabelled    bigint NOT NULL,
  duplicates    bigint NOT NULL, -- rows that were sent and were there already
  created_at    timestamptz NOT NULL,
  UNIQUE (owner, name)
);

-- Every change of a data set: who, when, how many. The number of labels over time.
CREATE TABLE dataset_revisions (
  dataset    int NOT NULL REFERENCES datasets (number) ON DELETE CASCADE,
  revision   int NOT NULL,
  source     text NOT NULL CHECK (source IN ('post', 'predictions', 'labelling', 'removal')),
  caller     text NOT NULL,
  created_at timestamptz NOT NULL,
  added      bigint NOT NULL,
  removed    bigint NOT NULL,
  duplicates bigint NOT NULL,
  labelled   bigint NOT NULL,    -- labels in the set after it
  PRIMARY KEY (dataset, revision)
);

-- The values of a category column by their index in the rows; column -1 has the classes of the label. Only ever added to.
CREATE TABLE dataset_values (
  dataset int NOT NULL REFERENCES datasets (number) ON DELETE CASCADE,
  col     int NOT NULL,
  index   int NOT NULL,
  value   text NOT NULL,
  PRIMARY KEY (dataset, col, index)
);

-- A row from the revision that added it to the one that removed it. One that no snapshot has is deleted when it is removed.
CREATE TABLE labels (
  dataset    int NOT NULL,
  id         uuid NOT NULL,
  added      int NOT NULL,
  removed    int,
  content    uuid NOT NULL,      -- hash of the features or the image, without the label
  label      text,               -- null: waits to be labelled
  trusted    boolean NOT NULL,
  given_id   text,               -- what the caller calls it
  features   bytea,              -- float32, little endian, by column: number, 0 or 1, index of a category, NaN where missing
  image      bytea,              -- SHA-256; the bytes are in StorageService under the data set's owner
  PRIMARY KEY (dataset, id, added)
);
-- Floats shrink little and are read as a whole.
ALTER TABLE labels ALTER COLUMN features SET STORAGE EXTERNAL;
CREATE UNIQUE INDEX labels_content ON labels (dataset, content, coalesce(label, '')) WHERE removed IS NULL;
CREATE UNIQUE INDEX labels_given_id ON labels (dataset, given_id) WHERE removed IS NULL AND given_id IS NOT NULL;
CREATE INDEX labels_waiting ON labels (dataset, id) WHERE removed IS NULL AND label IS NULL;
CREATE INDEX labels_image ON labels (image) WHERE image IS NOT NULL;

-- A snapshot is a revision: its rows are those that were there. Fewer rows than it counts: the others were erased.
CREATE TABLE dataset_snapshots (
  id         uuid PRIMARY KEY,
  dataset    int NOT NULL REFERENCES datasets (number) ON DELETE CASCADE,
  revision   int NOT NULL,
  hash       text NOT NULL,
  rows       bigint NOT NULL,
  schema     jsonb NOT NULL,
  caller     text NOT NULL,
  created_at timestamptz NOT NULL,
  UNIQUE (dataset, revision)
);

-- Images that may not be needed any more, or not yet: looked at when their time has come, removed if no row has them.
CREATE TABLE dataset_image_checks (
  owner  text NOT NULL,
  sha256 bytea NOT NULL,
  due_at timestamptz NOT NULL,
  PRIMARY KEY (owner, sha256)
);
CREATE INDEX dataset_image_checks_due ON dataset_image_checks (due_at);
