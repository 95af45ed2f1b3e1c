-- {usage_amounts:NEW.}: what it adds to them.
{row_amounts:{x}}, {x}cost_usd
