-- {unix_time:NEW.}: as the column unix_time of that row, once its timestamp is cut to milliseconds
-- (rounded_up.sql). In the body of a trigger the column itself would be computed for every row,
-- even where the trigger's condition is false.
CASE WHEN {x}timestamp <> '' AND {x}timestamp NOT GLOB '*[^0-9]*' THEN CAST({x}timestamp AS INTEGER)
ELSE CAST(strftime('%s', CASE WHEN {rounded_up:{x}timestamp} THEN {milliseconds:{x}timestamp} ELSE {x}timestamp END) AS INTEGER) END
