-- {quota_changed:OLD.}: are its amounts others?
(NEW.input_tokens, NEW.output_tokens, NEW.total_tokens, NEW.cost_nano)
  IS NOT ({x}input_tokens, {x}output_tokens, {x}total_tokens, {x}cost_nano)
