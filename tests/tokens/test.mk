TEST_OBJ_tokens := $(B)/tests/tokens/naive_bpe.o $(B)/tests/tokens/vectors.o

.PHONY: soak-tokens
soak-tokens: $(B)/tests/tokens/test_kernels  ## kernels and merge barriers on 10 million segments a vocabulary (20 minutes)
	TOK_KERNEL_ROUNDS=2000000 TOK_BARRIER_SEGMENTS=10000000 $<
