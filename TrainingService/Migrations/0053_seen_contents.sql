-- Whether a row's content was there before, under whatever label or id. Of rows that are there labels_content tells; removed ones are few.
CREATE INDEX labels_removed_content ON labels (dataset, content) WHERE removed IS NOT NULL;
