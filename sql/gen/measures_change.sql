-- {measures_change:}: NEW less OLD, for a row that stays in its groups.
0, coalesce(NEW.input_tokens, 0) - coalesce(OLD.input_tokens, 0),
(NEW.input_tokens IS NOT NULL) - (OLD.input_tokens IS NOT NULL),
coalesce(NEW.output_tokens, 0) - coalesce(OLD.output_tokens, 0),
(NEW.output_tokens IS NOT NULL) - (OLD.output_tokens IS NOT NULL),
coalesce(NEW.total_tokens, 0) - coalesce(OLD.total_tokens, 0),
(NEW.total_tokens IS NOT NULL) - (OLD.total_tokens IS NOT NULL),
coalesce(NEW.cache_read_tokens, 0) - coalesce(OLD.cache_read_tokens, 0),
(NEW.cache_read_tokens IS NOT NULL) - (OLD.cache_read_tokens IS NOT NULL),
coalesce(NEW.cost_nano, 0) - coalesce(OLD.cost_nano, 0),
(NEW.cost_nano IS NOT NULL) - (OLD.cost_nano IS NOT NULL),
CASE WHEN NEW.cost_nano IS NULL THEN 0 ELSE coalesce(NEW.total_tokens, 0) END
- CASE WHEN OLD.cost_nano IS NULL THEN 0 ELSE coalesce(OLD.total_tokens, 0) END,
coalesce(NEW.response_time_ms, 0) - coalesce(OLD.response_time_ms, 0),
(NEW.response_time_ms IS NOT NULL) - (OLD.response_time_ms IS NOT NULL), NULL, NULL
