-- What the service itself makes of another version is nobody's to give: an embedding is believed by this, and by no word of its manifest.
ALTER TABLE versions DROP CONSTRAINT versions_origin_check,
  ADD CONSTRAINT versions_origin_check CHECK (origin IN ('imported', 'trained', 'uploaded', 'derived'));
UPDATE versions SET origin = 'derived' WHERE origin = 'imported' AND model LIKE '%-embedding' AND manifest ? 'embedding';
