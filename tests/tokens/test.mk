TEST_OBJ_tokens := $(B)/tests/tokens/naive_bpe.o $(B)/tests/tokens/vectors.o

.PHONY: soak-tokens
soak-tokens: $(B)/tests/tokens/test_kernels  ## kernels and merge barriers on 10 million segments a vocabulary (20 minutes)
	TOK_KERNEL_ROUNDS=2000000 TOK_BARRIER_SEGMENTS=10000000 $<

.PHONY: soak-normal
soak-normal: $(B)/tests/tokens/test_normal  ## NFC and NFKC of 100 million random characters beside utf8proc (5 minutes)
	TOK_NORMAL_CHARS=100000000 $<

# Without AVX-512, which valgrind does not know: what it runs is AVX2, SSE2 and the portable kernel.
VALGRIND := valgrind -q --error-exitcode=9 --track-origins=yes --leak-check=full \
            --show-leak-kinds=definite --errors-for-leak-kinds=definite
.PHONY: valgrind-tokens
valgrind-tokens: $(B)/tests/tokens/test_kernels $(B)/tests/tokens/test_vectors $(B)/tests/fuzz/test_corpus  ## reads of uninitialised memory and leaks, seen by valgrind (5 minutes)
	TOK_KERNEL_ROUNDS=1000 TOK_BARRIER_SEGMENTS=5000 $(VALGRIND) $(B)/tests/tokens/test_kernels
	$(VALGRIND) $(B)/tests/fuzz/test_corpus > /dev/null
	$(VALGRIND) $(B)/tests/tokens/test_vectors
