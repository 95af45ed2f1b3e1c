TEST_OBJ_ledger := $(B)/tests/ledger/db.o

.PHONY: soak-ledger
soak-ledger: all $(B)/tests/ledger/test_rollup $(B)/tests/crash/test_ledger_kill  ## random histories and kills of the ledger, full size
	@OPERATIONS=100000 sh tests/alone.sh $(B)/tests/ledger/test_rollup
	@KILLS=1000 sh tests/alone.sh $(B)/tests/crash/test_ledger_kill
