SELECT refuse_erased_subjects('datasets', 'owner');
SELECT refuse_erased_subjects('dataset_revisions', 'caller');
SELECT refuse_erased_subjects('dataset_snapshots', 'caller');
