-- What callers said about predictions of a model whose data set learns from that, and what became of it. One row for each prediction, also of
-- feedback that was taken back: what comes late must not bring it again.
CREATE TABLE feedback_labels (
  prediction uuid PRIMARY KEY,
  caller     text NOT NULL,
  dataset    int NOT NULL REFERENCES datasets (number) ON DELETE CASCADE,
  wanted     text NOT NULL CHECK (wanted IN ('label', 'item', 'nothing')),
  label      text,                   -- what it should have been; of an item what is suggested
  time       timestamptz NOT NULL,   -- of the feedback
  due_at     timestamptz,            -- when to take it over; null: done
  attempts   int NOT NULL DEFAULT 0,
  outcome    text CHECK (outcome IN ('labelled', 'waiting', 'duplicate', 'skipped', 'removed')),
  reason     text                    -- of what was skipped
);
CREATE INDEX feedback_labels_due ON feedback_labels (due_at) WHERE due_at IS NOT NULL;
CREATE INDEX feedback_labels_of_dataset ON feedback_labels (dataset, outcome);
CREATE INDEX feedback_labels_by_caller ON feedback_labels (caller);
SELECT refuse_erased_subjects('feedback_labels', 'caller');
