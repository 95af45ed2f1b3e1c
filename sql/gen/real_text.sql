-- {real_text:x}: a REAL, as text where its 15 digits would be read as another number.
CASE WHEN CAST(CAST({x} AS TEXT) AS REAL) = {x} OR {x} IS NULL THEN {x}
WHEN CAST(printf('%!.16g', {x}) AS REAL) = {x} THEN printf('%!.16g', {x}) ELSE printf('%!.17g', {x}) END
