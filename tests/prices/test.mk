TEST_OBJ_prices := $(B)/tests/ledger/db.o

.PHONY: bench-prices
bench-prices: $(B)/tok.so  ## costs and usage a second beside genai-prices for Node and Python (2 minutes)
	BENCH=$(B)/bench python3 tests/prices/bench/run.py
