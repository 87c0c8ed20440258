-- What a backbone makes of an image, kept because the next run asks for the same. It can be made again, and is as much about a person as the image.
CREATE TABLE image_embeddings (
  owner     text NOT NULL,        -- the data set's
  image     bytea NOT NULL,       -- SHA-256 of the file
  backbone  bytea NOT NULL,       -- SHA-256 of what made it: the model's file, the tensor, how images are prepared for it
  variant   bigint NOT NULL,      -- 0: of the image as it is; else of which changed copy
  embedding bytea NOT NULL,       -- float32, little endian
  used_at   timestamptz NOT NULL, -- to the day
  PRIMARY KEY (owner, image, backbone, variant)
);
ALTER TABLE image_embeddings ALTER COLUMN embedding SET STORAGE EXTERNAL; -- floats shrink little
CREATE INDEX image_embeddings_used ON image_embeddings (used_at);
SELECT refuse_erased_subjects('image_embeddings', 'owner');
