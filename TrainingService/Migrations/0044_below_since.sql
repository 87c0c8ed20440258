-- Since when a version is under its gate in use: what was measured before it went live again does not count.
ALTER TABLE measured_quality ADD COLUMN below_since timestamptz;
