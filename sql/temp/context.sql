-- Rules on context windows need to know the models, so tok looks: at a row in its own transaction,
-- at rows of clients without tok in tok_quota_sweep(). A function does it, so that an INSERT need
-- not prepare it where there is no such rule. A rule belongs to a quota; where there is one, every
-- row that is inserted arrives here, and where there is none this costs nothing.
CREATE TEMP TRIGGER IF NOT EXISTS tok_usage_context INSTEAD OF INSERT ON main.llm_usage_arrival
WHEN EXISTS (SELECT 1 FROM main.llm_alert WHERE basis = 'context' AND active)
BEGIN
  SELECT tok_context_look(NEW.id);
END;
CREATE TEMP TRIGGER IF NOT EXISTS tok_usage_context_changed
AFTER UPDATE OF input_tokens, output_tokens, context_used, context_limit, model ON main.llm_usage
WHEN EXISTS (SELECT 1 FROM main.llm_alert WHERE basis = 'context' AND active)
BEGIN
  SELECT tok_context_look(NEW.id);
END;
