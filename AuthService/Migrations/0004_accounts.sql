ALTER TABLE users
  ADD disabled_at    timestamptz,
  ADD one_time_until timestamptz, -- set: the password is only good for choosing another, until then
  ADD consent        text NOT NULL DEFAULT 'none' CHECK (consent IN ('none', 'given', 'withdrawn')); -- of the newest row in consents
UPDATE users SET consent = CASE WHEN last.withdrawn_at IS NULL THEN 'given' ELSE 'withdrawn' END
FROM (SELECT DISTINCT ON (user_id) user_id, withdrawn_at FROM consents ORDER BY user_id, given_at DESC) last WHERE last.user_id = users.id;
CREATE INDEX users_by_email_prefix ON users (email text_pattern_ops);

-- Which text the version is a version of.
ALTER TABLE consents ADD text text NOT NULL DEFAULT 'terms';

-- Gateways that start ask what has changed lately.
CREATE INDEX history_by_time ON history (time);
