# tests/bench: how fast, beside the other implementations. Not part of `make test`.
# Everything lies in build/bench; what the peers are and where they come from is in peers.sh.

BENCH := $(B)/bench
comma := ,

.PHONY: bench-tokens bench-tokens-instr bench-check bench-tok bench-peers bench-data

bench-tokens: $(B)/tok.so $(BENCH)/bench_tokens $(BENCH)/mem_host bench-data bench-peers  ## compare tok with other tokenizers (10 minutes; BENCH_QUICK=1: one)
	python3 tests/bench/run.py

bench-tokens-instr: $(BENCH)/bench_tokens bench-data bench-peers  ## instructions per byte, tok and the native peers (needs valgrind)
	python3 tests/bench/instructions.py

bench-tok: $(BENCH)/bench_tokens bench-data  ## time tok's counter alone on three texts (seconds)
	@for c in english code multilingual; do \
	  $(BENCH)/bench_tokens --corpus $$c --rounds $(or $(BENCH_ROUNDS),5) --size $(or $(BENCH_SIZES),64$(comma)65536); done

bench-check:  ## the report refuses ratios where counts differ
	python3 tests/bench/check_report.py

bench-peers:
	@sh tests/bench/peers.sh $(BENCH)

bench-data: $(BENCH)/data/about.json

$(BENCH)/data/about.json: tests/bench/texts.py
	python3 tests/bench/texts.py $(@D)

$(BENCH)/bench_tokens: tests/bench/bench_tokens.c ext/tokens/tokens.h $(B)/libtokcore.a
	@mkdir -p $(@D)
	$(CC) $(filter-out -MMD -MP,$(ALL_CFLAGS)) -o $@ $< $(B)/libtokcore.a $(LDFLAGS) $(LIBS)

$(BENCH)/mem_host: tests/bench/mem_host.c
	@mkdir -p $(@D)
	$(CC) $(filter-out -MMD -MP,$(ALL_CFLAGS)) -o $@ $< $(LDFLAGS) -lsqlite3

# Forecasts: on the series in BENCH_DATA (competition data and traces), beside R's forecast package
# where that is.
BENCH_DATA ?= ../shared/data
.PHONY: bench-forecast
bench-forecast: $(BENCH)/bench_forecast  ## accuracy, intervals and time of forecasts, beside other packages
	@$(BENCH)/bench_forecast $(BENCH_DATA)
	@echo; if command -v Rscript > /dev/null; then Rscript tests/bench/forecast_peers.R $(BENCH_DATA); \
	else echo "R's forecast package: skipped, no Rscript (Debian: r-cran-forecast)"; fi

$(BENCH)/bench_forecast: tests/bench/bench_forecast.c $(B)/libtokcore.a
	@mkdir -p $(@D)
	$(CC) $(filter-out -MMD -MP,$(ALL_CFLAGS)) -D_GNU_SOURCE -o $@ $< $(B)/libtokcore.a $(LDFLAGS) $(LIBS)

.PHONY: bench-llm
bench-llm: $(B)/tok.so  ## a logs.db by the llm of PyPI, with recorded models, imported twice (needs the network once)
	@sh tests/bench/llm.sh $(BENCH)

.PHONY: verify-vocab bench-vocab
verify-vocab: all  ## imported vocabularies: ids beside each family's own implementation, on 10,000 texts (5 minutes)
	@sh tests/bench/vocab.sh $(BENCH)/vocab verify

bench-vocab: all  ## imported vocabularies: import, first count, and speed beside embedded ones
	@sh tests/bench/vocab.sh $(BENCH)/vocab speed

# The ledger: inserts, views and reports, beside the raw rows and DuckDB. BENCH_ROWS=10000000 for
# ten million.
.PHONY: bench-ledger
bench-ledger: $(B)/tok.so $(BENCH)/bench_ledger  ## inserts, views and reports of the ledger beside GROUP BY on the raw rows and DuckDB
	@python3 tests/bench/ledger.py

$(BENCH)/bench_ledger: tests/bench/bench_ledger.c
	@mkdir -p $(@D)
	$(CC) $(filter-out -MMD -MP,$(ALL_CFLAGS)) -D_GNU_SOURCE -o $@ $< $(LDFLAGS) -lsqlite3 -lm

.PHONY: verify-focus
verify-focus: $(B)/tok.so  ## an export in FOCUS's form, judged by the FinOps Foundation's validator (needs the network once)
	@sh tests/bench/focus.sh $(B) $(BENCH)/focus
