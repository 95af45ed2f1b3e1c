# Budgets: check, reserve, settle and a guarded INSERT by the size of the ledger.
.PHONY: bench-budget
bench-budget: $(BENCH)/bench_budget $(B)/tok.so  ## time budgets over ledgers of BENCH_ROWS rows ("10000 100000 1000000")
	@mkdir -p $(B)/tmp
	@$(BENCH)/bench_budget $(BENCH_ROWS)

$(BENCH)/bench_budget: tests/bench/bench_budget.c
	@mkdir -p $(@D)
	$(CC) $(filter-out -MMD -MP,$(ALL_CFLAGS)) -D_GNU_SOURCE -o $@ $< $(LDFLAGS) -lsqlite3
