# tests/bench: how fast, beside the other implementations. Not part of `make test`.

BENCH := $(B)/bench
comma := ,

.PHONY: bench-data
bench-data: $(BENCH)/data/about.json

$(BENCH)/data/about.json: tests/bench/texts.py
	python3 tests/bench/texts.py $(@D)

$(BENCH)/bench_tokens: tests/bench/bench_tokens.c ext/tokens/tokens.h $(B)/libtokcore.a
	@mkdir -p $(@D)
	$(CC) $(filter-out -MMD -MP,$(ALL_CFLAGS)) -o $@ $< $(B)/libtokcore.a $(LDFLAGS) $(LIBS)

.PHONY: bench-tok
bench-tok: $(BENCH)/bench_tokens bench-data  ## time tok's counter alone on three texts (seconds)
	@for c in english code multilingual; do \
	  $(BENCH)/bench_tokens --corpus $$c --rounds $(or $(BENCH_ROUNDS),5) --size $(or $(BENCH_SIZES),64$(comma)65536); done
