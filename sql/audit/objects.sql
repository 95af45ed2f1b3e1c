-- What tok_init() leaves behind notes what there is to be, {"name": type}: a program that makes a
-- table anew, or a dump that does not know triggers of views, may lose some of it.
INSERT OR REPLACE INTO main.llm_meta(key, value)
SELECT 'objects', json_group_object(name, type) FROM main.sqlite_schema WHERE name GLOB 'llm_*';
