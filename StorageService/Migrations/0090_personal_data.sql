SELECT refuse_erased_subjects('objects', 'owner');
SELECT refuse_erased_subjects('data_keys', 'owner');
SELECT refuse_erased_subjects('owner_usage', 'owner');
