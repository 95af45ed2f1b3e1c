-- {rollup_stays:}: the row of llm_rollup_moved stays in its groups.
(NEW.id = NEW.old_id AND NEW.timestamp = NEW.old_timestamp AND NEW.tenant_id IS NEW.old_tenant_id
AND NEW.provider IS NEW.old_provider AND NEW.model IS NEW.old_model AND NEW.task_type IS NEW.old_task_type
AND (NEW.cost IS NULL) = (NEW.old_cost IS NULL))
