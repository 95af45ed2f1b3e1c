TEST_OBJ_prices := $(B)/tests/ledger/db.o
