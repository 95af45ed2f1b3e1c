-- {row_cost:llm_usage.}: the price of a row of the ledger by the setting cost_mode; the one place
-- where a row is priced. A reported cost of 0 is no price: gateways report 0 for what they cannot
-- price, and free models have a price of 0 in the list.
CASE (SELECT value FROM main.llm_setting WHERE name = 'cost_mode')
WHEN 'reported' THEN nullif({x}reported_cost_nano, 0)
WHEN 'calculated' THEN {row_list_price:{x}}
ELSE coalesce(nullif({x}reported_cost_nano, 0), {row_list_price:{x}}) END
