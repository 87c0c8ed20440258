-- Feedback knows what it is about, so that the last judgements of a version are found without looking at its predictions.
ALTER TABLE feedback
  ADD COLUMN model     text,
  ADD COLUMN version   text,
  ADD COLUMN predicted text; -- the label; null for a model that scores
UPDATE feedback f SET model = o.model, version = o.version, predicted = o.label FROM observations o WHERE o.id = f.prediction_id;
CREATE INDEX feedback_of_version ON feedback (model, version, prediction_id DESC) WHERE correct IS NOT NULL OR label IS NOT NULL;

-- Versions whose feedback changed: when to measure them, and when that was done last.
CREATE TABLE quality_due (
  model       text NOT NULL,
  version     text NOT NULL,
  due_at      timestamptz, -- null: nothing changed since
  measured_at timestamptz,
  PRIMARY KEY (model, version)
);
CREATE INDEX quality_due_next ON quality_due (due_at) WHERE due_at IS NOT NULL;
