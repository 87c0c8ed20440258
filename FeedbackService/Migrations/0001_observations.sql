-- What this service knows of each predicted item, from prediction.made.
CREATE TABLE observations (
  id         uuid PRIMARY KEY,
  request_id uuid NOT NULL,
  caller     text NOT NULL,
  model      text NOT NULL,
  version    text NOT NULL,
  task       text,
  label      text,
  confidence double precision,
  score      double precision,
  input      jsonb,
  total_ms   double precision,
  time       timestamptz NOT NULL
);
CREATE INDEX observations_by_model ON observations (model, time DESC);

-- The latest judgement of an item by the one who asked for it.
CREATE TABLE feedback (
  prediction_id uuid PRIMARY KEY REFERENCES observations (id) ON DELETE CASCADE,
  caller        text NOT NULL,
  correct       boolean,
  label         text,
  rating        integer,
  comment       text,
  time          timestamptz NOT NULL
);
