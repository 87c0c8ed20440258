-- What a run leaves in StorageService, under its data set's owner. A row is written before its object is, and outlives its run until the
-- object is gone: so none is left behind, whatever stops in between. Without a foreign key for that reason.
CREATE TABLE run_artifacts (
  run          uuid NOT NULL,
  name         text NOT NULL,   -- 'report.html', 'plots/roc.svg'
  owner        text NOT NULL,
  sha256       text NOT NULL,
  bytes        bigint NOT NULL,
  content_type text NOT NULL,
  PRIMARY KEY (run, name)
);
CREATE INDEX run_artifacts_of_object ON run_artifacts (owner, sha256);
CREATE INDEX runs_of_caller ON runs (caller, started_at);
SELECT refuse_erased_subjects('run_artifacts', 'owner');
