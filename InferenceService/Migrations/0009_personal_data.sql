SELECT refuse_erased_subjects('predictions', 'owner');
SELECT refuse_erased_subjects('pending_images', 'owner');
SELECT refuse_erased_subjects('tasks', 'owner');
SELECT refuse_erased_subjects('task_turns', 'owner');
