-- {rollup_keys:NEW.}: the key of one row of the ledger in each roll-up of the plan p.
p.dim, p.level,
CASE p.level WHEN 3600 THEN {hour:{x}unix_time} WHEN 86400 THEN {day:{x}unix_time} ELSE 0 END,
CASE WHEN p.dim IN ('tenant_id', 'tuple') THEN {key:{x}tenant_id} ELSE '' END,
CASE WHEN p.dim IN ('model', 'unpriced', 'tuple') THEN {key:{x}provider} ELSE '' END,
CASE WHEN p.dim IN ('model', 'unpriced', 'tuple') THEN {key:{x}model} ELSE '' END,
CASE WHEN p.dim IN ('task_type', 'tuple') THEN {key:{x}task_type} ELSE '' END
