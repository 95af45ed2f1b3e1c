-- {row_list_price:llm_usage.}: the same of a row that is read, whose time has to be computed.
CASE WHEN {x}meters IS NULL THEN tok_row_cost_nano({row_priced:{x}}, {tail_time:{x}})
ELSE tok_cost_nano({x}model, {row_usage:{x}}, {x}unix_time) END
