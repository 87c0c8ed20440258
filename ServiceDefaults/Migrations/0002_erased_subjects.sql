-- Whose data was erased, as HMAC-SHA256 under a key that this database made for itself: it tells whether a given subject was
-- erased, and not who was. With it the database refuses what comes late. See docs/privacy.md.
CREATE TABLE erased_subjects (
  hash      bytea PRIMARY KEY,
  erased_at timestamptz NOT NULL
);

-- The key as HMAC uses it, xor-ed into its two pads (RFC 2104). One row, made here and never changed.
CREATE TABLE erasure_key (
  inner_pad bytea NOT NULL,
  outer_pad bytea NOT NULL
);
DO $$
DECLARE
  key       bytea := sha256(convert_to(gen_random_uuid()::text || gen_random_uuid()::text || gen_random_uuid()::text, 'UTF8'));
  inner_pad bytea := decode(repeat('36', 64), 'hex');
  outer_pad bytea := decode(repeat('5c', 64), 'hex');
BEGIN
  FOR i IN 0..31 LOOP
    inner_pad := set_byte(inner_pad, i, get_byte(inner_pad, i) # get_byte(key, i));
    outer_pad := set_byte(outer_pad, i, get_byte(outer_pad, i) # get_byte(key, i));
  END LOOP;
  INSERT INTO erasure_key VALUES (inner_pad, outer_pad);
END $$;

CREATE FUNCTION erased_subject_hash(subject text) RETURNS bytea STABLE LANGUAGE sql AS $$
  SELECT sha256(outer_pad || sha256(inner_pad || convert_to(subject, 'UTF8'))) FROM erasure_key
$$;

-- Lets a table refuse rows of erased subjects, by SQLSTATE SU410; the whole transaction of such a row fails. Once per statement,
-- and while nobody was erased one look at an empty table. To be called by the migration that makes a table with personal data.
CREATE FUNCTION refuse_erased_subjects(guarded text, subject_column text) RETURNS void LANGUAGE plpgsql AS $outer$
BEGIN
  EXECUTE format($f$
    CREATE FUNCTION %I() RETURNS trigger LANGUAGE plpgsql AS $g$
    BEGIN
      IF EXISTS (SELECT FROM erased_subjects) AND EXISTS (
        SELECT FROM (SELECT DISTINCT %I::text AS subject FROM added) AS named JOIN erased_subjects ON hash = erased_subject_hash(subject))
      THEN
        RAISE EXCEPTION 'A row for %I belongs to an erased subject.' USING ERRCODE = 'SU410';
      END IF;
      RETURN NULL;
    END $g$
    $f$, 'refuse_erased_in_' || guarded, subject_column, guarded);
  EXECUTE format(
    'CREATE TRIGGER refuse_erased AFTER INSERT ON %I REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION %I()',
    guarded, 'refuse_erased_in_' || guarded);
END $outer$;

SELECT refuse_erased_subjects('idempotency', 'caller');

-- The same for a table whose rows come in batches of many subjects, such as a log: theirs are left out, the others come in.
CREATE FUNCTION drop_erased_subjects(guarded text, subject_column text) RETURNS void LANGUAGE plpgsql AS $outer$
BEGIN
  EXECUTE format($f$
    CREATE FUNCTION %I() RETURNS trigger LANGUAGE plpgsql AS $g$
    BEGIN
      IF EXISTS (SELECT FROM erased_subjects) AND EXISTS (SELECT FROM erased_subjects WHERE hash = erased_subject_hash(NEW.%I::text)) THEN
        RETURN NULL;
      END IF;
      RETURN NEW;
    END $g$
    $f$, 'drop_erased_in_' || guarded, subject_column);
  EXECUTE format('CREATE TRIGGER drop_erased BEFORE INSERT ON %I FOR EACH ROW EXECUTE FUNCTION %I()', guarded, 'drop_erased_in_' || guarded);
END $outer$;

-- The same as refuse_erased_subjects, row by row: for a table whose rows are large and come one by one.
CREATE FUNCTION refuse_erased_rows(guarded text, subject_column text) RETURNS void LANGUAGE plpgsql AS $outer$
BEGIN
  EXECUTE format($f$
    CREATE FUNCTION %I() RETURNS trigger LANGUAGE plpgsql AS $g$
    BEGIN
      IF EXISTS (SELECT FROM erased_subjects) AND EXISTS (SELECT FROM erased_subjects WHERE hash = erased_subject_hash(NEW.%I::text)) THEN
        RAISE EXCEPTION 'A row for %I belongs to an erased subject.' USING ERRCODE = 'SU410';
      END IF;
      RETURN NEW;
    END $g$
    $f$, 'refuse_erased_in_' || guarded, subject_column, guarded);
  EXECUTE format('CREATE TRIGGER refuse_erased BEFORE INSERT ON %I FOR EACH ROW EXECUTE FUNCTION %I()', guarded, 'refuse_erased_in_' || guarded);
END $outer$;

-- What an erasure that is under way has removed so far, committed with the removal: a crash in between loses no count.
CREATE TABLE erasure_progress (
  erasure_id uuid NOT NULL,
  name       text NOT NULL,
  removed    bigint NOT NULL,
  PRIMARY KEY (erasure_id, name)
);
