-- tok_info: what this build is and what it stands on.
SELECT json_valid(tok_info()), json_extract(tok_info(), '$.version') = tok_version(), json_extract(tok_info(), '$.sqlite') = sqlite_version();
SELECT json_extract(tok_info(), '$.cpu') IN ('avx512', 'avx2', 'sse2', 'neon', 'portable'), json_type(tok_info(), '$.build');
SELECT count(*), sum(json_extract(value, '$.sha256') = e.sha256) FROM json_each(tok_info(), '$.vocabularies') JOIN tok_encodings e ON e.name = json_extract(value, '$.name');
SELECT json_extract(tok_info(), '$.prices.date') GLOB '20[0-9][0-9]-[01][0-9]-[0-3][0-9]', length(json_extract(tok_info(), '$.prices.sha256')), json_extract(tok_info(), '$.prices.rows') > 500, json_extract(tok_info(), '$.prices.models') > 100;
SELECT tok_info() ->> 'zones' GLOB '20[2-9][0-9][a-z]';
SELECT tok_info(1);
