-- {rollup_stays:}: an updated row stays in its groups.
(NEW.id = OLD.id AND NEW.timestamp = OLD.timestamp AND NEW.tenant_id IS OLD.tenant_id
AND NEW.provider IS OLD.provider AND NEW.model IS OLD.model AND NEW.task_type IS OLD.task_type
AND (NEW.cost_nano IS NULL) = (OLD.cost_nano IS NULL))
