-- tok_bulk_begin(): as a statement, the trigger that refuses rows that tok_bulk_end() would not
-- find. It is one of AFTER: before a row is there its id is not known. Where there is no row
-- before, it would refuse none, and take a quarter of the time.
SELECT 'CREATE TEMP TRIGGER tok_bulk_given AFTER INSERT ON main.llm_usage
WHEN NEW.id <= ' || {bulk_start:} || ' BEGIN SELECT RAISE(ABORT, ''tok_bulk_begin: a given id must be'
  || ' after ' || {bulk_start:} || ', the last one of before; leave it out, or insert the row without'
  || ' tok_bulk_begin()''); END'
WHERE {bulk_start:} > -9223372036854775808;
