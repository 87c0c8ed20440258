-- Of what a version was measured by in use: all judged predictions, of which labels may be a part, and the figures of classes by which it is under its gate.
-- Without one of these again nobody knows that it is above.
ALTER TABLE measured_quality
  ADD COLUMN judged bigint,
  ADD COLUMN below_by text[];
