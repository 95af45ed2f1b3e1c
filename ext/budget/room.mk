# budget: the SQL under sql/budget/ becomes one generated C file.

BUDGET_SQL := $(sort $(wildcard sql/budget/*.sql))
GEN_OBJ += $(B)/gen/budget_scripts.o

$(B)/gen/budget_scripts.c: $(BUDGET_SQL) sql/gen/embed.sh $(wildcard sql/gen/*.sql) ext/budget/room.mk
	@mkdir -p $(@D)
	SCHEMA=main sh sql/gen/embed.sh budget sql $(BUDGET_SQL) > $@

$(B)/gen/budget_scripts.o: ALL_CFLAGS += -Iext
