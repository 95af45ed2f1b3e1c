-- {sum_and_known:input}: how much an amount changes its sum, and how many more rows know it.
coalesce(NEW.new_{x}, 0) - coalesce(NEW.old_{x}, 0), (NEW.new_{x} IS NOT NULL) - (NEW.old_{x} IS NOT NULL)
