# Tables of the tokens room: vocabularies and Unicode classes, compiled from tokenizers/.
# BUILD_CC compiles what runs while building; it differs from CC where CC is a cross compiler.

BUILD_CC ?= $(CC)

VOCABS := r50k_base p50k_base cl100k_base o200k_base

GEN_OBJ += $(VOCABS:%=$(B)/gen/vocab_%.o) $(B)/gen/unicode_tables.o
GEN_HDR += $(B)/gen/tok_vocabs.inc

MKVOCAB_SRC := tokenizers/gen/mkvocab.c ext/tokens/ranks_build.c ext/tokens/merges_build.c ext/tokens/ranks.c \
  ext/base/mem_libc.c
$(B)/gen/mkvocab: $(MKVOCAB_SRC) ext/tokens/ranks_build.h ext/tokens/merges_build.h ext/tokens/merges.h ext/tokens/ranks.h | $(B)/.deps
	@mkdir -p $(@D)
	$(BUILD_CC) -std=c11 -O2 $(WARN) -o $@ $(MKVOCAB_SRC)

$(B)/gen/mkunicode: tokenizers/gen/mkunicode.c ext/tokens/unicode.h | $(B)/.deps
	@mkdir -p $(@D)
	$(BUILD_CC) -std=c11 -O2 $(WARN) -o $@ $<

$(B)/gen/vocab_%.S $(B)/gen/vocab_%.bin $(B)/gen/vocab_%.inc: tokenizers/%.tiktoken $(B)/gen/mkvocab
	$(B)/gen/mkvocab $< $* $(B)/gen/vocab_$*.bin $(B)/gen/vocab_$*.S $(B)/gen/vocab_$*.inc

$(B)/gen/vocab_%.o: $(B)/gen/vocab_%.S $(B)/gen/vocab_%.bin
	$(CC) -c -o $@ $<

$(B)/gen/tok_vocabs.inc: $(VOCABS:%=$(B)/gen/vocab_%.inc) tokenizers/specials.tsv tokenizers/gen/specials.awk
	( cat $(VOCABS:%=$(B)/gen/vocab_%.inc); LC_ALL=C sort -b -k1,1 -k3,3 tokenizers/specials.tsv | awk -f tokenizers/gen/specials.awk ) > $@

$(B)/gen/unicode_tables.c: tokenizers/unicode-16.0.0.txt $(B)/gen/mkunicode
	$(B)/gen/mkunicode $< $@

$(B)/gen/unicode_tables.o: ALL_CFLAGS += -Iext

# Kernels for processors newer than the architecture's baseline, chosen at run time. Tuning for the
# first that can run the kernel gains 2 to 4 %; for AVX2 it gains nothing.
ifeq ($(ARCH),x86_64)
EXTRA_kernel_avx2 := -mavx2 -mbmi -mbmi2 -mlzcnt -mpopcnt
EXTRA_kernel_avx512 := -mavx512f -mavx512bw -mavx512vl -mavx512dq -mavx512cd -mavx512vbmi -mavx512vbmi2 -mbmi -mbmi2 -mlzcnt -mpopcnt -mtune=icelake-server
endif
EXTRA_kernel_avx2 += -O3
EXTRA_kernel_avx512 += -O3
EXTRA_kernel_vector := -O3
EXTRA_kernel_portable := -O3
