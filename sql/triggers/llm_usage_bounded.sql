-- What cannot be one request is refused, whoever writes it: an amount beyond all reason makes sums
-- leave 64 bits. A row that is there already, of an earlier version, stays. The triggers of
-- llm_usage look, because each of them costs.
--@ arrival | true
--@ amount | ({no_request:NEW.old_}) IS NOT true
DROP TRIGGER IF EXISTS main.llm_usage_{1}_bounded;
CREATE TRIGGER main.llm_usage_{1}_bounded INSTEAD OF INSERT ON llm_usage_{1}
WHEN ({no_request:NEW.}) AND {2}
BEGIN
  SELECT RAISE(ABORT, 'tok: beyond what a request has: at most 10^12 tokens in, 10^12 out and 10^12 ms');
END;
