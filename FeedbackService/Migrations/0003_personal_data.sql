-- By caller, to export and to erase.
CREATE INDEX observations_by_caller ON observations (caller);
CREATE INDEX feedback_by_caller ON feedback (caller);

SELECT refuse_erased_subjects('observations', 'caller');
SELECT refuse_erased_subjects('feedback', 'caller');
