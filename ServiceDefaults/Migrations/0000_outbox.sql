-- Facts that are committed and not yet confirmed by the broker. Rows live for milliseconds;
-- aggressive autovacuum keeps the table as small as it looks.
CREATE TABLE outbox (
  seq         bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  id          uuid NOT NULL,
  type        text NOT NULL,
  subject     text NOT NULL,
  body        text NOT NULL,
  trace_parent text,
  time        timestamptz NOT NULL
) WITH (autovacuum_vacuum_scale_factor = 0.0, autovacuum_vacuum_threshold = 2000);
