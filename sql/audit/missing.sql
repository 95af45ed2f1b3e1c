-- What of it is missing, type and name: a look at the names only.
SELECT value AS type, key AS name
FROM json_each((SELECT value FROM main.llm_meta WHERE key = 'objects' AND tok_json_valid(value)))
WHERE key NOT IN (SELECT name FROM main.sqlite_schema);
