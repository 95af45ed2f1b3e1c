TEST_OBJ_tokens := $(B)/tests/tokens/naive_bpe.o $(B)/tests/tokens/vectors.o
