-- In which unit the limit of a quota of cost was written: a later {"limit":30} alone means that
-- unit. NULL: nobody said, as where plain SQL wrote limit_units; then a limit needs its metric
-- beside it.
ALTER TABLE main.llm_quota ADD COLUMN unit TEXT CONSTRAINT "unit is usd or nano" CHECK (unit = 'usd' OR unit = 'nano');
