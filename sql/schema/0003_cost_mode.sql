-- Upgrade only: databases made by the first two versions of the schema.
--
-- The setting cost_mode says auto, calculated or reported; it said auto, calculate or display. A
-- CHECK cannot be altered, so the table is made anew; the installer drops the old one.
ALTER TABLE main.llm_setting RENAME TO llm_setting_legacy;

CREATE TABLE main.llm_setting(
  name        TEXT PRIMARY KEY,
  value       ANY,
  description TEXT,
  CONSTRAINT "cost_mode is auto, calculated or reported"
    CHECK (name <> 'cost_mode' OR value IN ('auto', 'calculated', 'reported')),
  CONSTRAINT "forecast_window_days is a positive integer"
    CHECK (name <> 'forecast_window_days' OR (typeof(value) = 'integer' AND value > 0))
) STRICT, WITHOUT ROWID;

INSERT INTO main.llm_setting(name, value, description)
SELECT name,
  CASE WHEN name <> 'cost_mode' THEN value
    ELSE CASE value WHEN 'calculate' THEN 'calculated' WHEN 'display' THEN 'reported' ELSE value END END,
  iif(name = 'cost_mode', 'auto: the provider''s reported cost where there is one, else the price list; '
    || 'calculated: always the price list; reported: only reported costs', description)
FROM main.llm_setting_legacy;
