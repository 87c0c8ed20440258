SELECT refuse_erased_subjects('predictions', 'owner');
SELECT refuse_erased_rows('pending_images', 'owner'); -- per row: the statement's copy of its rows would be one of the images
SELECT refuse_erased_subjects('tasks', 'owner');
SELECT drop_erased_subjects('task_turns', 'owner'); -- a claim that meets a task which is about to be cancelled goes on with the others
