-- {row_price:NEW.}: what the price list says of a row of the ledger whose time is at hand.
CASE WHEN {x}meters IS NULL THEN tok_row_cost_nano({row_priced:{x}}, {x}unix_time)
ELSE tok_cost_nano({x}model, {row_usage:{x}}, {x}unix_time) END
