-- A run that is begun again on other rows makes another version; with the same file it finds the one that is there.
DROP INDEX versions_of_run;
CREATE UNIQUE INDEX versions_of_run ON versions ((lineage ->> 'run'), sha256) WHERE lineage ->> 'run' IS NOT NULL;
