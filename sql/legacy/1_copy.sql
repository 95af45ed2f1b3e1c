-- Rows of a llm_usage from before tok, now called llm_usage_legacy, into the new llm_usage.
--
-- A query whose results are statements to run, in order: columns that tok does not know are kept
-- under their names; then all rows are copied. Columns that the old table lacks stay NULL. A value
-- that the new table refuses (counts that are negative or beyond 10^12, text that is no number,
-- times that are no times) becomes NULL, which is: unknown, and stays readable as tags ->>
-- '$.legacy.<column>'; a row without a readable time takes its created_at, else 1970. In the
-- templates below @ is the old column.
WITH
  old AS (SELECT cid, name, printf('"%w"', name) AS q, pk = 1 AND upper(type) = 'INTEGER' AS is_rowid
          FROM pragma_table_xinfo('llm_usage_legacy', 'main') WHERE hidden <> 1),
  new AS (SELECT name, type FROM pragma_table_xinfo('llm_usage', 'main') WHERE hidden = 0),
  pair AS (SELECT old.cid, new.name, new.type, old.q, old.is_rowid
           FROM new JOIN old ON old.name = new.name COLLATE NOCASE),
  unknown AS (SELECT cid, name, q FROM old WHERE cid NOT IN (SELECT cid FROM pair)),
  -- numbers that were written as text, as untyped columns keep them: '12', but not '12 tokens'
  number(template) AS (VALUES('(typeof(@) IN (''integer'', ''real'') OR typeof(@) = ''text''
    AND @ IN (CAST(CAST(@ AS INTEGER) AS TEXT), CAST(CAST(@ AS REAL) AS TEXT)))')),
  -- Unix seconds or milliseconds, also with a fraction; a REAL below 5373484.5 is a Julian day, as
  -- julianday() gives it
  readable_time AS (
    SELECT name, replace('CASE WHEN typeof(@) = ''real'' AND @ >= 0 AND @ < 5373484.5 THEN strftime(''%Y-%m-%dT%H:%M:%SZ'', @)
        WHEN typeof(@) IN (''integer'', ''real'') AND @ >= 0
          OR typeof(@) = ''text'' AND @ GLOB ''[0-9]*'' AND length(CAST(@ AS INTEGER)) >= 8 AND @ NOT GLOB ''*[^0-9.]*''
        THEN strftime(''%Y-%m-%dT%H:%M:%SZ'',
          CAST(@ AS INTEGER) / iif(CAST(@ AS INTEGER) < 100000000000, 1, 1000), ''unixepoch'')
        WHEN typeof(@) = ''text'' AND @ GLOB ''[0-9]*'' AND strftime(''%s'', @) IS NOT NULL
        THEN CASE WHEN @ GLOB ''*.999[0-9]*''  -- as in llm_usage.sql
          THEN substr(@, 1, instr(@, ''.'') + 3) || ltrim(substr(@, instr(@, ''.'') + 4), ''0123456789'') ELSE @ END END',
        '@', q) AS e
    FROM pair WHERE name IN ('timestamp', 'created_at')),
  copied AS (
    SELECT name, q, type <> 'TEXT' AS may_refuse, replace(CASE
        WHEN name = 'tags' THEN 'CASE WHEN tok_json_valid(@) AND substr(@, 1, 1) IN (''{'', ''['') THEN @ END'
        WHEN name = 'cost_usd' THEN 'CASE WHEN ' || template || ' AND abs(@) < 9.2e9 THEN CAST(@ AS REAL) END'
        WHEN type = 'TEXT' THEN 'CAST(@ AS TEXT)'
        WHEN type = 'REAL' THEN 'CASE WHEN ' || template || ' THEN CAST(@ AS REAL) END'
        WHEN name = 'id' THEN 'CASE WHEN typeof(@) IN (''integer'', ''real'') AND @ = CAST(@ AS INTEGER) THEN CAST(@ AS INTEGER) END'
        WHEN name IN ('cost_nano', 'reported_cost_nano')
          THEN 'CASE WHEN ' || template || ' AND @ = CAST(@ AS INTEGER) THEN CAST(@ AS INTEGER) END'
        ELSE 'CASE WHEN ' || template || ' AND @ = CAST(@ AS INTEGER) AND CAST(@ AS INTEGER) BETWEEN 0 AND 1000000000000
          THEN CAST(@ AS INTEGER) END'
      END, '@', q) AS e
    FROM pair, number WHERE name <> 'timestamp'
    UNION ALL
    SELECT 'timestamp', q, 0, 'coalesce('
      || coalesce((SELECT e || ', ' FROM readable_time WHERE name = 'timestamp'), '')
      || coalesce((SELECT e || ', ' FROM readable_time WHERE name = 'created_at'), '')
      || '''1970-01-01T00:00:00Z'', NULL)'
    FROM (SELECT max(q) AS q FROM pair WHERE name = 'timestamp')),
  refused(e) AS (
    SELECT 'json_patch(''{}'', json_object(' || group_concat(printf(
        '%Q, CASE WHEN (%s) IS NULL THEN CASE WHEN typeof(%s) = ''blob'' THEN hex(%s) '
          || 'WHEN abs(%s) > 1.7e308 THEN CAST(%s AS TEXT) ELSE %s END END',  -- JSON has no infinity
        name, e, q, q, q, q, q), ', ') || '))'
    FROM (SELECT name, q, e FROM copied WHERE may_refuse
          UNION ALL SELECT p.name, p.q, t.e FROM pair AS p JOIN readable_time AS t USING (name)
                    WHERE name = 'timestamp')),
  tags(e) AS (
    SELECT 'CASE WHEN r.refused = ''{}'' THEN ' || t || ' ELSE json_set(coalesce(' || t
      || ', ''{}''), ''$.legacy'', json(r.refused)) END'
    FROM (SELECT coalesce((SELECT '(' || e || ')' FROM copied WHERE name = 'tags'), 'NULL') AS t)),
  -- an id that was no key may be there twice, or missing: such a row gets a new one, after all
  -- others
  loose_id(e) AS (SELECT e FROM copied WHERE name = 'id' AND NOT (SELECT is_rowid FROM pair WHERE name = 'id')),
  target(name, e) AS (
    SELECT name, CASE WHEN name = 'id' AND EXISTS (SELECT 1 FROM loose_id) THEN 'iif(r.nth = 1, ' || e || ', NULL)' ELSE e END
    FROM copied WHERE name <> 'tags'
    UNION ALL SELECT 'tags', e FROM tags
    UNION ALL SELECT q, q FROM unknown)
SELECT 'ALTER TABLE main.llm_usage ADD COLUMN ' || q || ' ANY' FROM unknown
UNION ALL
SELECT 'INSERT OR ABORT INTO main.llm_usage(' || group_concat(name, ', ') || ') SELECT '
  || group_concat(e, ', ')
  || ' FROM (SELECT *, ' || (SELECT e FROM refused) || ' AS refused'
  || coalesce((SELECT ', row_number() OVER (PARTITION BY ' || e || ') AS nth' FROM loose_id), '')
  || ' FROM main.llm_usage_legacy) AS r'
  || coalesce((SELECT ' ORDER BY r.nth > 1 OR ' || e || ' IS NULL' FROM loose_id), '')
FROM target;
