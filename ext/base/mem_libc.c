/* Memory of unit tests, fuzzers and generators: the C library's. */
#include <stdlib.h>

#include "base.h"

void *tok_malloc(size_t n_bytes) { return malloc(n_bytes); }
void *tok_realloc(void *p, size_t n_bytes) { return realloc(p, n_bytes); }
void tok_free(void *p) { free(p); }
