# ledger: the SQL under sql/ becomes one generated C file.

LEDGER_SQL := $(sort $(foreach d,schema legacy triggers views rollup audit temp import query export,$(wildcard sql/$(d)/*.sql)))
GEN_OBJ += $(B)/gen/ledger_scripts.o

$(B)/gen/ledger_scripts.c: $(LEDGER_SQL) sql/gen/embed.sh $(wildcard sql/gen/*.sql) ext/ledger/room.mk
	@mkdir -p $(@D)
	sh sql/gen/embed.sh ledger sql $(LEDGER_SQL) > $@

$(B)/gen/ledger_scripts.o: ALL_CFLAGS += -Iext

.PHONY: demo
demo: all  ## count, price and record every text file of this project; report by model, day and task
	@sh sql/demo/demo.sh $(B)
