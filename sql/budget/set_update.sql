-- A quota that is there: what was given changes. Columns that do not decide what is counted.
UPDATE main.llm_quota SET limit_units = coalesce(?2, limit_units), soft_units = coalesce(?3, soft_units),
  action = coalesce(?4, action), guard = coalesce(?5, guard), rollover_units = coalesce(?6, rollover_units),
  parent = coalesce(?7, parent), description = coalesce(?8, description), unit = iif(?19 IS NULL, unit, ?27)
WHERE name = ?1
