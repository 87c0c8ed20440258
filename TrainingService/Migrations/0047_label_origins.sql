-- Who labels a row anew does not make it theirs alone: it stays whose it was, too.
ALTER TABLE labels ADD COLUMN origin int;   -- revision that brought the row; null: the one that added it
UPDATE labels l SET origin = f.added
FROM (SELECT dataset, id, min(added) AS added FROM labels GROUP BY dataset, id HAVING count(*) > 1) f
WHERE l.dataset = f.dataset AND l.id = f.id AND l.added > f.added;
