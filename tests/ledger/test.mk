TEST_OBJ_ledger := $(B)/tests/ledger/db.o
