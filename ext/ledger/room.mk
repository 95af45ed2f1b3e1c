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

# A ledger to look at: DB=file.db names another database.
DB ?= $(B)/analytics.db
.PHONY: analytics\:migrate analytics\:seed analytics\:report
analytics\:migrate: all  ## create the ledger in DB, or bring it to this version
	@sh sql/demo/analytics.sh migrate $(B) $(DB)
analytics\:seed: all  ## put 60 days of made-up traffic into DB
	@sh sql/demo/analytics.sh seed $(B) $(DB)
analytics\:report: all  ## print the reports of sql/reports on DB
	@sh sql/demo/analytics.sh report $(B) $(DB)
