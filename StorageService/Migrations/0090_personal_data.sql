SELECT refuse_erased_subjects('objects', 'owner');
