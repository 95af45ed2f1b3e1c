# Fuzzing with clang's libFuzzer, address and undefined-behaviour sanitizers.

FUZZ_CC      ?= clang
FUZZ_SECONDS ?= 60
# One a line, so that new ones meet no others. All but encode and sql link the core alone.
FUZZ_TARGETS := encode
FUZZ_TARGETS += split
FUZZ_TARGETS += sql
FUZZ_TARGETS += usage
FUZZ_TARGETS += import
FUZZ_TARGETS += response
FUZZ_TARGETS += zone
FUZZ_TARGETS += chat
FUZZ_TARGETS += log
FUZZ_TARGETS += vocab
FUZZ_CFLAGS   = -std=c11 -D_GNU_SOURCE -O2 -g -fno-omit-frame-pointer -MMD -MP -I$(B)/gen \
                -fsanitize=address,undefined -fno-sanitize-recover=all
FUZZ_CORE     = $(CORE_SRC:%.c=$(B)/fuzz/%.o)
FUZZ_GLUE     = $(GLUE_SRC:%.c=$(B)/fuzz/%.o)
FUZZ_ARGS     = -timeout=20 -rss_limit_mb=2048 -print_final_stats=1

$(B)/fuzz/ext/%.o: ext/%.c $(GEN_HDR)
	@mkdir -p $(@D)
	$(FUZZ_CC) $(FUZZ_CFLAGS) $(EXTRA_$(notdir $*)) -DSQLITE_CORE -fsanitize=fuzzer-no-link -c -o $@ $<

# The oracle is slow enough without sanitizers.
$(B)/fuzz/naive_bpe.o: tests/tokens/naive_bpe.c tests/tokens/naive_bpe.h
	@mkdir -p $(@D)
	$(FUZZ_CC) -std=c11 -O3 -c -o $@ $<

$(B)/fuzz/encode: tests/fuzz/fuzz_encode.c $(B)/fuzz/naive_bpe.o $(FUZZ_CORE) $(B)/fuzz/ext/base/mem_libc.o $(GEN_OBJ)
	$(FUZZ_CC) $(FUZZ_CFLAGS) -fsanitize=fuzzer -o $@ $(filter-out %.h,$^) $(LIBS)

$(patsubst %,$(B)/fuzz/%,$(filter-out encode sql,$(FUZZ_TARGETS))): $(B)/fuzz/%: tests/fuzz/fuzz_%.c $(FUZZ_CORE) $(B)/fuzz/ext/base/mem_libc.o $(GEN_OBJ)
	$(FUZZ_CC) $(FUZZ_CFLAGS) -fsanitize=fuzzer -o $@ $(filter-out %.h,$^) $(LIBS)

$(B)/fuzz/sql: tests/fuzz/fuzz_sql.c $(FUZZ_CORE) $(FUZZ_GLUE) $(GEN_OBJ)
	$(FUZZ_CC) $(FUZZ_CFLAGS) -fsanitize=fuzzer -o $@ $(filter-out %.h,$^) -lsqlite3 $(LIBS)

-include $(FUZZ_CORE:.o=.d) $(FUZZ_GLUE:.o=.d) $(wildcard $(B)/fuzz/*.d)

# tests/fuzz/test_corpus.c calls every target, so each gets a name of its own; with the glue, as
# fuzz_sql.c wants.
$(foreach t,$(FUZZ_TARGETS),$(eval EXTRA_fuzz_$(t) := -DLLVMFuzzerTestOneInput=fuzz_$(t)))
EXTRA_test_corpus := -D'TARGETS=$(foreach t,$(FUZZ_TARGETS),X($(t)))'
$(B)/tests/fuzz/test_corpus.o: tests/fuzz/test.mk
TEST_OBJ_fuzz := $(FUZZ_TARGETS:%=$(B)/tests/fuzz/fuzz_%.o) $(B)/tests/tokens/naive_bpe.o $(STATIC_OBJ)

.PHONY: fuzz fuzz-long $(FUZZ_TARGETS:%=fuzz-%)
# What a run finds new stays in build/fuzz/corpus; inputs that fail are build/fuzz/failed-*.
$(FUZZ_TARGETS:%=fuzz-%): fuzz-%: $(B)/fuzz/%
	@mkdir -p $(B)/fuzz/corpus/$* tests/fuzz/corpus/$*
	$(B)/fuzz/$* -max_total_time=$(FUZZ_SECONDS) $(FUZZ_ARGS) -max_len=$(FUZZ_LEN_$*) \
	  $(if $(wildcard tests/fuzz/$*.dict),-dict=tests/fuzz/$*.dict) -artifact_prefix=$(B)/fuzz/failed-$*- \
	  $(B)/fuzz/corpus/$* tests/fuzz/corpus/$* 2>&1 | \
	  awk '/NEW|REDUCE|pulse|RELOAD|# Uses/ { next } { print } /ERROR|abort|deadly/ { bad = 1 } END { exit bad }'
FUZZ_LEN_encode := 1024
FUZZ_LEN_split := 512
FUZZ_LEN_sql := 512
FUZZ_LEN_usage := 512
FUZZ_LEN_log := 2048
FUZZ_LEN_import := 4096
FUZZ_LEN_response := 2048
FUZZ_LEN_vocab := 10240
FUZZ_LEN_zone := 4096
FUZZ_LEN_chat := 2048

fuzz: $(FUZZ_TARGETS:%=fuzz-%)  ## fuzz each target FUZZ_SECONDS=60 seconds (clang)

fuzz-long:  ## the same for 1800 seconds each
	$(MAKE) fuzz FUZZ_SECONDS=1800
