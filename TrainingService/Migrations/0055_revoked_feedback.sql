-- Feedback that was taken back asks for more than feedback that says nothing about the label any more: what it gave goes whoever labelled it since.
ALTER TABLE feedback_labels DROP CONSTRAINT feedback_labels_wanted_check,
  ADD CONSTRAINT feedback_labels_wanted_check CHECK (wanted IN ('label', 'item', 'nothing', 'revoked'));
