ALTER TABLE pending_images ADD not_before timestamptz; -- could not be moved: others go first until then
