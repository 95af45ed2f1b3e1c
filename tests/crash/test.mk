# Stress tests of budgets: tests/concurrency (races), tests/crash (kill -9), tests/budget (alerts,
# random operations).
TEST_OBJ_crash       += $(B)/tests/crash/host.o
TEST_OBJ_concurrency += $(B)/tests/crash/host.o
TEST_OBJ_budget      += $(B)/tests/crash/host.o

SOAK_BUDGET := concurrency/test_budget_race crash/test_budget_kill budget/test_alert_histories budget/test_operations
.PHONY: soak-budget
soak-budget: all $(SOAK_BUDGET:%=$(B)/tests/%) $(B)/tests/budget/test_guard  ## races, kills, alert histories and random operations on budgets, full size (15 minutes)
	@set -e; export RACE_WORKERS=16 RACE_OPERATIONS=10000 KILLS=1000 HISTORIES=100000 OPERATIONS=25000; \
	for t in $(SOAK_BUDGET); do echo "== $$t"; sh tests/alone.sh $(B)/tests/$$t; done; \
	for s in $$(seq 1 60); do SEED=$$s sh tests/alone.sh $(B)/tests/budget/test_guard; done
