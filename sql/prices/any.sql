-- Has llm_price a row?
SELECT 1 FROM main.llm_price LIMIT 1;
